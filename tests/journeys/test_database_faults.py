"""The database goes away, comes back, and runs out of room: errors say that one may ask again, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count, cycle
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import pytest

from datasources.register.changes import changes_after, current_head
from datasources.register.verify import findings
from resolvers.context import House
from tests.cast import ANOTHER, CHIEF, enterprise_of
from tests.graphql import client
from tests.journeys.opening import opened
from tests.journeys.own_postgres import OwnPostgres, fill, own_postgres, small_disk
from tests.journeys.world import World, codes, mutation, person

AGAIN = {"RETRYABLE", "DEADLINE_EXCEEDED"}
"""What a caller may be told while the database is away: try once more."""

BACK_WITHIN = 30.0
"""Seconds, on the slowest machine: the pools themselves need none once the server is there."""


RECOVERED_WITHIN = 5.0
"""Seconds from the moment at which the database answers again until everybody has been answered."""


class Representative:
    """Replaces the chief of an enterprise over and over, and sends each request again until it is answered."""

    def __init__(self, world: World, by: str, enterprise: str) -> None:
        self._world, self._by, self._enterprise = world, by, enterprise
        self._requests = zip(count(), cycle((CHIEF, ANOTHER)), strict=False)
        self.told: list[str] = []
        self.refused = 0

    async def appoint(self) -> None:
        """One request, however often it takes."""
        key, whom = next(self._requests)
        while not await self.once(key, whom):
            self.refused += 1
            await asyncio.sleep(0.02)  # as a client does, a moment later

    async def once(self, key: int, whom: str) -> bool:
        """One try; whether it was answered."""
        input = {
            "enterpriseNumber": enterprise_of(self._enterprise).digits,
            "person": person(whom),
            "affiliation": "EMPLOYEE",
            "idempotencyKey": f"{self._enterprise} {key}",
        }
        answer = await self._world.query(self._by, mutation("appointChiefAccessManager"), {"input": input})
        if answer.codes:
            assert set(answer.codes) <= AGAIN, answer.errors
            return False
        made: dict[str, Any] = answer.ok["appointChiefAccessManager"]
        assert codes(made) == []
        self.told += [change["id"] for change in made["changes"]]
        return True


def house_of(world: World) -> House:
    assert world.app._house is not None
    return world.app._house


async def assert_stored_once(world: World, representatives: dict[str, Representative]) -> None:
    """What was acknowledged is in the log, once, and the log has nothing else and nothing off."""
    database = house_of(world).database
    async with database.reading() as session:
        log = await changes_after(session, 0, (await current_head(session)).position)
    for enterprise, representative in representatives.items():
        stored = [str(change.id) for change in log if change.enterprise == enterprise_of(enterprise)]
        assert stored == representative.told
    assert len(log) == sum(len(each.told) for each in representatives.values())
    assert [str(finding) async for finding in findings(database)] == []


@asynccontextmanager
async def serving(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    app, sources = opened(url, folder, monkeypatch)
    async with client(app) as ask:
        yield World(app, ask, sources[0], url)


@pytest.fixture(scope="module")
def own() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@pytest.mark.postgres
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("how", "restarts"),
    [
        pytest.param(OwnPostgres.crash, 2, id="crashed"),
        pytest.param(OwnPostgres.stop, 2, id="stopped"),
        pytest.param(OwnPostgres.kill, 50, id="killed", marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
async def test_the_database_is_started_anew_under_the_running_service(
    own: OwnPostgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[OwnPostgres], None],
    restarts: int,
    request: pytest.FixtureRequest,
) -> None:
    name, back = request.node.callspec.id, []
    own.runs.run(f"CREATE DATABASE {name}")
    async with serving(own.url(name), tmp_path, monkeypatch) as world:
        writers = {"bakkerij": "els", "brouwerij": "pierre", "imprimerie": "pierre", "vervoer": "jan"}
        writing = {enterprise: Representative(world, by, enterprise) for enterprise, by in writers.items()}
        enough = asyncio.Event()

        async def write(representative: Representative) -> None:
            while not enough.is_set():
                await representative.appoint()

        async with asyncio.TaskGroup() as group:
            for each in writing.values():
                group.create_task(write(each))
            for _ in range(restarts):
                before = {enterprise: len(each.told) for enterprise, each in writing.items()}
                await asyncio.to_thread(how, own)
                refused = sum(each.refused for each in writing.values())
                await until(lambda refused=refused: sum(each.refused for each in writing.values()) > refused)
                await asyncio.to_thread(own.start)
                started = monotonic()
                await until(lambda before=before: all(len(each.told) > before[name] for name, each in writing.items()))
                back.append(monotonic() - started)
            enough.set()
        await assert_stored_once(world, writing)
    if restarts > 2:  # measured where nothing else is under way
        print(f"Everybody was answered within {max(back):.2f} seconds, {median(back):.2f} in the median.")
        assert max(back) <= RECOVERED_WITHIN


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(BACK_WITHIN):
        while not reached():  # noqa: ASYNC110 what is waited for is another process
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_and_keeps_what_there_is(world: World) -> None:
    els = Representative(world, "els", "bakkerij")
    await els.appoint()
    await bounded(house_of(world), "(SELECT page_count FROM pragma_page_count)")
    await refused_then_made(els, lambda: bounded(house_of(world), "1000000"))
    await assert_stored_once(world, {"bakkerij": els})


async def bounded(house: House, pages: str) -> None:
    """SQLite's own way to have no room: the file of the one connection that writes may not grow."""
    async with house.database.working() as session:
        found = (await session.exec_driver_sql(f"SELECT {pages}")).scalar_one()
        await session.exec_driver_sql(f"PRAGMA max_page_count = {found}")


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_a_full_disk_under_postgresql_does_too(
    own: OwnPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(megabytes=24) as disk:
        space = disk / "space"
        space.mkdir()
        own.hand_over(space)
        disk.chmod(0o755)
        own.runs.run(f"CREATE TABLESPACE small LOCATION '{space}'")
        own.runs.run("CREATE DATABASE narrow TABLESPACE small")
        async with serving(own.url("narrow"), tmp_path, monkeypatch) as world:
            els = Representative(world, "els", "bakkerij")
            await els.appoint()
            filler = fill(disk)

            async def make_room() -> None:
                filler.unlink()

            await refused_then_made(els, make_room)
            await assert_stored_once(world, {"bakkerij": els})
        own.runs.run("DROP DATABASE narrow WITH (FORCE)")
        own.runs.run("DROP TABLESPACE small")


async def refused_then_made(els: Representative, make_room: Callable[[], Any]) -> None:
    """Appoint until there is no room, be told to ask again, and get it under the same key once there is."""
    for key, whom in els._requests:
        if not await els.once(key, whom):
            break
        assert key < 500, "The disk was never full."
    before = list(els.told)
    assert not await els.once(key, whom)
    assert els.told == before
    await make_room()
    assert await els.once(key, whom)
    assert len(els.told) == len(before) + 2
