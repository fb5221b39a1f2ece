"""Who is asking, for which enterprises they may act, and who looked at their data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from btb.actors import Citizen
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, MandateStatus
from btb.representation import LegalRepresentation
from datasources.register import consultations
from datasources.register.consultations import Consultation, ConsultationKey
from resolvers.context import Context
from resolvers.pages import place, placed, within
from resolvers.relations import representations

MOST_CONSULTATIONS = 200


class Capacity(StrEnum):
    """In which capacity somebody acts for an enterprise."""

    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    CHIEF = "CHIEF"
    CO_CHIEF = "CO_CHIEF"
    DOMAIN = "DOMAIN"


_BY_ROLE = {
    AccessManagerRole.CHIEF: Capacity.CHIEF,
    AccessManagerRole.CO_CHIEF: Capacity.CO_CHIEF,
    AccessManagerRole.DOMAIN: Capacity.DOMAIN,
}


@dataclass(frozen=True, slots=True)
class ViewerEnterprise:
    """An enterprise that whoever asks may act for."""

    enterprise: EnterpriseNumber
    capacities: tuple[Capacity, ...]
    may_appoint_chief: bool


async def enterprises(context: Context) -> list[ViewerEnterprise]:
    """Those a citizen represents by KBO or holds an active mandate in, by number; none for a machine.

    Raises SourceFailure where KBO cannot say which: an answer without them would say too little.
    """
    actor = context.actor
    if not isinstance(actor, Citizen):
        return []
    represented = await representations(context, actor.national_number)
    names = (actor.person, *sorted(actor.others))
    held = await asyncio.gather(*map(context.loaders.mandates_of_person.load, names))
    capacities: dict[EnterpriseNumber, set[Capacity]] = {}
    for number, fact in represented.items():
        if isinstance(fact, Exception):
            raise fact
        capacities.setdefault(number, set()).add(Capacity.LEGAL_REPRESENTATIVE)
    for mandate in (each for mandates in held for each in mandates):
        if mandate.status(context.moment) is MandateStatus.ACTIVE:
            capacities.setdefault(mandate.enterprise, set()).add(_BY_ROLE[mandate.role])
    return [
        ViewerEnterprise(
            number,
            tuple(each for each in Capacity if each in capacities[number]),
            _may_appoint(context, actor, represented.get(number)),
        )
        for number in sorted(capacities)
    ]


def _may_appoint(context: Context, actor: Citizen, fact: LegalRepresentation | Exception | None) -> bool:
    enough = actor.assurance >= context.house.appointment_policy.chief_assurance
    return enough and isinstance(fact, LegalRepresentation)


@dataclass(frozen=True, slots=True)
class ConsultationPage:
    """The newest first; `end` is where to read on, None for an empty page."""

    consultations: tuple[Consultation, ...]
    end: str | None
    has_next: bool


async def consultations_of_viewer(context: Context, first: int, after: str | None) -> ConsultationPage:
    """Who consulted the data of the citizen who asks; nobody consults data of a machine. Raises PageRefused."""
    within(first, MOST_CONSULTATIONS)
    actor = context.actor
    if not isinstance(actor, Citizen):
        return ConsultationPage((), None, False)
    before = None if after is None else ConsultationKey(*placed(after))
    async with context.house.database.reading() as session:
        found = await consultations.consultations_of(session, (actor.person, *actor.others), first + 1, before)
    page = found[:first]
    end = place(page[-1].at, page[-1].id) if page else None
    return ConsultationPage(page, end, len(found) > first)
