"""Ending: by whoever may appoint, by the person, or because an authentic source reports what leaves no other way.

A person who ends an appointment of their own has RESIGNED; whoever else ends one has DISMISSED its holder, and has
REVOKED a single delegation. What a mandate entrusted ends with it, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from btb.actors import REGISTER
from btb.acts import Act, Opening
from btb.altering import found_delegation
from btb.changes import Change, ChangeCause
from btb.chart import Chart, open_delegations
from btb.drafts import Draft, NewId
from btb.due import settle
from btb.mandates import AccessManagerRole, DelegationId, EndReason, Mandate, MandateId, Standing
from btb.persons import PersonId
from btb.policy import DEFAULT_POLICY, AppointmentPolicy


def end_appointment(chart: Chart, act: Act, mandate_id: MandateId) -> tuple[Change, ...]:
    """End a mandate, in office or scheduled."""
    opening = Opening(chart, act)
    mandate = opening.asked_for(mandate_id, ("accessManagerId",))
    if mandate is not None:
        opening.entitle(mandate.role, holder=mandate)
    draft = opening.agreed()
    if mandate is not None:
        reason = _reason(act, mandate, EndReason.DISMISSED)
        draft.end(mandate, reason, ChangeCause.REQUEST, act.requester.actor, draft.now)
    return draft.changes


def revoke_delegation(chart: Chart, act: Act, delegation_id: DelegationId) -> tuple[Change, ...]:
    """Take one domain back; the last one ends the mandate."""
    opening = Opening(chart, act)
    mandate, delegation = found_delegation(opening, chart, delegation_id)
    opening.entitle(AccessManagerRole.DOMAIN, holder=mandate)
    opening.in_office(delegation, ("delegationId",))
    draft = opening.agreed()
    if mandate is not None and delegation is not None:
        actor, reason = act.requester.actor, _reason(act, mandate, EndReason.REVOKED)
        mandate = draft.end_delegation(mandate, delegation, reason, ChangeCause.REQUEST, actor, draft.now)
        if not open_delegations(mandate):
            draft.end(mandate, reason, ChangeCause.REQUEST, actor, draft.now)
    return draft.changes


def person_deceased(
    chart: Chart,
    person: PersonId,
    *,
    now: datetime,
    new_id: NewId,
    policy: AppointmentPolicy = DEFAULT_POLICY,
    effective_at: datetime | None = None,
) -> tuple[Change, ...]:
    """What ends where a register reports a death; `effective_at` is when it took effect, default now."""
    draft = Draft(chart, now, new_id, policy)
    settle(draft)
    if policy.death_ends_appointments:
        _end_all(draft, draft.held(person), EndReason.DECEASED, ChangeCause.DEATH, effective_at)
    return draft.changes


def number_cancelled(
    chart: Chart,
    person: PersonId,
    *,
    now: datetime,
    new_id: NewId,
    policy: AppointmentPolicy = DEFAULT_POLICY,
    effective_at: datetime | None = None,
) -> tuple[Change, ...]:
    """What ends where a register cancels the person's number without giving another."""
    draft = Draft(chart, now, new_id, policy)
    settle(draft)
    _end_all(draft, draft.held(person), EndReason.NUMBER_CANCELLED, ChangeCause.NUMBER_CANCELLED, effective_at)
    return draft.changes


def enterprise_ceased(
    chart: Chart,
    *,
    now: datetime,
    new_id: NewId,
    policy: AppointmentPolicy = DEFAULT_POLICY,
    succeeded: bool = False,
    effective_at: datetime | None = None,
) -> tuple[Change, ...]:
    """What ends where KBO reports that the enterprise ceased, or was taken over by another (`succeeded`)."""
    draft = Draft(chart, now, new_id, policy)
    settle(draft)
    if policy.cessation_ends_appointments:
        reason = EndReason.ENTERPRISE_SUCCEEDED if succeeded else EndReason.ENTERPRISE_CEASED
        cause = ChangeCause.ENTERPRISE_SUCCEEDED if succeeded else ChangeCause.ENTERPRISE_CEASED
        _end_all(draft, draft.open(), reason, cause, effective_at)
    return draft.changes


def _end_all(
    draft: Draft, mandates: Iterable[Mandate], reason: EndReason, cause: ChangeCause, effective_at: datetime | None
) -> None:
    """End each, scheduled ones first; never later than now, and never before a mandate in office began."""
    at = draft.now if effective_at is None else min(effective_at, draft.now)
    for mandate in sorted(mandates, key=lambda each: each.standing is Standing.IN_OFFICE):
        begun = mandate.valid_from if mandate.standing is Standing.IN_OFFICE else draft.now
        draft.end(mandate, reason, cause, REGISTER, max(at, min(begun, draft.now)))


def _reason(act: Act, mandate: Mandate, otherwise: EndReason) -> EndReason:
    return EndReason.RESIGNED if act.requester.holds(mandate) else otherwise
