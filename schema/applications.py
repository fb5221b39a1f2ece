"""Online services of public institutions, placed in domains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from btb.enterprises import Language
from btb.refusals import Refused
from datasources.register import applications as facts
from resolvers import applications, domains
from schema.info import Info
from schema.outages import LocalizedText, by_language
from schema.refusals import Refusal

if TYPE_CHECKING:
    from schema.domain import Domain


@federation.type(keys=["code"], description="An online service of a public institution, placed in one domain.")
class Application:
    fact: strawberry.Private[facts.Application]

    @strawberry.field(description="Stable code.")
    def code(self) -> strawberry.ID:
        return strawberry.ID(self.fact.code)

    @strawberry.field(description="Name in the language asked, else in another that was given.")
    def name(self, info: Info, language: Language | None = None) -> str:
        names = self.fact.names
        return names.get(language or info.context.language) or next(iter(names.values()), self.fact.code)

    @strawberry.field(description="The public service that owns it.")
    def owner(self) -> str:
        return self.fact.owner

    @strawberry.field(description="The domain it is placed in.")
    def domain(self, info: Info) -> Annotated[Domain, strawberry.lazy("schema.domain")]:
        from schema.domain import Domain  # here: that module refers back to Application

        return Domain(domain=domains.recorded_domain(info.context, self.fact.domain))

    @classmethod
    async def resolve_references(cls, info: Info, keys: list[dict[str, object]]) -> Sequence[Application | None]:
        """Applications on offer by code, for a gateway; None for others."""
        found = await applications.by_codes(info.context, [str(key["code"]) for key in keys])
        return [None if each is None else cls(fact=each) for each in found]


@strawberry.input(description="Places an application in a domain, or places it anew.")
class RegisterApplicationInput:
    code: strawberry.ID = strawberry.field(description="Capitals, digits, underscore, dot and hyphen; at most 40.")
    name: list[LocalizedText] = strawberry.field(description="At least one; at most one per language counts.")
    owner: str = strawberry.field(description="The public service that owns it: the caller's own.")
    domain: strawberry.ID = strawberry.field(description="Code of the domain.")

    async def registered(self, info: Info) -> Application | Refusal:
        """Place it."""
        names = by_language(self.name)
        try:
            fact = await applications.register_application(info.context, self.code, names, self.owner, self.domain)
        except Refused as refused:
            return Refusal.of(refused, info)
        return Application(fact=fact)


@strawberry.input(description="Withdraws an application.")
class WithdrawApplicationInput:
    code: strawberry.ID = strawberry.field(description="Its code.")

    async def withdrawn(self, info: Info) -> Application | Refusal:
        """Withdraw it."""
        try:
            return Application(fact=await applications.withdraw_application(info.context, self.code))
        except Refused as refused:
            return Refusal.of(refused, info)


ApplicationResult = Annotated[
    Application | Refusal,
    strawberry.union("ApplicationResult", description="What became of a request about an application."),
]
