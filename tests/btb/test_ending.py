"""Who may end or suspend what, and what ends because a source says so."""

from __future__ import annotations

from uuid import UUID

import pytest

from btb import altering, ending
from btb.actors import REGISTER
from btb.changes import ChangeCause, ChangeType
from btb.mandates import DelegationId, EndReason, MandateId, MandateStatus
from btb.persons import PersonId
from btb.policy import AppointmentPolicy
from btb.refusals import ProblemCode, Refused
from tests.btb.conftest import CARL, CORA, DAY, NOON, ROSE, TINA, TOM, Bakery, problems

HOUR = DAY / 24
P = ProblemCode
T = ChangeType


@pytest.mark.parametrize(
    ("who", "by", "why"),
    [
        (CARL, ROSE, EndReason.DISMISSED),
        (CARL, CARL, EndReason.RESIGNED),
        (CORA, CARL, EndReason.DISMISSED),
        (CORA, CORA, EndReason.RESIGNED),
        (TOM, CARL, EndReason.DISMISSED),
        (TOM, CORA, EndReason.DISMISSED),
        (TOM, TOM, EndReason.RESIGNED),
    ],
)
def test_whoever_may_appoint_may_end_and_everybody_may_resign(
    staffed: Bakery, who: PersonId, by: PersonId, why: EndReason
) -> None:
    changes = staffed.end(who, by=by)
    assert {change.end_reason for change in changes if change.mandate} == {why}
    assert staffed.mandate(who).status(staffed.now) is MandateStatus.ENDED


@pytest.mark.parametrize(
    ("who", "by", "code"),
    [
        (CARL, CORA, P.NOT_LEGAL_REPRESENTATIVE),
        (CARL, TOM, P.NOT_LEGAL_REPRESENTATIVE),
        (CORA, ROSE, P.NOT_CHIEF),
        (CORA, TOM, P.NOT_CHIEF),
        (TOM, ROSE, P.NOT_CHIEF_OR_CO_CHIEF),
        (TOM, TINA, P.NOT_CHIEF_OR_CO_CHIEF),
    ],
)
def test_nobody_else_may(staffed: Bakery, who: PersonId, by: PersonId, code: ProblemCode) -> None:
    for attempt in (staffed.end, staffed.suspend):
        with pytest.raises(Refused) as refused:
            attempt(who, by=by)
        assert problems(refused) == [(code, ())]


def test_ending_the_chief_leaves_the_enterprise_without_chief(staffed: Bakery) -> None:
    ended, without = staffed.end(CARL, by=ROSE)
    assert (ended.type, without.type) == (T.APPOINTMENT_ENDED, T.ENTERPRISE_WITHOUT_CHIEF)
    assert without.mandate is None
    assert staffed.chart.chief(staffed.now) is None
    assert staffed.chart.co_chiefs(staffed.now)


def test_ending_an_access_manager_ends_every_delegation(staffed: Bakery) -> None:
    changes = staffed.end(TOM, by=CARL)
    assert [change.type for change in changes] == [T.DELEGATION_ENDED, T.DELEGATION_ENDED, T.APPOINTMENT_ENDED]
    assert all(each.ended_at == staffed.now for each in staffed.mandate(TOM).delegations)


def test_one_domain_may_be_revoked_and_the_last_one_ends_the_mandate(staffed: Bakery) -> None:
    (change,) = staffed.revoke(TOM, "FINANCE")
    assert (change.type, change.domain, change.end_reason) == (T.DELEGATION_ENDED, "FINANCE", EndReason.REVOKED)
    assert staffed.mandate(TOM).status(staffed.now) is MandateStatus.ACTIVE
    last, whole = staffed.revoke(TOM, "MOBILITY", by=CORA)
    assert (last.domain, whole.type, whole.end_reason) == ("MOBILITY", T.APPOINTMENT_ENDED, EndReason.REVOKED)


def test_a_revoked_domain_may_be_given_again(staffed: Bakery) -> None:
    staffed.revoke(TOM, "FINANCE")
    staffed.later()
    staffed.manager(TOM, CARL, "FINANCE")
    assert len([each for each in staffed.mandate(TOM).delegations if each.domain == "FINANCE"]) == 2


def test_an_access_manager_may_give_back_a_domain(staffed: Bakery) -> None:
    (change,) = staffed.revoke(TOM, "FINANCE", by=TOM)
    assert change.end_reason is EndReason.RESIGNED
    with pytest.raises(Refused) as refused:
        staffed.revoke(TOM, "MOBILITY", by=TINA)
    assert problems(refused) == [(P.NOT_CHIEF_OR_CO_CHIEF, ())]


