"""What time alone makes true: scheduled starts are reached, dated mandates and delegations expire.

Each is written with the moment it truly took effect, however late it is recorded. Of what falls on one moment, a
chief's start comes first, so that the chief before is replaced rather than expired; then ends, then other starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple, assert_never
from uuid import UUID

from btb.actors import REGISTER
from btb.changes import Change, ChangeCause, ChangeType
from btb.chart import Chart, open_delegations
from btb.drafts import Draft, NewId, with_delegation
from btb.mandates import AccessManagerRole, Delegation, DelegationId, EndReason, Mandate, MandateId, Standing
from btb.policy import DEFAULT_POLICY, AppointmentPolicy


def due(
    chart: Chart, now: datetime, new_id: NewId, *, policy: AppointmentPolicy = DEFAULT_POLICY
) -> tuple[Change, ...]:
    """Everything that time made true until now and that is not written yet; empty where nothing is."""
    draft = Draft(chart, now, new_id, policy)
    settle(draft)
    return draft.changes


def next_due(chart: Chart) -> datetime | None:
    """When time next makes something true in this chart; None where it never does."""
    return min((event.at for mandate in chart.mandates for event in _events(mandate)), default=None)


def settle(draft: Draft) -> None:
    """Write what is due into a draft."""
    events = (event for mandate in draft.mandates for event in _events(mandate) if event.at <= draft.now)
    for event in sorted(events, key=lambda event: event[:2]):
        mandate = draft.mandate(event.mandate)
        if mandate is not None and mandate.standing is not Standing.ENDED:
            _apply(draft, event, mandate)


class _Kind(IntEnum):
    """What can happen, in the order in which it does where it happens at one moment."""

    CHIEF_STARTS = 0
    DELEGATION_EXPIRES = 1
    MANDATE_EXPIRES = 2
    MANDATE_STARTS = 3
    DELEGATION_STARTS = 4


class _Event(NamedTuple):
    at: datetime
    kind: _Kind
    mandate: MandateId
    delegation: DelegationId | None = None


def _events(mandate: Mandate) -> Iterator[_Event]:
    if mandate.standing is Standing.ENDED:
        return
    if mandate.standing is Standing.SCHEDULED:
        chief = mandate.role is AccessManagerRole.CHIEF
        yield _Event(mandate.valid_from, _Kind.CHIEF_STARTS if chief else _Kind.MANDATE_STARTS, mandate.id)
    if mandate.valid_until is not None:
        yield _Event(mandate.valid_until, _Kind.MANDATE_EXPIRES, mandate.id)
    for delegation in open_delegations(mandate):
        if delegation.standing is Standing.SCHEDULED:
            yield _Event(delegation.valid_from, _Kind.DELEGATION_STARTS, mandate.id, delegation.id)
        if delegation.valid_until is not None:
            yield _Event(delegation.valid_until, _Kind.DELEGATION_EXPIRES, mandate.id, delegation.id)


def _apply(draft: Draft, event: _Event, mandate: Mandate) -> None:
    match event.kind:
        case _Kind.CHIEF_STARTS | _Kind.MANDATE_STARTS:
            draft.install(replace(mandate, standing=Standing.IN_OFFICE), ChangeCause.PERIOD_REACHED, REGISTER)
        case _Kind.MANDATE_EXPIRES:
            draft.end(mandate, EndReason.EXPIRED, ChangeCause.EXPIRY, REGISTER, event.at)
        case _Kind.DELEGATION_STARTS:
            delegation = _open(mandate, event.delegation)
            if delegation is not None:
                _start(draft, mandate, delegation)
        case _Kind.DELEGATION_EXPIRES:
            delegation = _open(mandate, event.delegation)
            if delegation is not None:
                _expire(draft, mandate, delegation, event.at)
        case _:
            assert_never(event.kind)


def _open(mandate: Mandate, id: UUID | None) -> Delegation | None:
    return next((each for each in open_delegations(mandate) if each.id == id), None)


def _start(draft: Draft, mandate: Mandate, delegation: Delegation) -> None:
    started = replace(delegation, standing=Standing.IN_OFFICE)
    draft.write(
        ChangeType.DELEGATION_GRANTED,
        ChangeCause.PERIOD_REACHED,
        REGISTER,
        delegation.valid_from,
        with_delegation(mandate, started),
        delegation=started,
    )


def _expire(draft: Draft, mandate: Mandate, delegation: Delegation, at: datetime) -> None:
    mandate = draft.end_delegation(mandate, delegation, EndReason.EXPIRED, ChangeCause.EXPIRY, REGISTER, at)
    if not open_delegations(mandate):
        draft.end(mandate, EndReason.EXPIRED, ChangeCause.EXPIRY, REGISTER, at)
