"""Two ids prove to be one person: what is held under the former one is held under the one known now."""

from __future__ import annotations

import pytest

from btb import appointing, ending
from btb.actors import REGISTER, ActorKind, ActorReference
from btb.acts import Act, Requester
from btb.changes import Change, ChangeCause
from btb.decisions import DecisionReason, decide
from btb.mandates import AccessManagerRole, Affiliation, EndReason, Mandate, MandateStatus, Standing
from btb.persons import Identity, PersonId
from btb.refusals import ProblemCode, Refused
from btb.uniting import united
from tests.btb.conftest import CARL, CORA, DAY, ROSE, TINA, TOM, Bakery, person, problems

OLD = person(11)
"""An id under which somebody was met before."""


def unite(bakery: Bakery, former: PersonId, now: PersonId) -> list[tuple[str, str | None]]:
    """What is announced: each type with the domain, all of it by the register and because a number was replaced."""
    changes = bakery.keep(
        united(bakery.chart, (Identity(now, frozenset({former})),), now=bakery.now, new_id=bakery.new_id)
    )
    assert {(change.cause, change.actor) for change in changes} <= {(ChangeCause.NUMBER_REPLACED, REGISTER)}
    return [(change.type.value, change.domain) for change in changes]


def held(bakery: Bakery, who: PersonId) -> list[tuple[AccessManagerRole, Standing]]:
    open_ones = [each for each in bakery.chart.of_person(who) if each.standing is not Standing.ENDED]
    return sorted((each.role, each.standing) for each in open_ones)


def domains(mandate: Mandate) -> set[tuple[str, Standing]]:
    return {(each.domain, each.standing) for each in mandate.delegations if each.standing is not Standing.ENDED}


CHIEF, CO_CHIEF, DOMAIN = AccessManagerRole.CHIEF, AccessManagerRole.CO_CHIEF, AccessManagerRole.DOMAIN
IN_OFFICE, SCHEDULED = Standing.IN_OFFICE, Standing.SCHEDULED


def test_nothing_is_announced_where_nothing_is_held_under_the_former_id(staffed: Bakery) -> None:
    assert unite(staffed, OLD, CARL) == []


def test_a_chief_is_chief_under_the_id_of_now_and_never_is_there_none(bakery: Bakery) -> None:
    bakery.chief(OLD)
    bakery.later()
    assert unite(bakery, OLD, CARL) == [("APPOINTMENT_ENDED", None), ("CHIEF_APPOINTED", None)]
    before, after = bakery.mandate(OLD), bakery.mandate(CARL)
    assert (before.end_reason, before.ended_at) == (EndReason.REPLACED, bakery.now)
    assert (after.valid_from, after.appointed_at) == (bakery.now, bakery.now)
    assert (after.contact, after.affiliation, after.appointed_by) == (
        before.contact,
        before.affiliation,
        before.appointed_by,
    )
    assert unite(bakery, OLD, CARL) == []


def test_an_access_manager_keeps_domains_periods_and_suspension(staffed: Bakery) -> None:
    staffed.manager(OLD, CARL, "FINANCE", "JUSTICE", valid_until=staffed.now + 9 * DAY)
    staffed.manager(OLD, CARL, "ENERGY", valid_from=staffed.now + 2 * DAY)
    staffed.suspend(OLD)
    staffed.later()
    unite(staffed, OLD, TINA)
    tina = staffed.mandate(TINA)
    assert domains(tina) == {("FINANCE", IN_OFFICE), ("JUSTICE", IN_OFFICE), ("ENERGY", SCHEDULED)}
    assert tina.status(staffed.now) is MandateStatus.SUSPENDED
    assert staffed.delegation(TINA, "JUSTICE").valid_until == staffed.delegation(OLD, "JUSTICE").valid_until
    staffed.time_passes(3 * DAY)
    assert ("ENERGY", IN_OFFICE) in domains(staffed.mandate(TINA))


@pytest.mark.parametrize("former_is_greater", [True, False])
def test_the_greater_mandate_absorbs_the_lesser(staffed: Bakery, former_is_greater: bool) -> None:
    former, now = (CARL, CORA) if former_is_greater else (CORA, CARL)
    said = unite(staffed, former, now)
    assert said.count(("APPOINTMENT_ENDED", None)) == 1 + former_is_greater
    assert held(staffed, now) == [(CHIEF, IN_OFFICE)]
    assert held(staffed, former) == []


def test_an_access_manager_of_both_has_each_domain_of_both_once(staffed: Bakery) -> None:
    soon, later = staffed.now + DAY, staffed.now + 5 * DAY
    staffed.manager(OLD, CARL, "FINANCE", "JUSTICE", "ENERGY", valid_until=soon)
    staffed.manager(TINA, CARL, "JUSTICE", valid_until=later)
    staffed.manager(TINA, CARL, "ENERGY", valid_from=soon, valid_until=later)
    said = unite(staffed, OLD, TINA)
    assert {domain for type, domain in said if type == "DELEGATION_GRANTED"} == {"FINANCE", "ENERGY"}
    assert domains(staffed.mandate(TINA)) == {("FINANCE", IN_OFFICE), ("JUSTICE", IN_OFFICE), ("ENERGY", IN_OFFICE)}
    assert staffed.delegation(TINA, "JUSTICE").valid_until == later
    assert staffed.delegation(TINA, "FINANCE").valid_until == soon