def test_what_has_ended_or_never_was_cannot_be_ended_or_altered(staffed: Bakery) -> None:
    mandate, delegation = staffed.mandate(TOM), staffed.delegation(TOM, "FINANCE")
    staffed.end(TOM, by=CARL)
    act = staffed.act(CARL)
    for mandate_id in (mandate.id, MandateId(UUID(int=9))):
        for attempt in (ending.end_appointment, altering.suspend, altering.reinstate):
            with pytest.raises(Refused) as refused:
                attempt(staffed.chart, act, mandate_id)
            assert (P.NOT_IN_OFFICE, ("accessManagerId",)) in problems(refused)
    for delegation_id in (delegation.id, DelegationId(UUID(int=9))):
        for change in (ending.revoke_delegation, altering.change_delegation_period):
            with pytest.raises(Refused) as refused:
                change(staffed.chart, act, delegation_id)
            assert (P.NOT_IN_OFFICE, ("delegationId",)) in problems(refused)


def test_a_suspended_mandate_stays_but_lets_nobody_manage(staffed: Bakery) -> None:
    (change,) = staffed.suspend(TOM)
    assert change.type is T.ACCESS_MANAGER_SUSPENDED
    assert staffed.mandate(TOM).status(staffed.now) is MandateStatus.SUSPENDED
    assert TOM not in [each.person for each in staffed.chart.managing("FINANCE", staffed.now)]
    with pytest.raises(Refused):
        staffed.suspend(TOM)
    (change,) = staffed.reinstate(TOM, by=CORA)
    assert change.type is T.ACCESS_MANAGER_REINSTATED
    assert TOM in [each.person for each in staffed.chart.managing("FINANCE", staffed.now)]
    with pytest.raises(Refused) as refused:
        staffed.reinstate(TOM)
    assert problems(refused) == [(P.ALREADY_APPOINTED, ("accessManagerId",))]


def test_nobody_lifts_his_own_suspension(staffed: Bakery) -> None:
    staffed.suspend(CORA)
    with pytest.raises(Refused):
        staffed.reinstate(CORA, by=CORA)
    staffed.end(CORA, by=CORA)


def test_a_scheduled_mandate_cannot_be_suspended(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(valid_from=NOON + DAY)
    with pytest.raises(Refused) as refused:
        bakery.suspend(CORA)
    assert problems(refused) == [(P.NOT_IN_OFFICE, ("accessManagerId",))]


def test_a_death_ends_everything_the_person_held_or_was_to_hold(staffed: Bakery) -> None:
    staffed.chief(TOM, valid_from=NOON + DAY)
    staffed.later(2 * HOUR)
    changes = staffed.keep(
        ending.person_deceased(staffed.chart, TOM, now=staffed.now, new_id=staffed.new_id, effective_at=NOON + HOUR)
    )
    assert {(change.cause, change.actor) for change in changes} == {(ChangeCause.DEATH, REGISTER)}
    assert changes[-1].effective_at == NOON + HOUR
    assert staffed.time_passes(3 * DAY) == ()


def test_the_death_of_the_chief_leaves_the_enterprise_without_one(staffed: Bakery) -> None:
    changes = ending.person_deceased(staffed.chart, CARL, now=NOON, new_id=staffed.new_id)
    assert [change.type for change in changes] == [T.APPOINTMENT_ENDED, T.ENTERPRISE_WITHOUT_CHIEF]
    assert changes[0].end_reason is EndReason.DECEASED


def test_a_cancelled_number_ends_what_its_holder_held(staffed: Bakery) -> None:
    changes = ending.number_cancelled(staffed.chart, CORA, now=NOON, new_id=staffed.new_id)
    assert [(change.cause, change.end_reason) for change in changes] == [
        (ChangeCause.NUMBER_CANCELLED, EndReason.NUMBER_CANCELLED)
    ]
    assert ending.number_cancelled(staffed.chart, TINA, now=NOON, new_id=staffed.new_id) == ()


@pytest.mark.parametrize(
    ("succeeded", "why"), [(False, EndReason.ENTERPRISE_CEASED), (True, EndReason.ENTERPRISE_SUCCEEDED)]
)
def test_nothing_stays_in_an_enterprise_that_is_no_more(staffed: Bakery, succeeded: bool, why: EndReason) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    changes = staffed.keep(
        ending.enterprise_ceased(staffed.chart, now=NOON, new_id=staffed.new_id, succeeded=succeeded)
    )
    assert {change.end_reason for change in changes if change.mandate} == {why}
    assert staffed.chart.in_office(NOON + 2 * DAY) == ()
    assert [change.type for change in changes].count(T.ENTERPRISE_WITHOUT_CHIEF) == 1


def test_nothing_ends_by_itself_where_the_policy_says_so(staffed: Bakery) -> None:
    lenient = AppointmentPolicy(death_ends_appointments=False, cessation_ends_appointments=False)
    now, new_id = staffed.now, staffed.new_id
    assert ending.person_deceased(staffed.chart, CARL, now=now, new_id=new_id, policy=lenient) == ()
    assert ending.enterprise_ceased(staffed.chart, now=now, new_id=new_id, policy=lenient) == ()
