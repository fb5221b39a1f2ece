"""What time makes true is recorded and announced by the register itself, once, with the moment it truly took effect."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from datasources.register.verify import findings
from resolvers.context import House
from resolvers.duty import Duty
from tests.cast import ANOTHER, BAKERY, CHIEF, CO_CHIEF, FINANCE, MANAGER, REPRESENTATIVE, enterprise_of
from tests.journeys.test_story import identity
from tests.journeys.world import World


class Ahead:
    """The house with a clock that runs ahead."""

    def __init__(self, world: World) -> None:
        assert world.app._house is not None
        self.house: House = world.app._house

    def by(self, **ahead: float) -> House:
        return replace(self.house, now=lambda: datetime.now(UTC) + timedelta(**ahead))


def later(**ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat().replace("+00:00", "Z")


async def changes(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.chart())["history"]["changes"]
    return found


async def test_a_scheduled_chief_takes_over_and_a_dated_mandate_expires(world: World) -> None:
    ahead = Ahead(world)
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    await world.appoint_co_chief(CHIEF, CO_CHIEF, validUntil=later(days=3))
    await world.appoint_manager(CHIEF, MANAGER, FINANCE, validFrom=later(days=1), validUntil=later(days=4))
    lien = await world.appoint_chief(REPRESENTATIVE, ANOTHER, validFrom=later(days=2))
    before = len(await changes(world))

    passed = [timedelta(hours=1)]
    # One duty with one clock: another one would find the lease taken for some seconds.
    duty = Duty(replace(ahead.house, now=lambda: datetime.now(UTC) + passed[0]), "one")
    assert await duty.do() == 0
    passed[0] = timedelta(days=2.5)
    assert await duty.do() > 0
    started = await changes(world)
    told = [each["type"] for each in started[before:]]
    assert sorted(told) == sorted(
        ["ACCESS_MANAGER_APPOINTED", "DELEGATION_GRANTED", "APPOINTMENT_ENDED", "CHIEF_APPOINTED"]
    )
    assert started[-1]["accessManager"]["id"] == identity(lien)
    passed[0] = timedelta(days=9)
    assert await duty.do() == 3
    assert len(await changes(world)) == len(started) + 3
    assert await duty.do() == 0
    assert [str(each) async for each in findings(ahead.house.database)] == []


async def test_of_two_replicas_one_has_the_duty_and_nothing_is_told_twice(world: World) -> None:
    ahead = Ahead(world)
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    await world.appoint_co_chief(CHIEF, CO_CHIEF, validUntil=later(days=1))
    house = ahead.by(days=2)
    done = await asyncio.gather(*(Duty(house, f"replica {each}").do() for each in range(4)))
    assert sorted(done) == [0, 0, 0, 1]
    assert [each["type"] for each in await changes(world)][-1] == "APPOINTMENT_ENDED"


async def test_what_was_due_while_nobody_ran_is_told_with_its_true_moment(world: World) -> None:
    ahead = Ahead(world)
    end = later(days=1)
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    await world.appoint_co_chief(CHIEF, CO_CHIEF, validUntil=end)
    await Duty(ahead.by(days=30), "after the holidays").do()
    document = """query H($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) {
      history(first: 200) { changes { type cause effectiveAt recordedAt endReason } } } }"""
    answer = await world.query("OPERATOR", document, {"n": enterprise_of(BAKERY).digits})
    last = answer.ok["enterprise"]["history"]["changes"][-1]
    assert (last["type"], last["cause"], last["endReason"]) == ("APPOINTMENT_ENDED", "EXPIRY", "EXPIRED")
    assert datetime.fromisoformat(last["effectiveAt"]) == datetime.fromisoformat(end)
    assert datetime.fromisoformat(last["recordedAt"]) > datetime.now(UTC) + timedelta(days=29)
