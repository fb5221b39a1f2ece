"""While an authentic source is out of reach nothing is decided by guessing, and what was decided stands."""

from __future__ import annotations

import pytest

from tests.cast import ANOTHER, CHIEF, CO_CHIEF, FINANCE, MANAGER, REPRESENTATIVE
from tests.journeys.test_story import delegation, identity
from tests.journeys.world import World, codes

KBO_ENTERPRISES = "GeefOnderneming"
KBO_FUNCTIONS = "GeefFuncties"
PERSONS = "GeefPersoon"


@pytest.mark.parametrize("fault", ["refused", "dropped", "html", "truncated", "broken", "throttled"])
async def test_nobody_is_appointed_while_the_sources_are_down(world: World, fault: str) -> None:
    world.sources.switches.turn({fault: True})
    result = await world.appoint_chief(REPRESENTATIVE, CHIEF)
    assert set(codes(result)) == {"SOURCE_UNAVAILABLE"}
    world.sources.switches.reset()
    assert (await world.chart())["version"] == 0


@pytest.mark.parametrize("service", [KBO_ENTERPRISES, KBO_FUNCTIONS, PERSONS])
async def test_each_source_is_needed_to_appoint_a_chief(world: World, service: str) -> None:
    world.sources.switches.turn({"broken": {"service": service}})
    result = await world.appoint_chief(REPRESENTATIVE, CHIEF)
    assert codes(result) == ["SOURCE_UNAVAILABLE"]
    assert result["problems"][0]["path"] == (["person"] if service == PERSONS else [])


async def test_what_was_known_a_moment_ago_does_not_decide(world: World) -> None:
    assert (await world.may(CHIEF, FINANCE))["reason"] == "NO_MANDATE"
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    world.sources.switches.turn({"broken": {"service": KBO_FUNCTIONS}})
    assert codes(await world.appoint_chief(REPRESENTATIVE, ANOTHER)) == ["SOURCE_UNAVAILABLE"]


async def test_other_problems_are_told_beside_a_source_that_is_down(world: World) -> None:
    world.sources.switches.turn({"broken": {"service": PERSONS}})
    result = await world.appoint_chief(REPRESENTATIVE, CHIEF, email="nowhere")
    assert set(codes(result)) == {"SOURCE_UNAVAILABLE", "INVALID_CONTACT"}


async def test_access_is_taken_away_whatever_is_down(world: World) -> None:
    """Revoking must not wait for KBO: what the chief decides rests on the register alone."""
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    tom = await world.appoint_manager(CHIEF, MANAGER, FINANCE)
    nadia = await world.appoint_co_chief(CHIEF, CO_CHIEF)
    world.sources.switches.turn({"broken": True})
    revoked = await world.request(CHIEF, "revokeDelegation", delegationId=delegation(tom, FINANCE))
    assert codes(revoked) == []
    ended = await world.request(CHIEF, "endAppointment", accessManagerId=identity(nadia))
    assert codes(ended) == []


async def test_a_chief_may_resign_whatever_is_down(world: World) -> None:
    made = await world.appoint_chief(REPRESENTATIVE, CHIEF)
    world.sources.switches.turn({"broken": True})
    ended = await world.request(CHIEF, "endAppointment", accessManagerId=identity(made))
    assert [change["type"] for change in ended["changes"]] == ["APPOINTMENT_ENDED", "ENTERPRISE_WITHOUT_CHIEF"]
    assert ended["accessManager"]["endReason"] == "RESIGNED"
