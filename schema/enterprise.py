"""An enterprise: what KBO says of it, and what this register holds for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from btb import representation
from btb.codes import FUNCTIONS, JURIDICAL_FORMS, JURIDICAL_SITUATIONS
from btb.enterprises import EnterpriseFacts, EnterpriseKind, EnterpriseStatus, Language
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate, MandateStatus
from datasources.readings import Reading
from execution.batching import Each, batched
from resolvers import changes, delegations, enterprises, mandates, representatives
from schema.costs import length, sized
from schema.info import Info
from schema.person import Person
from schema.scalars import Cursor
from schema.values import Address, CodeLabel, SourceReading

if TYPE_CHECKING:
    from schema.access_manager import AccessManager
    from schema.changes import ChangePage
    from schema.delegations import DelegationConnection

LazyManager = Annotated["AccessManager", strawberry.lazy("schema.access_manager")]
LazyConnection = Annotated["DelegationConnection", strawberry.lazy("schema.delegations")]
LazyPage = Annotated["ChangePage", strawberry.lazy("schema.changes")]

ACTIVE = (MandateStatus.ACTIVE,)


def _numbers(several: Sequence[Enterprise]) -> list[EnterpriseNumber]:
    return [enterprise.enterprise_number for enterprise in several]


@cache
def _class() -> type[AccessManager]:
    from schema.access_manager import AccessManager  # here: that module refers back to Enterprise

    return AccessManager


def _manager(mandate: Mandate, at: datetime) -> AccessManager:
    return _class()(mandate=mandate, at=at)


async def _facts(several: Sequence[Enterprise], info: Info, read: Callable[[EnterpriseFacts], object]) -> list[object]:
    readings = await enterprises.facts(info.context, _numbers(several))
    return [_read(reading, read) for reading in readings]


def _read(reading: Reading[EnterpriseFacts] | Exception, read: Callable[[EnterpriseFacts], object]) -> object:
    if isinstance(reading, Exception):
        return reading
    return None if reading.value is None else read(reading.value)


@federation.type(
    keys=["enterpriseNumber"],
    description=(
        "An enterprise known in KBO. Dutch: onderneming; French: entreprise; German: Unternehmen. "
        "The KBO fields are null, with an error SOURCE_UNAVAILABLE, while KBO is out of reach."
    ),
)
class Enterprise:
    enterprise_number: EnterpriseNumber = strawberry.field(description="Its number in KBO, ten digits.")

    @strawberry.field(
        description="Name in the language asked, else in Dutch, French, German or English, else in an unknown language."
    )
    @batched
    async def name(several: list[Enterprise], info: Info, language: Language | None = None) -> Each[str | None]:
        wanted = language or info.context.language
        return await _facts(several, info, lambda facts: facts.name(wanted))  # type: ignore[return-value]

    @strawberry.field(description="Status in KBO; null where KBO gives none.")
    @batched
    async def status(several: list[Enterprise], info: Info) -> Each[EnterpriseStatus | None]:
        return await _facts(several, info, lambda facts: facts.status)  # type: ignore[return-value]

    @strawberry.field(description="Natural person or legal person.")
    @batched
    async def kind(several: list[Enterprise], info: Info) -> Each[EnterpriseKind | None]:
        return await _facts(several, info, lambda facts: facts.kind)  # type: ignore[return-value]

    @strawberry.field(description="Juridical form today; the form under the companies code where both are given.")
    @batched
    async def juridical_form(several: list[Enterprise], info: Info) -> Each[CodeLabel | None]:
        return await _facts(  # type: ignore[return-value]
            several, info, lambda facts: CodeLabel.of(facts.juridical_form, JURIDICAL_FORMS)
        )

    @strawberry.field(description="Juridical situation today, such as 000 normal or 050 bankruptcy.")
    @batched
    async def juridical_situation(several: list[Enterprise], info: Info) -> Each[CodeLabel | None]:
        return await _facts(  # type: ignore[return-value]
            several, info, lambda facts: CodeLabel.of(facts.juridical_situation, JURIDICAL_SITUATIONS)
        )

    @strawberry.field(description="The day the enterprise started, where KBO knows it to the day.")
    @batched
    async def start_date(several: list[Enterprise], info: Info) -> Each[date | None]:
        return await _facts(several, info, lambda facts: facts.start_date)  # type: ignore[return-value]

    @strawberry.field(description="The seat.")
    @batched
    async def address(several: list[Enterprise], info: Info) -> Each[Address | None]:
        return await _facts(several, info, lambda facts: Address.of(facts.address))  # type: ignore[return-value]

    @strawberry.field(
        description=(
            "Who may appoint the chief access manager today, by KBO function, form and situation; a handful. "
            "Dutch: wettelijk vertegenwoordiger; French: représentant légal; German: gesetzlicher Vertreter."
        )
    )
    @batched
    async def legal_representatives(several: list[Enterprise], info: Info) -> Each[list[LegalRepresentative] | None]:
        found = await enterprises.legal_representatives(
            info.context, [enterprise.enterprise_number for enterprise in several]
        )
        return [
            each if isinstance(each, Exception) else [LegalRepresentative(fact=fact) for fact in each] for each in found
        ]

    @strawberry.field(description="When and from where the KBO facts above were read.")
    @batched
    async def source(several: list[Enterprise], info: Info) -> Each[SourceReading | None]:
        readings = await enterprises.facts(info.context, _numbers(several))
        return [reading if isinstance(reading, Exception) else SourceReading.of(reading) for reading in readings]

    @strawberry.field(
        description="Rises by one with every change to this enterprise's mandates; hand it back as expectedVersion."
    )
    @batched
    async def version(several: list[Enterprise], info: Info) -> Each[int]:
        return await mandates.versions(info.context, _numbers(several))

    @strawberry.field(description="The chief access manager, suspended or not; null where there is none.")
    @batched
    async def chief_access_manager(several: list[Enterprise], info: Info) -> Each[LazyManager | None]:
        found = await mandates.chiefs(info.context, _numbers(several))
        return [
            each if each is None or isinstance(each, Exception) else _manager(each, info.context.moment)
            for each in found
        ]

    @strawberry.field(description="The co-chiefs, suspended or not; a handful in practice.")
    @batched
    async def co_chief_access_managers(several: list[Enterprise], info: Info) -> Each[list[LazyManager]]:
        found = await mandates.co_chiefs(info.context, _numbers(several))
        return [
            each if isinstance(each, Exception) else [_manager(one, info.context.moment) for one in each]
            for each in found
        ]

    @strawberry.field(
        description=(
            "Everybody in office, chief first; with `domain`, those who may manage that domain (the chief line "
            "always may). With `at`, as it was recorded and stood at that moment."
        )
    )
    @batched
    async def access_managers(
        several: list[Enterprise], info: Info, domain: strawberry.ID | None = None, at: datetime | None = None
    ) -> Each[list[LazyManager]]:
        found = await mandates.in_office(info.context, _numbers(several), domain, at)
        moment = at or info.context.moment
        return [each if isinstance(each, Exception) else [_manager(one, moment) for one in each] for each in found]

    @strawberry.field(
        description="What is delegated, oldest grant first, with one of the statuses asked; first <= 200.",
        directives=[sized("first", fields=["edges"])],
    )
    @batched
    async def delegations(
        several: list[Enterprise],
        info: Info,
        domain: strawberry.ID | None = None,
        statuses: list[MandateStatus] | None = ACTIVE,  # type: ignore[assignment]
        first: int | None = 50,
        after: str | None = None,
    ) -> Each[LazyConnection]:
        from schema.delegations import connection  # here: that module refers back to Enterprise

        wanted = ACTIVE if statuses is None else statuses
        found = await delegations.pages(info.context, _numbers(several), domain, wanted, length(first, 50), after)
        return [each if isinstance(each, Exception) else connection(each, info.context.moment) for each in found]

    @strawberry.field(
        description="What happened to this enterprise's mandates, oldest first; first <= 500.",
        directives=[sized("first", fields=["changes"])],
    )
    @batched
    async def history(
        several: list[Enterprise], info: Info, first: int | None = 50, after: Cursor | None = None
    ) -> Each[LazyPage]:
        from schema.changes import change_page  # here: that module refers back to Enterprise

        found = await changes.histories(info.context, _numbers(several), length(first, 50), after)
        return [each if isinstance(each, Exception) else change_page(info, each) for each in found]

    @classmethod
    async def resolve_references(
        cls, info: Info, keys: list[dict[str, EnterpriseNumber]]
    ) -> Sequence[Enterprise | None]:
        """Enterprises by number, for a gateway; None for a number nobody has."""
        numbers = [key["enterprise_number"] for key in keys]
        return [
            cls(enterprise_number=number) if exists else None
            for number, exists in zip(numbers, await enterprises.known(info.context, numbers), strict=True)
        ]


@strawberry.type(
    description="A natural person who may represent an enterprise today, and the KBO function this rests on."
)
class LegalRepresentative:
    fact: strawberry.Private[representation.LegalRepresentation]

    @strawberry.field(description="The person; shown to those entitled to see who represents this enterprise.")
    @batched
    async def person(several: list[LegalRepresentative], info: Info) -> Each[Person | None]:
        found = await representatives.representing_persons(info.context, [each.fact for each in several])
        return [each if isinstance(each, Exception) else Person(person=each) for each in found]

    @strawberry.field(description="The KBO function, such as 10002 director.")
    def function(self) -> CodeLabel:
        fact = self.fact
        return CodeLabel(code=fact.function_code, source_label=fact.function_label, labels=FUNCTIONS)

    @strawberry.field(description="First day of the function, where KBO knows it to the day.")
    def since(self) -> date | None:
        return self.fact.since

    @strawberry.field(
        description="The legal person this natural person permanently represents, where the director is an enterprise."
    )
    def through(self) -> Enterprise | None:
        return None if self.fact.through is None else Enterprise(enterprise_number=self.fact.through)
