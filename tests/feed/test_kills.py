"""Servers and databases killed while two dozen write and three systems follow: nothing acknowledged is ever missed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feed.crowd import crowd
from tests.feed.killable import KillablePostgres, killable_postgres
from tests.feed.relay import relaying
from tests.feed.replicas import replicas
from tests.feed.running import Server, serving

pytestmark = pytest.mark.timeout(400)


def times(bounded: int, full: int) -> list[object]:
    """How often: in every run, and once in a while."""
    return [bounded, pytest.param(full, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])]


async def some_time(chance: random.Random, longest: float = 1.0) -> None:
    """When something breaks is chance, and the point of the test."""
    await asyncio.sleep(chance.uniform(0.05, longest))


@pytest.mark.parametrize("kills", times(2, 200))
async def test_a_server_that_is_killed_loses_nothing_for_anybody(server: Server, tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    async with crowd(server, tmp_path) as all_of_them:
        for _ in range(kills):
            await some_time(chance)
            await server.kill()
            await server.start()
        assert await all_of_them.assert_nothing_lost() > kills


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[KillablePostgres]:
    with killable_postgres() as started:
        yield started


@pytest.mark.postgres
@pytest.mark.parametrize("kills", times(2, 50))
async def test_a_database_server_that_is_killed_loses_nothing_for_anybody(
    postgres: KillablePostgres, tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)
    async with serving(tmp_path, postgres.url) as server, crowd(server, tmp_path) as all_of_them:
        for _ in range(kills):
            await some_time(chance, 3.0)
            await asyncio.to_thread(postgres.kill)
            await some_time(chance)
            await asyncio.to_thread(postgres.start)
        await server.ready()
        assert await all_of_them.assert_nothing_lost() > kills


@pytest.mark.parametrize("cuts", times(10, 300))
async def test_sockets_that_are_cut_at_random_cost_connections_and_no_change(
    server: Server, tmp_path: Path, cuts: int
) -> None:
    chance = random.Random(cuts)
    async with relaying(server.port) as relay, crowd(server, tmp_path, relay.graph) as all_of_them:
        cut = 0
        for _ in range(cuts):
            await some_time(chance, 0.8)
            cut += relay.cut(0.3)
        assert await all_of_them.assert_nothing_lost() > 0
    assert cut > cuts / 2


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("count", "kills"),
    [
        (2, 2),
        *(pytest.param(*each, marks=[pytest.mark.slow, pytest.mark.timeout(7200)]) for each in ((2, 20), (3, 80))),
    ],
)
async def test_replicas_killed_at_random_behind_one_address_are_never_missed(
    tmp_path: Path, postgres_url: str, count: int, kills: int
) -> None:
    """Clients know one address; whoever of the others lives answers there."""
    chance = random.Random(kills)
    async with (
        replicas(tmp_path, postgres_url, count) as servers,
        relaying(*(each.port for each in servers)) as relay,
        crowd(servers[0], tmp_path, relay.graph) as all_of_them,
    ):
        for _ in range(kills):
            await some_time(chance)
            dead = chance.choice(servers)
            await dead.kill()
            await some_time(chance)
            await dead.start()
        assert await all_of_them.assert_nothing_lost() > kills
