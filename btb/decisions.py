"""May this person manage this domain for this enterprise, and why?

A death or the end of the enterprise is a no at once, whatever the register still holds. For a no, the reason nearest to
a yes is given: suspended, then not yet valid, then a delegation that ended, then another domain, then an ended mandate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from btb.chart import Chart
from btb.mandates import AccessManagerRole, Delegation, Mandate, MandateStatus, status_by_dates
from btb.persons import PersonId
from btb.representation import LegalRepresentation


class DecisionReason(StrEnum):
    """Why somebody may, or may not, manage a domain; stable names of the contract."""

    IS_CHIEF = "IS_CHIEF"
    IS_CO_CHIEF = "IS_CO_CHIEF"
    HAS_DELEGATION = "HAS_DELEGATION"
    NO_MANDATE = "NO_MANDATE"
    NOT_THIS_DOMAIN = "NOT_THIS_DOMAIN"
    NOT_YET_VALID = "NOT_YET_VALID"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    PERSON_DECEASED = "PERSON_DECEASED"
    ENTERPRISE_NOT_ACTIVE = "ENTERPRISE_NOT_ACTIVE"
    UNKNOWN_ENTERPRISE = "UNKNOWN_ENTERPRISE"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    UNKNOWN_DOMAIN = "UNKNOWN_DOMAIN"


Evidence: TypeAlias = Mandate | tuple[Mandate, Delegation] | LegalRepresentation
_Found: TypeAlias = tuple[int, DecisionReason, Evidence]
_LEAST_YES = 2


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the sources say beside the chart; `enterprise_ceased`: see `btb.representation_rules.has_ceased`."""

    enterprise_known: bool = True
    enterprise_ceased: bool = False
    person_known: bool = True
    person_deceased: bool = False
    domain_known: bool = True


NOTHING_AMISS = Circumstances()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, as of a moment, with the mandates and delegations it rests on."""

    allowed: bool
    reason: DecisionReason
    at: datetime
    because: tuple[Evidence, ...] = ()

    def built_on(self, representation: LegalRepresentation) -> Decision:
        """The same answer about somebody without mandate, with the function in KBO that they can build on.

        Representing the enterprise lets nobody manage a domain: it lets them appoint who may (csam.be).
        """
        return replace(self, because=(representation,))

    @property
    def detail(self) -> tuple[tuple[str, str], ...]:
        """Words for the explanation: when what it rests on begins, was suspended or ended, as Brussels time."""
        if not self.because or isinstance(self.because[0], LegalRepresentation):
            return ()
        first = self.because[0]
        mandate, dated = first if isinstance(first, tuple) else (first, first)
        match self.reason:
            case DecisionReason.NOT_YET_VALID:
                return (("since", _written(dated.valid_from)),)
            case DecisionReason.SUSPENDED if mandate.suspended_at is not None:
                return (("since", _written(mandate.suspended_at)),)
            case DecisionReason.ENDED:
                ends = [end for end in (dated.ended_at, dated.valid_until) if end is not None]
                return (("until", _written(min(ends))),) if ends else ()
            case _:
                return ()


def decide(
    chart: Chart,
    person: PersonId,
    domain: str,
    at: datetime,
    circumstances: Circumstances = NOTHING_AMISS,
    others: frozenset[PersonId] = frozenset(),
) -> Decision:
    """Whether the person may manage the domain at the moment. To tell ENDED, the chart has to have ended mandates.

    `others`: ids under which the person was met as somebody else. What is held under any of them counts.
    """
    missing = _missing(circumstances)
    if missing is not None:
        return Decision(False, missing, at)
    best: _Found | None = None
    wanted = person.int  # an int is compared many times faster than a UUID, and large charts are compared through
    for mandate in chart.mandates:
        if mandate.person.int == wanted or (others and mandate.person in others):
            found = _by_mandate(chart, mandate, domain, at)
            if best is None or found[0] < best[0]:
                best = found
    if best is None:
        return Decision(False, DecisionReason.NO_MANDATE, at)
    rank, reason, evidence = best
    return Decision(rank <= _LEAST_YES, reason, at, (evidence,))


def _missing(circumstances: Circumstances) -> DecisionReason | None:
    """What says no before any mandate is looked at."""
    if not circumstances.enterprise_known:
        return DecisionReason.UNKNOWN_ENTERPRISE
    if not circumstances.person_known:
        return DecisionReason.UNKNOWN_PERSON
    if not circumstances.domain_known:
        return DecisionReason.UNKNOWN_DOMAIN
    if circumstances.enterprise_ceased:
        return DecisionReason.ENTERPRISE_NOT_ACTIVE
    return DecisionReason.PERSON_DECEASED if circumstances.person_deceased else None


def _by_mandate(chart: Chart, mandate: Mandate, domain: str, at: datetime) -> _Found:
    """What one mandate says, with its nearness to a yes: 0 to 2 are yes."""
    status = mandate.status(at)
    if mandate.role is AccessManagerRole.DOMAIN:
        return _by_delegation(mandate, status, domain, at)
    match status:
        case MandateStatus.SCHEDULED:
            return 4, DecisionReason.NOT_YET_VALID, mandate
        case MandateStatus.ENDED:
            return 7, DecisionReason.ENDED, mandate
        case _ if mandate.role is AccessManagerRole.CHIEF and chart.chief(at) is not mandate:
            return 7, DecisionReason.ENDED, mandate
        case MandateStatus.SUSPENDED:
            return 3, DecisionReason.SUSPENDED, mandate
    if mandate.role is AccessManagerRole.CHIEF:
        return 0, DecisionReason.IS_CHIEF, mandate
    return 1, DecisionReason.IS_CO_CHIEF, mandate


def _by_delegation(mandate: Mandate, status: MandateStatus, domain: str, at: datetime) -> _Found:
    """What the delegations of one mandate say of a domain."""
    if status is MandateStatus.ENDED:
        return 7, DecisionReason.ENDED, mandate
    found: _Found = 6, DecisionReason.NOT_THIS_DOMAIN, mandate
    for delegation, dates in _of_domain(mandate, domain, at):
        match dates:
            case MandateStatus.ENDED:
                one: _Found = 5, DecisionReason.ENDED, (mandate, delegation)
            case _ if MandateStatus.SCHEDULED in (dates, status):
                one = 4, DecisionReason.NOT_YET_VALID, (mandate, delegation)
            case _ if status is MandateStatus.SUSPENDED:
                one = 3, DecisionReason.SUSPENDED, (mandate, delegation)
            case _:
                return _LEAST_YES, DecisionReason.HAS_DELEGATION, (mandate, delegation)
        found = one if one[0] <= found[0] else found
    return found


def _of_domain(mandate: Mandate, domain: str, at: datetime) -> Iterator[tuple[Delegation, MandateStatus]]:
    for each in mandate.delegations:
        if each.domain == domain:
            yield each, status_by_dates(each.valid_from, each.valid_until, each.ended_at, at)


_BRUSSELS = ZoneInfo("Europe/Brussels")


def _written(moment: datetime) -> str:
    try:
        local = moment.astimezone(_BRUSSELS)
    except OverflowError:
        local = moment  # in Brussels the last hour of the year 9999 is in a year that cannot be written
    return local.strftime("%Y-%m-%d %H:%M")
