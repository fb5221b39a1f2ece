"""Scheduled starts and expiries: status follows from dates, and what became true is written once, with its moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from btb.actors import REGISTER
from btb.changes import ChangeCause, ChangeType
from btb.due import due, next_due
from btb.mandates import AccessManagerRole, EndReason, MandateStatus, Standing
from btb.policy import AppointmentPolicy
from btb.refusals import ProblemCode, Refused
from tests.btb.conftest import CARL, CORA, DAY, NOON, TINA, TOM, Bakery, problems

T = ChangeType
HOUR = timedelta(hours=1)


def test_nothing_is_due_in_an_open_ended_chart(staffed: Bakery) -> None:
    assert next_due(staffed.chart) is None
    assert staffed.time_passes(400 * DAY) == ()


def test_a_scheduled_chief_takes_over_when_the_time_comes(staffed: Bakery) -> None:
    (planned,) = staffed.chief(TINA, valid_from=NOON + DAY)
    assert (planned.type, planned.effective_at, planned.recorded_at) == (T.CHIEF_APPOINTED, NOON + DAY, NOON)
    assert staffed.chart.chief(NOON).person == CARL  # type: ignore[union-attr]
    assert next_due(staffed.chart) == NOON + DAY
    ended, started = staffed.time_passes(DAY + HOUR)
    assert (ended.type, ended.end_reason, ended.effective_at) == (T.APPOINTMENT_ENDED, EndReason.REPLACED, NOON + DAY)
    assert (started.type, started.cause, started.actor) == (T.CHIEF_APPOINTED, ChangeCause.PERIOD_REACHED, REGISTER)
    assert (started.effective_at, started.recorded_at) == (NOON + DAY, NOON + DAY + HOUR)
    assert staffed.time_passes() == ()


def test_there_is_one_chief_at_any_moment_though_the_duty_is_late(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    assert staffed.chart.chief(NOON + DAY - HOUR).person == CARL  # type: ignore[union-attr]
    assert staffed.chart.chief(NOON + DAY).person == TINA  # type: ignore[union-attr]
    assert [each.person for each in staffed.chart.in_office(NOON + DAY)] == [TINA, CORA, TOM]


def test_a_request_starts_from_what_time_made_true(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    staffed.later(2 * DAY)
    with pytest.raises(Refused) as refused:
        staffed.manager(CORA, CARL)
    assert (ProblemCode.NOT_CHIEF_OR_CO_CHIEF, ()) in problems(refused)
    changes = staffed.co_chief(CARL, by=TINA)
    assert [change.cause for change in changes] == [
        ChangeCause.PERIOD_REACHED,
        ChangeCause.PERIOD_REACHED,
        ChangeCause.REQUEST,
    ]


def test_a_later_schedule_replaces_the_earlier_one(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    ended, planned = staffed.chief(TOM, valid_from=NOON + 2 * DAY)
    assert (ended.mandate.person, ended.end_reason) == (TINA, EndReason.REPLACED)  # type: ignore[union-attr]
    assert planned.mandate.person == TOM  # type: ignore[union-attr]
    staffed.time_passes(3 * DAY)
    assert staffed.chart.chief(staffed.now).person == TOM  # type: ignore[union-attr]
    assert staffed.mandate(TOM, AccessManagerRole.DOMAIN).end_reason is EndReason.REPLACED


def test_a_chief_appointed_now_leaves_the_schedule_alone_unless_it_is_the_same_person(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    staffed.chief(CORA)
    assert staffed.mandate(TINA).standing is Standing.SCHEDULED
    staffed.chief(TINA)
    assert [each.standing for each in staffed.chart.of_person(TINA)].count(Standing.SCHEDULED) == 0


def test_a_scheduled_chief_may_be_called_off(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    (change,) = staffed.end(TINA, by=TINA)
    assert (change.type, change.end_reason) == (T.APPOINTMENT_ENDED, EndReason.RESIGNED)
    assert staffed.time_passes(2 * DAY) == ()
    assert staffed.chart.chief(staffed.now).person == CARL  # type: ignore[union-attr]


def test_a_dated_co_chief_expires(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(valid_until=NOON + DAY)
    mandate = bakery.mandate(CORA)
    assert mandate.status(NOON + DAY - HOUR) is MandateStatus.ACTIVE
    assert mandate.status(NOON + DAY) is MandateStatus.ENDED
    (change,) = bakery.time_passes(9 * DAY)
    assert (change.type, change.cause, change.end_reason) == (
        T.APPOINTMENT_ENDED,
        ChangeCause.EXPIRY,
        EndReason.EXPIRED,
    )
    assert change.effective_at == NOON + DAY
    assert change.mandate.ended_at == NOON + DAY  # type: ignore[union-attr]


def test_a_co_chief_may_be_renewed_ahead_of_the_end(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(valid_until=NOON + DAY)
    with pytest.raises(Refused):
        bakery.co_chief(valid_from=NOON + HOUR)
    bakery.co_chief(valid_from=NOON + DAY)
    changes = bakery.time_passes()
    assert [(change.type, change.end_reason) for change in changes] == [
        (T.APPOINTMENT_ENDED, EndReason.EXPIRED),
        (T.CO_CHIEF_APPOINTED, None),
    ]


def test_an_access_manager_ends_with_the_last_delegation(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE", valid_until=NOON + DAY)
    bakery.manager(TOM, CARL, "MOBILITY", valid_until=NOON + 2 * DAY)
    assert bakery.mandate(TOM).valid_until == NOON + 2 * DAY
    (first,) = bakery.time_passes()
    assert (first.type, first.domain, first.cause) == (T.DELEGATION_ENDED, "FINANCE", ChangeCause.EXPIRY)
    second, whole = bakery.time_passes()
    assert (second.domain, whole.type, whole.end_reason) == ("MOBILITY", T.APPOINTMENT_ENDED, EndReason.EXPIRED)


def test_a_scheduled_access_manager_starts_with_the_first_delegation(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE", valid_from=NOON + 2 * DAY)
    bakery.manager(TOM, CARL, "MOBILITY", valid_from=NOON + DAY)
    assert bakery.mandate(TOM).valid_from == NOON + DAY
    changes = bakery.time_passes()
    assert [(change.type, change.domain) for change in changes] == [
        (T.ACCESS_MANAGER_APPOINTED, None),
        (T.DELEGATION_GRANTED, "MOBILITY"),
    ]
    (later,) = bakery.time_passes()
    assert (later.type, later.domain, later.effective_at) == (T.DELEGATION_GRANTED, "FINANCE", NOON + 2 * DAY)


def test_a_domain_given_now_puts_a_scheduled_access_manager_in_office(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE", valid_from=NOON + DAY)
    changes = bakery.manager(TOM, CARL, "MOBILITY")
    assert [change.type for change in changes] == [T.ACCESS_MANAGER_APPOINTED, T.DELEGATION_GRANTED]
    assert bakery.mandate(TOM).status(NOON) is MandateStatus.ACTIVE
    assert bakery.delegation(TOM, "FINANCE").standing is Standing.SCHEDULED


def test_a_whole_term_may_pass_while_the_register_sleeps(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE", valid_from=NOON + DAY, valid_until=NOON + 2 * DAY)
    bakery.chief(TINA, valid_from=NOON + DAY)
    changes = bakery.time_passes(30 * DAY)
    assert [(change.type, change.effective_at) for change in changes] == [
        (T.APPOINTMENT_ENDED, NOON + DAY),
        (T.CHIEF_APPOINTED, NOON + DAY),
        (T.ACCESS_MANAGER_APPOINTED, NOON + DAY),
        (T.DELEGATION_GRANTED, NOON + DAY),
        (T.DELEGATION_ENDED, NOON + 2 * DAY),
        (T.APPOINTMENT_ENDED, NOON + 2 * DAY),
    ]


def test_a_greater_appointment_withdraws_a_lesser_one_that_was_scheduled(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE", valid_from=NOON + DAY)
    changes = bakery.co_chief(TOM)
    assert [change.end_reason for change in changes] == [EndReason.REPLACED, EndReason.REPLACED, None]
    assert bakery.time_passes(2 * DAY) == ()


def test_somebody_scheduled_as_co_chief_is_not_scheduled_for_domains_too(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(TOM, valid_from=NOON + 2 * DAY)
    with pytest.raises(Refused) as refused:
        bakery.manager(TOM, CARL, valid_from=NOON + DAY)
    assert problems(refused) == [(ProblemCode.ALREADY_APPOINTED, ("person",))]
    bakery.manager(TOM, CARL)
    bakery.time_passes(2 * DAY)
    assert bakery.mandate(TOM).role is AccessManagerRole.CO_CHIEF


def test_co_chiefs_leave_with_the_chief_also_when_the_time_comes(staffed: Bakery) -> None:
    staffed.policy = AppointmentPolicy(chief_replacement_ends_co_chiefs=True)
    staffed.chief(TINA, valid_from=NOON + DAY)
    changes = staffed.time_passes()
    assert [change.mandate.person for change in changes] == [CARL, CORA, TINA]  # type: ignore[union-attr]


def test_what_is_due_is_found_without_changing_the_chart(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    before = staffed.chart
    assert len(due(before, NOON + DAY, staffed.new_id)) == 2
    assert due(before, NOON + DAY - HOUR, staffed.new_id) == ()
    assert staffed.chart == before


def test_a_delegations_end_may_be_moved_and_its_start_while_it_is_scheduled(bakery: Bakery) -> None:
    bakery.chief()
    bakery.manager(TOM, CARL, "FINANCE")
    (change,) = bakery.move(TOM, "FINANCE", valid_until=NOON + DAY)
    assert (change.type, change.mandate.valid_until) == (T.DELEGATION_PERIOD_CHANGED, NOON + DAY)  # type: ignore[union-attr]
    bakery.move(TOM, "FINANCE", valid_until=None)
    assert bakery.mandate(TOM).valid_until is None
    with pytest.raises(Refused) as refused:
        bakery.move(TOM, "FINANCE", valid_from=NOON + HOUR, valid_until=NOON - HOUR)
    assert [path for _, path in problems(refused)] == [("validFrom",), ("validUntil",)]
    bakery.manager(TINA, CARL, "FINANCE", valid_from=NOON + DAY)
    bakery.move(TINA, "FINANCE", valid_from=NOON + 2 * DAY)
    assert next_due(bakery.chart) == NOON + 2 * DAY
    moved = bakery.move(TINA, "FINANCE", valid_from=NOON)
    assert [change.type for change in moved] == [
        T.DELEGATION_PERIOD_CHANGED,
        T.ACCESS_MANAGER_APPOINTED,
        T.DELEGATION_GRANTED,
    ]


def test_a_moved_end_keeps_the_longest_term(bakery: Bakery) -> None:
    bakery.policy = AppointmentPolicy(longest_term=30 * DAY)
    bakery.chief()
    bakery.manager(TOM)
    bakery.later(DAY)
    with pytest.raises(Refused):
        bakery.move(TOM, "FINANCE", valid_until=NOON + 31 * DAY)
    bakery.move(TOM, "FINANCE", valid_until=None)
    assert bakery.mandate(TOM).valid_until == NOON + 30 * DAY


def test_a_scheduled_domain_cannot_be_moved_before_the_end_of_a_co_chief(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(TOM, valid_until=NOON + DAY)
    bakery.manager(TOM, CARL, valid_from=NOON + DAY)
    with pytest.raises(Refused) as refused:
        bakery.move(TOM, "FINANCE", valid_from=NOON + HOUR)
    assert problems(refused) == [(ProblemCode.ALREADY_APPOINTED, ("person",))]
