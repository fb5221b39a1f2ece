"""Outages of this service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from btb.enterprises import Language
from btb.refusals import Refused
from datasources.register import outages as facts
from resolvers import outages
from resolvers.outages import OutageKind, Service
from schema.info import Info
from schema.refusals import Refusal


@strawberry.type(description="A planned or unplanned outage of this service.")
class Outage:
    fact: strawberry.Private[facts.Outage]

    @strawberry.field(description="Random and stable.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.fact.id))

    @strawberry.field(description="Planned or not.")
    def kind(self) -> OutageKind:
        return OutageKind(self.fact.kind)

    @strawberry.field(description="Which face of the service it concerns.")
    def service(self) -> Service:
        return Service(self.fact.service)

    @strawberry.field(description="When it starts or started.")
    def starts_at(self) -> datetime:
        return self.fact.starts_at

    @strawberry.field(description="Planned end, or null while unknown.")
    def ends_at(self) -> datetime | None:
        return self.fact.ends_at

    @strawberry.field(description="When it was over; null while it is not.")
    def resolved_at(self) -> datetime | None:
        return self.fact.resolved_at

    @strawberry.field(description="What happens, in the language asked, else in another that was given.")
    def description(self, info: Info, language: Language | None = None) -> str:
        said = self.fact.descriptions
        return said.get(language or info.context.language) or next(iter(said.values()), "")

    @strawberry.field(description="Partners mailed so far.")
    def notified(self) -> int:
        return self.fact.notified


@strawberry.input(description="A text in one language.")
class LocalizedText:
    language: Language = strawberry.field(description="The language.")
    text: str = strawberry.field(description="The text.")


def by_language(texts: list[LocalizedText]) -> dict[Language, str]:
    """Texts by language; of two in one language the last counts."""
    return {each.language: each.text for each in texts}


@strawberry.input(description="Announces an outage.")
class AnnounceOutageInput:
    kind: OutageKind = strawberry.field(description="Planned or not.")
    service: Service = strawberry.field(description="Which face of the service it concerns.")
    starts_at: datetime = strawberry.field(description="When it starts or started.")
    ends_at: datetime | None = strawberry.field(default=None, description="Planned end, where known.")
    description: list[LocalizedText] = strawberry.field(description="At least one; at most one per language counts.")

    async def announced(self, info: Info) -> Outage | Refusal:
        """Announce it."""
        texts = by_language(self.description)
        try:
            fact = await outages.announce(info.context, self.kind, self.service, self.starts_at, self.ends_at, texts)
        except Refused as refused:
            return Refusal.of(refused, info)
        return Outage(fact=fact)


@strawberry.input(description="Says that an outage is over.")
class ResolveOutageInput:
    outage_id: strawberry.ID = strawberry.field(description="`Outage.id`.")
    resolved_at: datetime | None = strawberry.field(default=None, description="When it was over; default: now.")

    async def resolved(self, info: Info) -> Outage | Refusal:
        """Resolve it."""
        try:
            return Outage(fact=await outages.resolve(info.context, self.outage_id, self.resolved_at))
        except Refused as refused:
            return Refusal.of(refused, info)


OutageResult = Annotated[
    Outage | Refusal, strawberry.union("OutageResult", description="What became of a request about an outage.")
]
