"""Two representatives at once: one after the other, whatever the timing. Never two chiefs, and nothing unexplained."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from datasources.register.verify import findings
from tests.cast import ANOTHER, BAKERY, CHIEF, REPRESENTATIVE, enterprise_of
from tests.journeys.test_story import identity
from tests.journeys.world import World, codes

LONG_AGO = date(2015, 3, 1)


def times(few: int, many: int) -> Any:
    """A bounded number always, and the full one under `slow`."""
    full = pytest.param(many, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])
    return pytest.mark.parametrize("races", [few, full])


@times(100, 1000)
async def test_two_representatives_appoint_at_once(world: World, races: int) -> None:
    world.sources.town.begin_function("jan", BAKERY, LONG_AGO)
    outcomes: list[dict[str, Any]] = []
    for _ in range(races):
        outcomes += await asyncio.gather(
            world.appoint_chief(REPRESENTATIVE, CHIEF), world.appoint_chief("jan", ANOTHER)
        )
    made = [each for each in outcomes if not codes(each)]
    assert all(codes(each) in ([], ["ALREADY_APPOINTED"]) for each in outcomes)
    await _explained(world, made)


@times(20, 500)
async def test_of_two_who_decided_on_the_same_version_one_is_told(world: World, races: int) -> None:
    world.sources.town.begin_function("jan", BAKERY, LONG_AGO)
    made: list[dict[str, Any]] = []
    version = 0
    for _ in range(races):
        both = await asyncio.gather(
            world.appoint_chief(REPRESENTATIVE, CHIEF, expectedVersion=version),
            world.appoint_chief("jan", ANOTHER, expectedVersion=version),
        )
        done = [each for each in both if not codes(each)]
        refused = [each for each in both if codes(each)]
        assert len(done) <= 1
        assert all(set(codes(each)) <= {"VERSION_CONFLICT", "ALREADY_APPOINTED"} for each in refused)
        made += done
        version = max([version, *(each["enterprise"]["version"] for each in done)])
    await _explained(world, made)


async def _explained(world: World, made: list[dict[str, Any]]) -> None:
    """The history is the requests in some order, each as a whole, each replacing the chief before it."""
    in_order = sorted(made, key=lambda each: each["changes"][0]["enterpriseVersion"])
    told = [change for each in in_order for change in each["changes"]]
    assert [change["enterpriseVersion"] for change in told] == list(range(1, len(told) + 1))
    assert [change["cursor"] for change in told] == [each["cursor"] for each in await _history(world)]
    assert [change["type"] for change in in_order[0]["changes"]] == ["CHIEF_APPOINTED"]
    for each in in_order[1:]:
        assert [change["type"] for change in each["changes"]] == ["APPOINTMENT_ENDED", "CHIEF_APPOINTED"]
    moments = [change["recordedAt"] for change in told]
    assert moments == sorted(moments)
    assert (await world.chart())["chiefAccessManager"]["id"] == identity(in_order[-1])
    house = world.app._house
    assert house is not None
    assert [str(finding) async for finding in findings(house.database)] == []


async def _history(world: World) -> list[dict[str, Any]]:
    document = """query History($enterprise: EnterpriseNumber!, $after: Cursor) {
      enterprise(enterpriseNumber: $enterprise) {
        history(first: 200, after: $after) { changes { cursor } endCursor hasMore }
      }
    }"""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        variables = {"enterprise": enterprise_of(BAKERY).digits, "after": after}
        page = (await world.query("OPERATOR", document, variables)).ok["enterprise"]["history"]
        found += page["changes"]
        after = page["endCursor"]
        if not page["hasMore"]:
            return found
