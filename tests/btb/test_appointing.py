"""Who may appoint whom, and what an appointment does to those who were there before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from btb.actors import ActorKind, ActorReference
from btb.acts import Act, Requester
from btb.appointing import appoint_access_manager, appoint_chief, appoint_co_chief
from btb.changes import ChangeCause, ChangeType
from btb.chart import Chart
from btb.mandates import AccessManagerRole, Affiliation, Contact, EndReason, MandateStatus, Standing
from btb.persons import PersonId
from btb.policy import AppointmentPolicy
from btb.refusals import Problem, ProblemCode, Refused
from btb.representation import WhyNot
from tests.btb.conftest import (
    BAKERY,
    CARL,
    CORA,
    DAY,
    NOON,
    ROSE,
    TINA,
    TOM,
    Bakery,
    ids,
    problems,
    reason,
)

P = ProblemCode
T = ChangeType


def test_a_representative_appoints_the_chief(bakery: Bakery) -> None:
    (change,) = bakery.chief(CARL, contact=Contact("carl@example.be", "+3221234567"))
    assert (change.type, change.cause, change.enterprise_version) == (T.CHIEF_APPOINTED, ChangeCause.REQUEST, 1)
    assert (change.effective_at, change.recorded_at, change.position) == (NOON, NOON, None)
    assert change.actor.person == ROSE
    chief = bakery.chart.chief(NOON)
    assert chief is not None
    assert (chief.person, chief.contact.email, chief.standing) == (CARL, "carl@example.be", Standing.IN_OFFICE)


def test_a_representative_may_appoint_himself(bakery: Bakery) -> None:
    bakery.chief(ROSE)
    assert bakery.mandate(ROSE).role is AccessManagerRole.CHIEF


@pytest.mark.parametrize("who", [CARL, CORA, TOM, TINA])
def test_nobody_else_appoints_the_chief(staffed: Bakery, who: PersonId) -> None:
    with pytest.raises(Refused) as refused:
        staffed.chief(TINA, by=who)
    assert problems(refused) == [(P.NOT_LEGAL_REPRESENTATIVE, ())]


def test_why_somebody_does_not_represent_is_told(bakery: Bakery) -> None:
    nearly = Requester(ActorReference(ActorKind.PERSON, CARL), 500, None, WhyNot.FUNCTION_NOT_VALID_TODAY)
    with pytest.raises(Refused) as refused:
        appoint_chief(bakery.chart, Act(nearly, NOON, ids()), CARL, Affiliation.EMPLOYEE)
    assert reason(refused.value.problems[0]) == "FUNCTION_NOT_VALID_TODAY"


def test_a_new_chief_replaces_the_one_in_office_in_one_act(staffed: Bakery) -> None:
    old = staffed.mandate(CARL)
    staffed.later()
    ended, appointed = staffed.chief(TINA)
    assert (ended.type, ended.end_reason, ended.cause) == (T.APPOINTMENT_ENDED, EndReason.REPLACED, ChangeCause.REQUEST)
    assert ended.effective_at == appointed.effective_at == staffed.now
    assert appointed.type is T.CHIEF_APPOINTED
    assert staffed.chart.mandate(old.id).ended_at == staffed.now  # type: ignore[union-attr]
    assert staffed.chart.chief(staffed.now).person == TINA  # type: ignore[union-attr]
    assert staffed.chart.chief(NOON).person == CARL  # type: ignore[union-attr]


def test_co_chiefs_and_access_managers_stay_when_the_chief_is_replaced(staffed: Bakery) -> None:
    staffed.chief(TINA)
    assert [each.person for each in staffed.chart.in_office(staffed.now)] == [TINA, CORA, TOM]


def test_co_chiefs_leave_with_the_chief_where_the_policy_says_so(staffed: Bakery) -> None:
    staffed.policy = AppointmentPolicy(chief_replacement_ends_co_chiefs=True)
    types = [(change.type, change.mandate.person) for change in staffed.chief(TINA) if change.mandate]
    assert types == [(T.APPOINTMENT_ENDED, CARL), (T.APPOINTMENT_ENDED, CORA), (T.CHIEF_APPOINTED, TINA)]


def test_a_co_chief_who_becomes_chief_is_no_longer_co_chief(staffed: Bakery) -> None:
    staffed.chief(CORA)
    held = [each for each in staffed.chart.of_person(CORA) if each.standing is not Standing.ENDED]
    assert [each.role for each in held] == [AccessManagerRole.CHIEF]
    assert staffed.mandate(CORA, AccessManagerRole.CO_CHIEF).end_reason is EndReason.REPLACED


def test_an_access_manager_who_becomes_co_chief_gives_back_the_domains(staffed: Bakery) -> None:
    changes = staffed.co_chief(TOM)
    assert [change.type for change in changes] == [
        T.DELEGATION_ENDED,
        T.DELEGATION_ENDED,
        T.APPOINTMENT_ENDED,
        T.CO_CHIEF_APPOINTED,
    ]
    assert {change.end_reason for change in changes[:3]} == {EndReason.REPLACED}


def test_the_chief_may_not_be_appointed_to_anything_again(staffed: Bakery) -> None:
    for again in (staffed.chief, staffed.co_chief, staffed.manager):
        with pytest.raises(Refused) as refused:
            again(CARL)
        assert problems(refused) == [(P.ALREADY_APPOINTED, ("person",))]


def test_a_co_chief_is_no_access_manager_beside_it(staffed: Bakery) -> None:
    with pytest.raises(Refused) as refused:
        staffed.manager(CORA, CARL, "JUSTICE")
    assert problems(refused) == [(P.ALREADY_APPOINTED, ("person",))]
    with pytest.raises(Refused):
        staffed.co_chief(CORA)


@pytest.mark.parametrize("who", [ROSE, CORA, TOM])
def test_only_the_chief_appoints_co_chiefs(staffed: Bakery, who: PersonId) -> None:
    with pytest.raises(Refused) as refused:
        staffed.co_chief(TINA, by=who)
    assert problems(refused) == [(P.NOT_CHIEF, ())]


def test_a_co_chief_may_do_more_where_the_policy_says_so(staffed: Bakery) -> None:
    staffed.policy = AppointmentPolicy(co_chiefs_appoint_co_chiefs=True, co_chiefs_replace_chief=True)
    staffed.co_chief(TINA, by=CORA)
    staffed.chief(TOM, by=CORA)
    assert staffed.chart.chief(staffed.now).person == TOM  # type: ignore[union-attr]


@pytest.mark.parametrize("who", [CARL, CORA])
def test_chief_and_co_chief_appoint_access_managers(staffed: Bakery, who: PersonId) -> None:
    changes = staffed.manager(TINA, who, "JUSTICE", "ENERGY", "JUSTICE")
    assert [change.type for change in changes] == [
        T.ACCESS_MANAGER_APPOINTED,
        T.DELEGATION_GRANTED,
        T.DELEGATION_GRANTED,
    ]
    assert [change.domain for change in changes] == [None, "JUSTICE", "ENERGY"]
    assert changes[-1].mandate == staffed.mandate(TINA)
    assert TINA in [each.person for each in staffed.chart.managing("ENERGY", staffed.now)]


@pytest.mark.parametrize("who", [ROSE, TOM, TINA])
def test_nobody_else_appoints_access_managers(staffed: Bakery, who: PersonId) -> None:
    with pytest.raises(Refused) as refused:
        staffed.manager(TINA, who)
    assert problems(refused) == [(P.NOT_CHIEF_OR_CO_CHIEF, ())]


def test_co_chiefs_appoint_nobody_where_the_policy_says_so(staffed: Bakery) -> None:
    staffed.policy = AppointmentPolicy(co_chiefs_appoint_access_managers=False)
    with pytest.raises(Refused) as refused:
        staffed.manager(TINA, CORA)
    assert problems(refused) == [(P.NOT_CHIEF, ())]


def test_domains_are_added_to_a_person_who_is_access_manager_already(staffed: Bakery) -> None:
    mandate = staffed.mandate(TOM)
    (change,) = staffed.manager(TOM, CORA, "JUSTICE", contact=Contact("tom@example.be"))
    assert change.type is T.DELEGATION_GRANTED
    assert staffed.mandate(TOM).id == mandate.id
    assert staffed.mandate(TOM).contact.email == "tom@example.be"
    assert {each.domain for each in staffed.mandate(TOM).delegations} == {"FINANCE", "MOBILITY", "JUSTICE"}


def test_every_domain_at_fault_is_named_by_its_place(staffed: Bakery) -> None:
    with pytest.raises(Refused) as refused:
        staffed.manager(TOM, CARL, "JUSTICE", "NONSENSE", "FINANCE", "")
    assert problems(refused) == [
        (P.DOMAIN_UNKNOWN, ("domains", "1")),
        (P.ALREADY_APPOINTED, ("domains", "2")),
        (P.DOMAIN_UNKNOWN, ("domains", "3")),
    ]
    with pytest.raises(Refused) as refused:
        appoint_access_manager(staffed.chart, staffed.act(CARL), TINA, ())
    assert problems(refused) == [(P.DOMAIN_UNKNOWN, ("domains",))]


def test_two_may_manage_one_domain_unless_the_policy_forbids_it(staffed: Bakery) -> None:
    staffed.manager(TINA)
    staffed.policy = AppointmentPolicy(several_managers_per_domain=False)
    with pytest.raises(Refused) as refused:
        staffed.manager(TINA, CARL, "MOBILITY")
    assert problems(refused) == [(P.NOT_ENTITLED, ("domains", "0"))]
    staffed.manager(TINA, CARL, "JUSTICE")


def test_there_may_be_a_bound_on_co_chiefs(staffed: Bakery) -> None:
    staffed.policy = AppointmentPolicy(most_co_chiefs=1)
    with pytest.raises(Refused) as refused:
        staffed.co_chief(TINA)
    assert reason(refused.value.problems[0]) == "MOST_CO_CHIEFS"


def test_all_problems_of_a_request_come_together(staffed: Bakery) -> None:
    outside = Problem(P.PERSON_DECEASED, ("person",))
    act = staffed.act(TOM, 300, problems=(outside, outside), expected_version=1)
    with pytest.raises(Refused) as refused:
        appoint_co_chief(
            staffed.chart,
            act,
            CARL,
            Affiliation.EMPLOYEE,
            valid_from=staffed.now - DAY,
            valid_until=staffed.now - timedelta(hours=1),
        )
    assert problems(refused) == [
        (P.PERSON_DECEASED, ("person",)),
        (P.VERSION_CONFLICT, ("expectedVersion",)),
        (P.ASSURANCE_TOO_LOW, ()),
        (P.NOT_CHIEF, ()),
        (P.INVALID_PERIOD, ("validFrom",)),
        (P.INVALID_PERIOD, ("validUntil",)),
        (P.ALREADY_APPOINTED, ("person",)),
    ]


def test_the_version_the_requester_saw_has_to_be_the_charts(staffed: Bakery) -> None:
    seen = staffed.chart.version
    appoint_chief(staffed.chart, staffed.act(ROSE, expected_version=seen), TINA, Affiliation.EMPLOYEE)
    with pytest.raises(Refused) as refused:
        appoint_chief(staffed.chart, staffed.act(ROSE, expected_version=seen - 1), TINA, Affiliation.EMPLOYEE)
    assert problems(refused) == [(P.VERSION_CONFLICT, ("expectedVersion",))]


@pytest.mark.parametrize(("assurance", "enough"), [(500, True), (450, True), (449, False), (300, False)])
def test_appointing_a_chief_needs_a_strong_login(bakery: Bakery, assurance: int, enough: bool) -> None:
    act = bakery.act(ROSE, assurance)
    if enough:
        assert appoint_chief(bakery.chart, act, CARL, Affiliation.PARTNER)
        return
    with pytest.raises(Refused) as refused:
        appoint_chief(bakery.chart, act, CARL, Affiliation.PARTNER)
    assert problems(refused) == [(P.ASSURANCE_TOO_LOW, ())]


def test_managing_access_managers_needs_a_less_strong_login(staffed: Bakery) -> None:
    assert appoint_access_manager(staffed.chart, staffed.act(CARL, 400), TINA, ("JUSTICE",))
    with pytest.raises(Refused):
        appoint_access_manager(staffed.chart, staffed.act(CARL, 399), TINA, ("JUSTICE",))


def test_a_machine_may_appoint_nobody_unless_it_writes_down_what_others_decided(bakery: Bakery) -> None:
    machine = Requester(ActorReference(ActorKind.CLIENT, client="import"), 500)
    with pytest.raises(Refused):
        appoint_chief(bakery.chart, Act(machine, NOON, ids()), CARL, Affiliation.EMPLOYEE)
    operator = replace(machine, operator=True, assurance=0)
    assert appoint_chief(bakery.chart, Act(operator, NOON, ids()), CARL, Affiliation.EMPLOYEE)


def test_a_start_just_past_is_now_and_one_further_back_is_refused(bakery: Bakery) -> None:
    (change,) = bakery.chief(valid_from=NOON - timedelta(minutes=5))
    assert change.effective_at == NOON
    with pytest.raises(Refused) as refused:
        bakery.chief(CORA, valid_from=NOON - timedelta(minutes=5, seconds=1))
    assert reason(refused.value.problems[0]) == "START_IN_PAST"


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (DAY, DAY, "END_BEFORE_START"),
        (DAY, timedelta(hours=1), "END_BEFORE_START"),
        (timedelta(), timedelta(), "END_IN_PAST"),
        (timedelta(), -DAY, "END_IN_PAST"),
        (timedelta(), 31 * DAY, "TOO_LONG"),
    ],
)
def test_a_period_ends_after_it_starts_and_within_the_longest_term(
    staffed: Bakery, start: timedelta, end: timedelta, why: str
) -> None:
    staffed.policy = AppointmentPolicy(longest_term=30 * DAY)
    with pytest.raises(Refused) as refused:
        staffed.manager(TINA, valid_from=NOON + start, valid_until=NOON + end)
    assert [reason(problem) for problem in refused.value.problems] == [why]


def test_an_appointment_without_end_gets_the_longest_term_but_a_chief_stays(bakery: Bakery) -> None:
    bakery.policy = AppointmentPolicy(longest_term=30 * DAY)
    bakery.chief()
    bakery.co_chief()
    assert bakery.mandate(CARL).valid_until is None
    assert bakery.mandate(CORA).valid_until == NOON + 30 * DAY


def test_a_suspended_chief_may_appoint_nobody(staffed: Bakery) -> None:
    staffed.suspend(CARL, by=ROSE)
    with pytest.raises(Refused) as refused:
        staffed.co_chief(TINA)
    assert problems(refused) == [(P.NOT_CHIEF, ())]
    assert staffed.chart.chief(staffed.now).person == CARL  # type: ignore[union-attr]


def test_a_suspended_access_manager_gets_no_further_domains(staffed: Bakery) -> None:
    staffed.suspend(TOM)
    with pytest.raises(Refused) as refused:
        staffed.manager(TOM, CARL, "JUSTICE")
    assert problems(refused) == [(P.NOT_IN_OFFICE, ("person",))]


def test_a_clock_that_runs_behind_never_writes_before_what_is_written(staffed: Bakery) -> None:
    staffed.now -= timedelta(seconds=3)
    changes = staffed.chief(TINA)
    assert {change.recorded_at for change in changes} == {NOON}
    assert staffed.mandate(TINA).status(NOON) is MandateStatus.ACTIVE


def test_an_empty_chart_has_nobody() -> None:
    chart = Chart(BAKERY)
    assert chart.chief(NOON) is None
    assert chart.in_office(NOON) == ()
    assert chart.managing("FINANCE", NOON) == ()
