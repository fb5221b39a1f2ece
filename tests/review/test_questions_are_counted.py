"""What is asked for many at once is asked of the database once."""

from __future__ import annotations

import asyncio

import pytest

from datasources.followers import Follower, InterruptionReason
from datasources.register import outages as register
from tests.schema.world import World


async def test_the_progress_of_every_system_in_every_domain_is_read_once(world: World) -> None:
    document = "{ domains { accessManagementSystems { code feed { behind connected } } } }"
    token = world.system("OPERATOR")
    await world.ask(document, token)
    with world.counting() as sent:
        found = (await world.ask(document, token)).ok["domains"]
    assert len([each for domain in found for each in domain["accessManagementSystems"]]) >= len(found)
    assert len([each for each in sent if "acknowledgements" in each]) == 1, sent


async def test_a_listener_who_is_ahead_of_a_restored_register_asks_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is newer than what was told is read: else a restored database is asked without end."""
    announced = (
        'mutation { announceOutage(input: {kind: PLANNED, service: WEB_SERVICE, startsAt: "2099-01-01T00:00:00Z", '
        'description: [{language: NL, text: "Onderhoud"}]}) { __typename } }'
    )
    await world.ask(announced, world.system("OPERATOR"))
    asked: list[int] = []

    async def none_after(_session: object, revision: int, _limit: int) -> tuple[()]:
        asked.append(revision)
        return ()

    monkeypatch.setattr(register, "outages_after", none_after)
    board, follower = world.house.outages, Follower()
    stream = board.follow(follower)
    await anext(stream)
    board._newest = 0
    waiting = asyncio.ensure_future(anext(stream, None))
    for _ in range(5):
        await world.rows("outages")
    follower.interrupt(InterruptionReason.SHUTTING_DOWN)
    assert await waiting is None
    assert not asked
