"""The story of the service: from a representative's first login to the chief who is replaced, and why at each step."""

from __future__ import annotations

from typing import Any

from tests.cast import (
    ANOTHER,
    BAKERY,
    CHIEF,
    CO_CHIEF,
    EMPLOYMENT,
    FINANCE,
    MANAGER,
    MOBILITY,
    REPRESENTATIVE,
    enterprise_of,
)
from tests.journeys.world import APPOINT_AND_READ, World, codes, person

VIEWER = "{ viewer { enterprises { enterprise { name(language: NL) } capacities mayAppointChief } } }"


async def test_the_story_of_an_enterprise(world: World) -> None:
    viewer = (await world.query(REPRESENTATIVE, VIEWER, {})).ok["viewer"]
    (bakery,) = viewer["enterprises"]
    assert bakery["enterprise"]["name"] == "Bakkerij De Gouden Korst"
    assert bakery["mayAppointChief"] is True
    assert (await world.may(CHIEF, FINANCE))["reason"] == "NO_MANDATE"

    koen = await world.appoint_chief(REPRESENTATIVE, CHIEF, email="koen@bakkerij.example", phone="02 555 12 12")
    assert types(koen) == ["CHIEF_APPOINTED"]
    assert koen["accessManager"]["contact"] == {"email": "koen@bakkerij.example", "phone": "+3225551212"}
    decision = await world.may(CHIEF, FINANCE)
    assert (decision["allowed"], decision["reason"], decision["enterpriseVersion"]) == (True, "IS_CHIEF", 1)
    assert decision["because"] == [{"__typename": "AccessManager", "id": identity(koen), "role": "CHIEF"}]

    nadia = await world.appoint_co_chief(CHIEF, CO_CHIEF)
    assert types(nadia) == ["CO_CHIEF_APPOINTED"]
    assert (await world.may(CO_CHIEF, MOBILITY))["reason"] == "IS_CO_CHIEF"

    tom = await world.appoint_manager(CHIEF, MANAGER, FINANCE, MOBILITY)
    assert types(tom) == ["ACCESS_MANAGER_APPOINTED", "DELEGATION_GRANTED", "DELEGATION_GRANTED"]
    decision = await world.may(MANAGER, FINANCE)
    assert decision["reason"] == "HAS_DELEGATION"
    assert [each["__typename"] for each in decision["because"]] == ["Delegation"]
    decision = await world.may(MANAGER, EMPLOYMENT)
    assert (decision["allowed"], decision["reason"]) == (False, "NOT_THIS_DOMAIN")
    assert "can add the domain" in decision["explanation"]

    revoked = await world.request(
        CO_CHIEF, "revokeDelegation", delegationId=delegation(tom, FINANCE), note="Now done by the accountant."
    )
    assert types(revoked) == ["DELEGATION_ENDED"]
    decision = await world.may(MANAGER, FINANCE)
    assert (decision["allowed"], decision["reason"]) == (False, "ENDED")
    assert (await world.may(MANAGER, MOBILITY))["allowed"] is True

    lien = await world.appoint_chief(REPRESENTATIVE, ANOTHER)
    assert types(lien) == ["APPOINTMENT_ENDED", "CHIEF_APPOINTED"]
    decision = await world.may(CHIEF, FINANCE)
    assert (decision["allowed"], decision["reason"]) == (False, "ENDED")
    assert (await world.may(ANOTHER, FINANCE))["reason"] == "IS_CHIEF"
    assert (await world.may(CO_CHIEF, FINANCE))["reason"] == "IS_CO_CHIEF"
    assert codes(await world.appoint_co_chief(CHIEF, MANAGER)) == ["NOT_CHIEF"]

    chart = await world.chart()
    assert chart["chiefAccessManager"]["id"] == identity(lien)
    assert {each["id"] for each in chart["accessManagers"]} == {identity(lien), identity(nadia), identity(tom)}
    history = chart["history"]["changes"]
    assert [each["enterpriseVersion"] for each in history] == list(range(1, 9))


async def test_an_answer_shows_the_enterprise_as_the_request_left_it(world: World) -> None:
    """The request began before what it made true: read as of its beginning, there would be no chief yet."""
    input = {"enterpriseNumber": enterprise_of(BAKERY).digits, "person": person(CHIEF), "affiliation": "EMPLOYEE"}
    answer = await world.query(REPRESENTATIVE, APPOINT_AND_READ, {"input": input})
    made = answer.ok["appointChiefAccessManager"]
    chief = {"id": made["accessManager"]["id"], "status": "ACTIVE"}
    assert made["accessManager"] == chief
    assert made["enterprise"] == {"version": 1, "chiefAccessManager": chief, "accessManagers": [{"id": chief["id"]}]}


async def test_a_dry_run_shows_the_mandate_as_it_would_stand(world: World) -> None:
    input = {"enterpriseNumber": enterprise_of(BAKERY).digits, "person": person(CHIEF), "affiliation": "EMPLOYEE"}
    answer = await world.query(REPRESENTATIVE, APPOINT_AND_READ, {"input": {**input, "dryRun": True}})
    made = answer.ok["appointChiefAccessManager"]
    assert made["accessManager"]["status"] == "ACTIVE"
    assert made["enterprise"] == {"version": 0, "chiefAccessManager": None, "accessManagers": []}


def types(made: dict[str, Any]) -> list[str]:
    """What a request changed."""
    assert made["__typename"] == "AppointmentMade", made
    return [change["type"] for change in made["changes"]]


def identity(made: dict[str, Any]) -> str:
    """The mandate a request was about."""
    found: str = made["accessManager"]["id"]
    return found


def delegation(made: dict[str, Any], domain: str) -> str:
    """The delegation of one domain in an answer."""
    of_domain = [each for each in made["accessManager"]["delegations"] if each["domain"]["code"] == domain]
    found: str = of_domain[0]["id"]
    return found
