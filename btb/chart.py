"""One enterprise's mandates, and how the changes of the log make them.

The decisions that change a chart are pure functions that return changes: `btb/appointing.py`, `btb/altering.py`,
`btb/ending.py`, and `btb/due.py` for what time alone makes true. A mandate's status at a moment follows from its
dates; the one thing its own dates cannot say is that a scheduled chief replaces the chief in office, so ask the chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from btb.changes import Change
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Delegation,
    DelegationId,
    Mandate,
    MandateId,
    MandateStatus,
    Standing,
)
from btb.persons import PersonId

_IN_FORCE = (MandateStatus.ACTIVE, MandateStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Chart:
    """The mandates of one enterprise, ordered by (appointed_at, id), and the number of changes that made them.

    Ended mandates may be there or not: the rules do not need them, history does.
    """

    enterprise: EnterpriseNumber
    version: int = 0
    mandates: tuple[Mandate, ...] = ()

    def chief(self, at: datetime) -> Mandate | None:
        """The chief in office at the moment, suspended or not: of two whose dates say so, the one who came later."""
        found: Mandate | None = None
        for mandate in self.mandates:
            if mandate.role is not AccessManagerRole.CHIEF or mandate.status(at) not in _IN_FORCE:
                continue
            if found is None or mandate.valid_from > found.valid_from:
                found = mandate
        return found

    def co_chiefs(self, at: datetime) -> tuple[Mandate, ...]:
        """The co-chiefs in office at the moment, suspended or not."""
        return tuple(
            mandate
            for mandate in self.mandates
            if mandate.role is AccessManagerRole.CO_CHIEF and mandate.status(at) in _IN_FORCE
        )

    def in_office(self, at: datetime) -> tuple[Mandate, ...]:
        """Everybody in office at the moment, suspended or not: the chief, then co-chiefs, then access managers."""
        in_force = [mandate for mandate in self.mandates if mandate.status(at) in _IN_FORCE]
        chief = self.chief(at)
        co_chiefs = [mandate for mandate in in_force if mandate.role is AccessManagerRole.CO_CHIEF]
        managers = [mandate for mandate in in_force if mandate.role is AccessManagerRole.DOMAIN]
        return (*(() if chief is None else (chief,)), *co_chiefs, *managers)

    def managing(self, domain: str, at: datetime) -> tuple[Mandate, ...]:
        """Who may manage access in a domain at the moment: chief, co-chiefs, and access managers entrusted with it."""
        return tuple(
            mandate
            for mandate in self.in_office(at)
            if mandate.status(at) is MandateStatus.ACTIVE
            and (mandate.role is not AccessManagerRole.DOMAIN or entrusted(mandate, domain, at) is not None)
        )

    def of_person(self, person: PersonId) -> tuple[Mandate, ...]:
        """Every mandate the person has here, ended ones included where the chart has them."""
        return tuple(mandate for mandate in self.mandates if mandate.person == person)

    def mandate(self, id: MandateId) -> Mandate | None:
        """The mandate with this id, None where the chart has none."""
        return next((mandate for mandate in self.mandates if mandate.id == id), None)

    def delegation(self, id: DelegationId) -> tuple[Mandate, Delegation] | None:
        """The delegation with this id and its mandate, None where the chart has none."""
        for mandate in self.mandates:
            for delegation in mandate.delegations:
                if delegation.id == id:
                    return mandate, delegation
        return None


def latest(mandate: Mandate) -> datetime:
    """The last moment that a mandate tells of as past: a start that is recorded, an appointment, or an end."""
    moments = [mandate.appointed_at]
    if mandate.suspended_at is not None:
        moments.append(mandate.suspended_at)
    everything: tuple[Mandate | Delegation, ...] = (mandate, *mandate.delegations)
    for dated in everything:
        if dated.standing is Standing.IN_OFFICE:
            moments.append(dated.valid_from)
        if dated.ended_at is not None:
            moments.append(dated.ended_at)
    moments.extend(delegation.granted_at for delegation in mandate.delegations)
    return max(moments)


def unchanged(chart: Chart, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The stretch around a moment in which everything the chart says by its dates stays as it is at that moment.

    Half-open; None where it has no beginning or no end.
    """
    moments: set[datetime | None] = set()
    for mandate in chart.mandates:
        moments |= {mandate.appointed_at, mandate.suspended_at}
        moments |= {delegation.granted_at for delegation in mandate.delegations}
        everything: tuple[Mandate | Delegation, ...] = (mandate, *mandate.delegations)
        for dated in everything:
            moments |= {dated.valid_from, dated.valid_until, dated.ended_at}
    passed = [moment for moment in moments if moment is not None and moment <= at]
    coming = [moment for moment in moments if moment is not None and moment > at]
    return max(passed, default=None), min(coming, default=None)


def entrusted(mandate: Mandate, domain: str, at: datetime) -> Delegation | None:
    """The delegation by which a mandate of role DOMAIN lets its holder manage the domain at the moment."""
    for delegation in mandate.delegations:
        if delegation.domain == domain and mandate.delegation_status(delegation, at) is MandateStatus.ACTIVE:
            return delegation
    return None


def open_delegations(mandate: Mandate) -> tuple[Delegation, ...]:
    """The delegations of a mandate that have not been recorded as ended."""
    return tuple(delegation for delegation in mandate.delegations if delegation.standing is not Standing.ENDED)


class ChangesOutOfOrder(ValueError):
    """Changes do not follow on the chart: another enterprise's, or with a gap."""


def after(chart: Chart, changes: Iterable[Change]) -> Chart:
    """The chart as it stands after these changes. Raises ChangesOutOfOrder."""
    by_id: dict[UUID, Mandate] = {mandate.id: mandate for mandate in chart.mandates}
    version = chart.version
    for change in changes:
        if change.enterprise != chart.enterprise or change.enterprise_version != version + 1:
            raise ChangesOutOfOrder("A change does not follow on the one before it.")
        version = change.enterprise_version
        if change.mandate is not None:
            by_id[change.mandate.id] = change.mandate
    mandates = sorted(by_id.values(), key=lambda mandate: (mandate.appointed_at, mandate.id))
    return Chart(chart.enterprise, version, tuple(mandates))


def replay(enterprise: EnterpriseNumber, changes: Iterable[Change]) -> Chart:
    """The chart that an enterprise's changes make from the first one on. Raises ChangesOutOfOrder."""
    return after(Chart(enterprise), changes)
