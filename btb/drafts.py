"""A draft of what one act changes: it keeps a chart up to date while changes are written, and numbers them.

Every change carries the whole mandate after it. A chief's end and successor are written together, the end first, so
that nobody who follows the changes ever sees two chiefs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from btb.actors import ActorReference
from btb.changes import Change, ChangeCause, ChangeType
from btb.chart import Chart, latest, open_delegations
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Delegation, EndReason, Mandate, MandateId, Standing
from btb.persons import PersonId
from btb.policy import AppointmentPolicy

NewId = Callable[[], UUID]
"""Makes random ids; handed in, because the rules have no randomness of their own."""

_APPOINTED = {
    AccessManagerRole.CHIEF: ChangeType.CHIEF_APPOINTED,
    AccessManagerRole.CO_CHIEF: ChangeType.CO_CHIEF_APPOINTED,
    AccessManagerRole.DOMAIN: ChangeType.ACCESS_MANAGER_APPOINTED,
}


class Draft:
    """What one act has written so far. `now` never lies before anything that the chart says was done."""

    def __init__(self, chart: Chart, now: datetime, new_id: NewId, policy: AppointmentPolicy) -> None:
        self._enterprise = chart.enterprise
        self._version = chart.version
        self._mandates: dict[UUID, Mandate] = {mandate.id: mandate for mandate in chart.mandates}
        self._changes: list[Change] = []
        self.now = max((now, *map(latest, chart.mandates)))
        self.new_id = new_id
        self.policy = policy

    @property
    def enterprise(self) -> EnterpriseNumber:
        """Whose chart it is."""
        return self._enterprise

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything written, in order."""
        return tuple(self._changes)

    @property
    def mandates(self) -> tuple[Mandate, ...]:
        """The mandates as they stand now."""
        return tuple(self._mandates.values())

    def mandate(self, id: MandateId) -> Mandate | None:
        """One mandate as it stands now."""
        return self._mandates.get(id)

    def standing(self, role: AccessManagerRole, standing: Standing) -> tuple[Mandate, ...]:
        """The mandates of a role recorded as standing so."""
        return tuple(each for each in self._mandates.values() if each.role is role and each.standing is standing)

    def open(self) -> tuple[Mandate, ...]:
        """The mandates that have not ended."""
        return tuple(each for each in self._mandates.values() if each.standing is not Standing.ENDED)

    def held(self, person: PersonId) -> tuple[Mandate, ...]:
        """The person's mandates that have not ended."""
        return tuple(each for each in self.open() if each.person == person)

    def chief(self) -> Mandate | None:
        """The chief recorded as being in office."""
        return next(iter(self.standing(AccessManagerRole.CHIEF, Standing.IN_OFFICE)), None)

    def write(
        self,
        type: ChangeType,
        cause: ChangeCause,
        actor: ActorReference,
        effective_at: datetime,
        mandate: Mandate | None = None,
        *,
        delegation: Delegation | None = None,
        end_reason: EndReason | None = None,
    ) -> None:
        """Write one change down; the mandate, where there is one, stands as given from here on."""
        self._version += 1
        if mandate is not None:
            self._mandates[mandate.id] = mandate
        self._changes.append(
            Change(
                id=self.new_id(),
                type=type,
                cause=cause,
                enterprise=self._enterprise,
                enterprise_version=self._version,
                effective_at=effective_at,
                recorded_at=self.now,
                actor=actor,
                mandate=mandate,
                delegation=delegation,
                role=None if mandate is None else mandate.role,
                end_reason=end_reason,
            )
        )

    def install(self, mandate: Mandate, cause: ChangeCause, actor: ActorReference) -> None:
        """Announce a mandate; one that is in office first ends what it replaces (R6; a person has one mandate)."""
        start = mandate.valid_from
        if mandate.standing is Standing.IN_OFFICE:
            replaced = [
                each
                for each in self.held(mandate.person)
                if each.id != mandate.id and each.standing is Standing.IN_OFFICE
            ]
            chief = self.chief() if mandate.role is AccessManagerRole.CHIEF else None
            if chief is not None:
                replaced.insert(0, chief)
                if self.policy.chief_replacement_ends_co_chiefs:
                    replaced.extend(self.standing(AccessManagerRole.CO_CHIEF, Standing.IN_OFFICE))
            for each in dict.fromkeys(one.id for one in replaced):
                self.end(self._mandates[each], EndReason.REPLACED, cause, actor, start)
        self.write(_APPOINTED[mandate.role], cause, actor, start, mandate)

    def end(self, mandate: Mandate, reason: EndReason, cause: ChangeCause, actor: ActorReference, at: datetime) -> None:
        """End a mandate with everything delegated by it; say so where that leaves the enterprise without chief."""
        was_chief = mandate.role is AccessManagerRole.CHIEF and mandate.standing is Standing.IN_OFFICE
        for delegation in open_delegations(mandate):
            mandate = self.end_delegation(mandate, delegation, reason, cause, actor, at)
        ended = replace(mandate, standing=Standing.ENDED, ended_at=at, end_reason=reason)
        self.write(ChangeType.APPOINTMENT_ENDED, cause, actor, at, ended, end_reason=reason)
        if was_chief and reason is not EndReason.REPLACED:
            self.write(ChangeType.ENTERPRISE_WITHOUT_CHIEF, cause, actor, at)

    def end_delegation(
        self,
        mandate: Mandate,
        delegation: Delegation,
        reason: EndReason,
        cause: ChangeCause,
        actor: ActorReference,
        at: datetime,
    ) -> Mandate:
        """End one delegation; the mandate stays, with the period of what is left. Returns the mandate."""
        ended = replace(delegation, standing=Standing.ENDED, ended_at=at, end_reason=reason)
        mandate = with_delegation(mandate, ended)
        self.write(ChangeType.DELEGATION_ENDED, cause, actor, at, mandate, delegation=ended, end_reason=reason)
        return mandate


def with_delegation(mandate: Mandate, delegation: Delegation) -> Mandate:
    """The mandate with a delegation added or altered; its period is that of what it holds and has not ended."""
    others = [each for each in mandate.delegations if each.id != delegation.id]
    delegations = tuple(sorted((*others, delegation), key=lambda each: (each.granted_at, each.id)))
    still = [each for each in delegations if each.standing is not Standing.ENDED]
    if not still:
        return replace(mandate, delegations=delegations)
    ends = [each.valid_until for each in still]
    starts = [each.valid_from for each in still]
    return replace(
        mandate,
        delegations=delegations,
        valid_from=min(starts) if mandate.standing is Standing.SCHEDULED else mandate.valid_from,
        valid_until=None if None in ends else max(end for end in ends if end is not None),
    )