def test_of_two_equal_mandates_the_one_that_lasts_longer_stays(staffed: Bakery) -> None:
    staffed.co_chief(OLD, CARL, valid_until=staffed.now + DAY)
    assert unite(staffed, OLD, CORA) == [("APPOINTMENT_ENDED", None)]
    staffed.co_chief(OLD, CARL)
    staffed.co_chief(TINA, CARL, valid_until=staffed.now + DAY)
    assert unite(staffed, OLD, TINA)[-1] == ("CO_CHIEF_APPOINTED", None)
    assert staffed.mandate(TINA).valid_until is None


@pytest.mark.parametrize("which", ["former", "now"])
def test_a_suspension_of_either_stands(staffed: Bakery, which: str) -> None:
    staffed.co_chief(OLD, CARL)
    staffed.suspend(OLD if which == "former" else CORA)
    unite(staffed, OLD, CORA)
    assert staffed.mandate(CORA).status(staffed.now) is MandateStatus.SUSPENDED


def test_what_is_scheduled_stays_scheduled_unless_it_is_in_the_way(staffed: Bakery) -> None:
    start = staffed.now + 3 * DAY
    staffed.chief(OLD, valid_from=start)
    unite(staffed, OLD, CORA)
    assert held(staffed, CORA) == [(CHIEF, SCHEDULED), (CO_CHIEF, IN_OFFICE)]
    staffed.manager(OLD, CARL, "ENERGY", valid_from=start)
    unite(staffed, OLD, CARL)
    assert held(staffed, CARL) == [(CHIEF, IN_OFFICE)]
    staffed.manager(OLD, CARL, "ENERGY", valid_from=start)
    staffed.manager(TINA, CARL, "FINANCE", valid_from=start + DAY)
    unite(staffed, OLD, TINA)
    assert domains(staffed.mandate(TINA)) == {("ENERGY", SCHEDULED), ("FINANCE", SCHEDULED)}
    staffed.manager(OLD, CARL, "JUSTICE")
    unite(staffed, OLD, TINA)
    assert held(staffed, TINA) == [(DOMAIN, IN_OFFICE)]
    assert domains(staffed.mandate(TINA)) == {
        ("ENERGY", SCHEDULED),
        ("FINANCE", SCHEDULED),
        ("JUSTICE", IN_OFFICE),
    }


def test_what_time_made_true_is_told_first(staffed: Bakery) -> None:
    staffed.co_chief(OLD, CARL, valid_until=staffed.now + DAY)
    staffed.later(2 * DAY)
    changes = staffed.keep(
        united(staffed.chart, (Identity(TINA, frozenset({OLD})),), now=staffed.now, new_id=staffed.new_id)
    )
    assert [(change.type.value, change.cause) for change in changes] == [("APPOINTMENT_ENDED", ChangeCause.EXPIRY)]


def concerning(bakery: Bakery, by: PersonId, whom: Identity) -> Act:
    return bakery.act(by, concerns=whom)


def test_a_person_is_one_before_anything_is_decided_about_them(staffed: Bakery) -> None:
    both = Identity(TINA, frozenset({CARL}))
    with pytest.raises(Refused) as refused:
        appointing.appoint_chief(staffed.chart, concerning(staffed, ROSE, both), TINA, Affiliation.EMPLOYEE)
    assert problems(refused) == [(ProblemCode.ALREADY_APPOINTED, ("person",))]
    cora = Identity(TINA, frozenset({CORA}))
    made = appointing.appoint_chief(staffed.chart, concerning(staffed, ROSE, cora), TINA, Affiliation.EMPLOYEE)
    staffed.keep(made)
    assert held(staffed, TINA) == [(CHIEF, IN_OFFICE)]
    assert held(staffed, CORA) == held(staffed, CARL) == []


def asking(bakery: Bakery, person: PersonId, *others: PersonId) -> Act:
    requester = Requester(ActorReference(ActorKind.PERSON, person=person), 500, others=frozenset(others))
    return Act(requester, bakery.now, bakery.new_id)


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [change.type.value for change in changes]


def test_whoever_asks_may_do_what_they_may_under_any_id(staffed: Bakery) -> None:
    appointing.appoint_co_chief(staffed.chart, asking(staffed, OLD, CARL), TINA, Affiliation.EMPLOYEE)
    ended = ending.end_appointment(staffed.chart, asking(staffed, OLD, TOM), staffed.mandate(TOM).id)
    assert {change.end_reason for change in ended} == {EndReason.RESIGNED}
    with pytest.raises(Refused):
        ending.end_appointment(staffed.chart, asking(staffed, OLD), staffed.mandate(TOM).id)


def test_a_decision_counts_what_is_or_was_held_under_any_id(staffed: Bakery) -> None:
    now, others = staffed.now, frozenset({TOM, CORA})
    assert decide(staffed.chart, OLD, "FINANCE", now, others=others).reason is DecisionReason.IS_CO_CHIEF
    assert decide(staffed.chart, OLD, "FINANCE", now, others=frozenset({TOM})).reason is DecisionReason.HAS_DELEGATION
    assert decide(staffed.chart, OLD, "FINANCE", now).reason is DecisionReason.NO_MANDATE
    staffed.end(TOM, CARL)
    assert decide(staffed.chart, OLD, "FINANCE", now, others=frozenset({TOM})).reason is DecisionReason.ENDED
