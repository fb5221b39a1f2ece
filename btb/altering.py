"""Altering what is in force: a delegation's period, and whether a mandate is suspended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from btb.acts import KEPT, Act, Kept, Opening
from btb.changes import Change, ChangeCause, ChangeType
from btb.chart import Chart
from btb.drafts import with_delegation
from btb.due import settle
from btb.mandates import AccessManagerRole, Delegation, DelegationId, Mandate, MandateId, Standing
from btb.refusals import ProblemCode


def change_delegation_period(
    chart: Chart,
    act: Act,
    delegation_id: DelegationId,
    *,
    valid_from: datetime | Kept = KEPT,
    valid_until: datetime | Kept | None = KEPT,
) -> tuple[Change, ...]:
    """Change when a delegation starts (while it has not) or ends; by whoever may appoint access managers."""
    opening = Opening(chart, act)
    mandate, delegation = found_delegation(opening, chart, delegation_id)
    opening.entitle(AccessManagerRole.DOMAIN)
    if mandate is None or delegation is None:
        opening.in_office(None, ("delegationId",))
        return opening.agreed().changes
    start, end = _period(opening, delegation, valid_from, valid_until)
    if mandate.standing is Standing.SCHEDULED:
        opening.room(mandate.person, mandate.role, start)
    draft = opening.agreed()
    altered = replace(delegation, valid_from=start, valid_until=end)
    draft.write(
        ChangeType.DELEGATION_PERIOD_CHANGED,
        ChangeCause.REQUEST,
        act.requester.actor,
        draft.now,
        with_delegation(mandate, altered),
        delegation=altered,
    )
    settle(draft)
    return draft.changes


def suspend(chart: Chart, act: Act, mandate_id: MandateId) -> tuple[Change, ...]:
    """Suspend a mandate in office: it stays, but nothing may be done by it; by whoever may appoint to its role."""
    opening = Opening(chart, act)
    mandate = _in_office(opening, mandate_id)
    if mandate is not None and mandate.suspended_at is not None:
        opening.problem(ProblemCode.NOT_IN_OFFICE, ("accessManagerId",), ("status", "SUSPENDED"))
    draft = opening.agreed()
    if mandate is not None:
        suspended = replace(mandate, suspended_at=draft.now)
        actor = act.requester.actor
        draft.write(ChangeType.ACCESS_MANAGER_SUSPENDED, ChangeCause.REQUEST, actor, draft.now, suspended)
    return draft.changes


def reinstate(chart: Chart, act: Act, mandate_id: MandateId) -> tuple[Change, ...]:
    """End a suspension; by whoever may appoint to the role."""
    opening = Opening(chart, act)
    mandate = _in_office(opening, mandate_id)
    if mandate is not None and mandate.suspended_at is None:
        role = ("role", mandate.role.value)
        opening.problem(ProblemCode.ALREADY_APPOINTED, ("accessManagerId",), role)
    draft = opening.agreed()
    if mandate is not None:
        actor = act.requester.actor
        reinstated = replace(mandate, suspended_at=None)
        draft.write(ChangeType.ACCESS_MANAGER_REINSTATED, ChangeCause.REQUEST, actor, draft.now, reinstated)
    return draft.changes


def _in_office(opening: Opening, id: MandateId) -> Mandate | None:
    """The mandate to alter; notes where it is not in office, or not the requester's to alter."""
    path = ("accessManagerId",)
    mandate = opening.asked_for(id, path)
    if mandate is not None:
        opening.entitle(mandate.role)
        if mandate.standing is Standing.SCHEDULED:
            opening.problem(ProblemCode.NOT_IN_OFFICE, path, ("status", "SCHEDULED"))
    return mandate


def found_delegation(opening: Opening, chart: Chart, id: DelegationId) -> tuple[Mandate | None, Delegation | None]:
    """A delegation that has not ended, as it stands in the draft, with its mandate."""
    known = chart.delegation(id)
    mandate = None if known is None else opening.draft.mandate(known[0].id)
    if mandate is None or mandate.standing is Standing.ENDED:
        return None, None
    open_ones = (each for each in mandate.delegations if each.standing is not Standing.ENDED)
    return mandate, next((each for each in open_ones if each.id == id), None)


def _period(
    opening: Opening, delegation: Delegation, valid_from: datetime | Kept, valid_until: datetime | Kept | None
) -> tuple[datetime, datetime | None]:
    """The delegation's new period; notes what is wrong with it."""
    end = delegation.valid_until if isinstance(valid_until, Kept) else valid_until
    if delegation.standing is Standing.SCHEDULED:
        return opening.period(delegation.valid_from if isinstance(valid_from, Kept) else valid_from, end)
    start = delegation.valid_from
    if not isinstance(valid_from, Kept) and valid_from != start:
        opening.wrong_period("validFrom", "ALREADY_BEGUN")
    longest = opening.act.policy.longest_term
    if end is not None and end <= opening.draft.now:
        opening.wrong_period("validUntil", "END_IN_PAST")
    if longest is not None:
        end = opening.term(start, end, longest)
    return start, end
