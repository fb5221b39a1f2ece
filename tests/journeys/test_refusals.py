"""Every expected "no" of the appointment requests, provoked over HTTP; and that a refused request leaves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from btb.identifiers import EnterpriseNumber
from tests.cast import ANOTHER, BAKERY, CHIEF, CO_CHIEF, FINANCE, MANAGER, REPRESENTATIVE, STRANGER
from tests.cast import enterprise_of as number
from tests.journeys.test_story import delegation, identity
from tests.journeys.world import World, codes, mutation, person

UNKNOWN_ENTERPRISE = EnterpriseNumber.parse(f"{9_000_000:08d}{97 - 9_000_000 % 97:02d}").digits
"""A well-formed number that the town does not know."""


def paths(result: dict[str, Any]) -> dict[str, list[str]]:
    """The input field at fault, by code."""
    return {problem["code"]: problem["path"] for problem in result["problems"]}


def later(**ahead: int) -> str:
    """A moment from now, as callers write it."""
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


async def chief(world: World) -> dict[str, Any]:
    """A bakery with its chief in office."""
    return await world.appoint_chief(REPRESENTATIVE, CHIEF)


async def test_an_enterprise_that_kbo_does_not_know(world: World) -> None:
    variables = {"input": {"enterpriseNumber": UNKNOWN_ENTERPRISE, "person": person(CHIEF), "affiliation": "EMPLOYEE"}}
    answer = await world.query(REPRESENTATIVE, mutation("appointChiefAccessManager"), variables)
    result = answer.ok["appointChiefAccessManager"]
    assert paths(result)["ENTERPRISE_UNKNOWN"] == ["enterpriseNumber"]


async def test_an_enterprise_that_has_ceased(world: World) -> None:
    assert "ENTERPRISE_NOT_ACTIVE" in codes(await world.appoint_chief("roza", CHIEF, "gestopt"))


async def test_an_enterprise_that_ceases_under_its_chief(world: World) -> None:
    await chief(world)
    world.sources.town.cease(BAKERY, date(2026, 1, 1))
    assert codes(await world.appoint_co_chief(CHIEF, CO_CHIEF)) == ["ENTERPRISE_NOT_ACTIVE"]
    assert (await world.may(CHIEF, FINANCE))["reason"] == "ENTERPRISE_NOT_ACTIVE"


async def test_a_person_whom_no_register_knows(world: World) -> None:
    result = await world.request(
        REPRESENTATIVE,
        "appointChiefAccessManager",
        enterpriseNumber=number(BAKERY).digits,
        person={"id": str(uuid4())},
        affiliation="EMPLOYEE",
    )
    assert paths(result) == {"PERSON_UNKNOWN": ["person"]}


async def test_a_person_whose_number_was_cancelled(world: World) -> None:
    assert codes(await world.appoint_chief(REPRESENTATIVE, "fatima")) == ["PERSON_UNKNOWN"]


async def test_a_person_who_is_deceased(world: World) -> None:
    assert codes(await world.appoint_chief(REPRESENTATIVE, "dirk")) == ["PERSON_DECEASED"]


async def test_somebody_who_does_not_represent_the_enterprise(world: World) -> None:
    result = await world.appoint_chief(STRANGER, STRANGER)
    assert codes(result) == ["NOT_LEGAL_REPRESENTATIVE"]
    assert result["problems"][0]["message"].endswith("today: you hold no function in it.")


async def test_a_former_director_may_no_longer_appoint(world: World) -> None:
    assert codes(await world.appoint_chief("luc", CHIEF, "vervoer")) == ["NOT_LEGAL_REPRESENTATIVE"]
    assert codes(await world.appoint_chief("sofie", CHIEF, "vervoer")) == ["NOT_LEGAL_REPRESENTATIVE"]
    assert codes(await world.appoint_chief("jan", CHIEF, "vervoer")) == []


async def test_a_representative_whose_function_ends_is_refused_at_once(world: World) -> None:
    await chief(world)
    world.sources.town.end_function(REPRESENTATIVE, BAKERY, date(2026, 1, 1))
    assert codes(await world.appoint_chief(REPRESENTATIVE, ANOTHER)) == ["NOT_LEGAL_REPRESENTATIVE"]


async def test_only_the_chief_appoints_co_chiefs(world: World) -> None:
    await chief(world)
    await world.appoint_co_chief(CHIEF, CO_CHIEF)
    for somebody in (REPRESENTATIVE, CO_CHIEF, STRANGER):
        assert codes(await world.appoint_co_chief(somebody, ANOTHER)) == ["NOT_CHIEF"]


async def test_only_chief_and_co_chiefs_appoint_access_managers(world: World) -> None:
    await chief(world)
    for somebody in (REPRESENTATIVE, STRANGER, MANAGER):
        assert codes(await world.appoint_manager(somebody, ANOTHER, FINANCE)) == ["NOT_CHIEF_OR_CO_CHIEF"]


async def test_machines_appoint_nobody(world: World) -> None:
    for client in ("UMAN", "OPERATOR"):
        assert codes(await world.appoint_chief(client, CHIEF)) == ["NOT_ENTITLED"]


async def test_nobody_in_particular_is_asked_to_log_in(world: World) -> None:
    variables = {"input": {"enterpriseNumber": number(BAKERY).digits, "person": {"me": True}, "affiliation": "PARTNER"}}
    answer = await world.ask.query(mutation("appointChiefAccessManager"), variables)
    assert answer.codes == ["UNAUTHENTICATED"]


async def test_a_login_that_is_not_strong_enough(world: World) -> None:
    assert codes(await world.appoint_chief(REPRESENTATIVE, CHIEF, level=400)) == ["ASSURANCE_TOO_LOW"]
    assert codes(await world.appoint_chief(REPRESENTATIVE, CHIEF, level=450)) == []
    assert codes(await world.appoint_co_chief(CHIEF, CO_CHIEF, level=300)) == ["ASSURANCE_TOO_LOW"]
    assert codes(await world.appoint_co_chief(CHIEF, CO_CHIEF, level=400)) == []


async def test_a_person_appointed_already(world: World) -> None:
    made = await chief(world)
    assert paths(await world.appoint_chief(REPRESENTATIVE, CHIEF)) == {"ALREADY_APPOINTED": ["person"]}
    assert codes(await world.appoint_co_chief(CHIEF, CHIEF)) == ["ALREADY_APPOINTED"]
    assert codes(await world.appoint_manager(CHIEF, CHIEF, FINANCE)) == ["ALREADY_APPOINTED"]
    reinstated = await world.request(REPRESENTATIVE, "reinstateAccessManager", accessManagerId=identity(made))
    assert codes(reinstated) == ["ALREADY_APPOINTED"]


async def test_a_mandate_that_is_not_in_office(world: World) -> None:
    made = await chief(world)
    tom = await world.appoint_manager(CHIEF, MANAGER, FINANCE)
    ended = await world.request(CHIEF, "endAppointment", accessManagerId=identity(tom))
    assert ended["accessManager"]["endReason"] == "DISMISSED"
    for name, input in (
        ("endAppointment", {"accessManagerId": identity(tom)}),
        ("suspendAccessManager", {"accessManagerId": identity(tom), "note": "Again."}),
        ("reinstateAccessManager", {"accessManagerId": identity(tom)}),
        ("revokeDelegation", {"delegationId": delegation(tom, FINANCE)}),
        ("changeDelegationPeriod", {"delegationId": delegation(tom, FINANCE), "validUntil": later(days=9)}),
        ("endAppointment", {"accessManagerId": str(uuid4())}),
        ("endAppointment", {"accessManagerId": "nothing of ours"}),
        ("revokeDelegation", {"delegationId": identity(made)}),
    ):
        assert codes(await world.request(CHIEF, name, **input)) == ["NOT_IN_OFFICE"], name


async def test_a_stranger_cannot_tell_a_mandate_from_none(world: World) -> None:
    made = await chief(world)
    theirs = await world.request(STRANGER, "endAppointment", accessManagerId=identity(made))
    nobodys = await world.request(STRANGER, "endAppointment", accessManagerId=str(uuid4()))
    assert theirs == nobodys


async def test_a_domain_that_does_not_exist(world: World) -> None:
    await chief(world)
    result = await world.appoint_manager(CHIEF, MANAGER, FINANCE, "WEATHER")
    assert codes(result) == ["DOMAIN_UNKNOWN"]
    assert result["problems"][0]["path"] == ["domains", "1"]
    assert codes(await world.appoint_manager(CHIEF, MANAGER)) == ["DOMAIN_UNKNOWN"]
    assert codes(await world.appoint_manager(CHIEF, MANAGER, *["FINANCE"] * 21)) == ["DOMAIN_UNKNOWN"]


async def test_periods_that_cannot_be(world: World) -> None:
    past = await world.appoint_chief(REPRESENTATIVE, CHIEF, validFrom=later(days=-2))
    assert paths(past) == {"INVALID_PERIOD": ["validFrom"]}
    await chief(world)
    for more in (
        {"validUntil": later(days=-1)},
        {"validFrom": later(days=3), "validUntil": later(days=2)},
    ):
        result = await world.appoint_co_chief(CHIEF, CO_CHIEF, **more)
        assert paths(result) == {"INVALID_PERIOD": ["validUntil"]}
    tom = await world.appoint_manager(CHIEF, MANAGER, FINANCE)
    changed = await world.request(
        CHIEF, "changeDelegationPeriod", delegationId=delegation(tom, FINANCE), validFrom=later(days=2)
    )
    assert paths(changed) == {"INVALID_PERIOD": ["validFrom"]}


async def test_contacts_that_reach_nobody(world: World) -> None:
    result = await world.appoint_chief(REPRESENTATIVE, CHIEF, email="koen at the bakery", phone="12")
    assert codes(result) == ["INVALID_CONTACT", "INVALID_CONTACT"]
    assert [problem["path"][-1] for problem in result["problems"]] == ["email", "phone"]
    assert "koen at" not in str(result)


async def test_a_newer_version_than_the_caller_decided_on(world: World) -> None:
    await chief(world)
    conflict = await world.appoint_co_chief(CHIEF, CO_CHIEF, expectedVersion=0)
    assert paths(conflict) == {"VERSION_CONFLICT": ["expectedVersion"]}
    assert codes(await world.appoint_co_chief(CHIEF, CO_CHIEF, expectedVersion=1)) == []
    assert (await world.chart())["version"] == 2


async def test_all_problems_of_a_request_are_told_together(world: World) -> None:
    await chief(world)
    result = await world.appoint_chief(
        STRANGER, "dirk", email="nowhere", phone="1", validFrom=later(days=-2), expectedVersion=7, level=300
    )
    assert set(codes(result)) == {
        "NOT_LEGAL_REPRESENTATIVE",
        "ASSURANCE_TOO_LOW",
        "PERSON_DECEASED",
        "INVALID_CONTACT",
        "INVALID_PERIOD",
        "VERSION_CONFLICT",
    }
    assert len(codes(result)) == 7
    assert (await world.chart())["version"] == 1


async def test_a_number_never_comes_back_in_a_refusal(world: World) -> None:
    result = await world.appoint_chief(STRANGER, "dirk")
    assert person("dirk")["nationalNumber"] not in str(result)


async def test_a_problem_is_told_in_the_language_asked(world: World) -> None:
    fields = "nl: message(language: NL) fr: message(language: FR) de: message(language: DE)"
    document = """mutation A($input: AppointChiefAccessManagerInput!) {
      appointChiefAccessManager(input: $input) { ... on Refusal { problems { %s } } }
    }"""
    variables = {
        "input": {"enterpriseNumber": number(BAKERY).digits, "person": person(CHIEF), "affiliation": "EMPLOYEE"}
    }
    answer = await world.query(STRANGER, document % fields, variables)
    (problem,) = answer.ok["appointChiefAccessManager"]["problems"]
    assert problem["nl"].startswith("U bent vandaag")
    assert problem["fr"].startswith("Selon la BCE")
    assert problem["de"].startswith("Laut ZUD")


async def test_a_dry_run_shows_the_effects_and_writes_nothing(world: World) -> None:
    await chief(world)
    before = await world.chart()
    shown = await world.appoint_chief(REPRESENTATIVE, ANOTHER, dryRun=True, idempotencyKey="tried out first")
    assert shown["dryRun"] is True
    assert [change["type"] for change in shown["changes"]] == ["APPOINTMENT_ENDED", "CHIEF_APPOINTED"]
    assert [change["cursor"] for change in shown["changes"]] == [None, None]
    assert await world.chart() == before
    refused = await world.appoint_chief(STRANGER, ANOTHER, dryRun=True)
    assert codes(refused) == ["NOT_LEGAL_REPRESENTATIVE"]
    done = await world.appoint_chief(REPRESENTATIVE, ANOTHER, idempotencyKey="tried out first")
    assert (done["dryRun"], done["replayed"]) == (False, False)
    assert (await world.chart())["version"] == 3


async def test_a_text_that_is_too_long_is_bad_input(world: World) -> None:
    made = await chief(world)
    variables = {"input": {"accessManagerId": identity(made), "note": "x" * 1001}}
    answer = await world.query(REPRESENTATIVE, mutation("endAppointment"), variables)
    assert answer.codes == ["BAD_USER_INPUT"]
    variables = {"input": {"accessManagerId": identity(made), "idempotencyKey": "k" * 129}}
    answer = await world.query(REPRESENTATIVE, mutation("endAppointment"), variables)
    assert answer.codes == ["BAD_USER_INPUT"]
