"""Two dozen write at once, each taking its time: who reads by position misses nothing, who reads by a sequence does."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest
from sqlalchemy import text

from datasources.register.changes import changes_after
from datasources.register.database import Database, Patience, WriteSession
from datasources.register.migrations import migrate
from tests.feed.writing import Writer

WRITERS = 24


class Hurried(Writer):
    """Writes a row of a naive log at the start of each transaction, and takes its time until the change."""

    async def before(self, session: WriteSession) -> None:
        await session.execute(text("INSERT INTO naive DEFAULT VALUES"))
        await asyncio.sleep(random.Random(self.seed).uniform(0, 0.02))


@pytest.mark.parametrize("acts", [6, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
async def test_a_reader_by_position_misses_nothing_and_the_naive_one_does(database_url: str, acts: int) -> None:
    """On SQLite there is one writer at a time, and nothing to be missed: there the control reads as well."""
    await migrate(database_url)
    database = Database.open(database_url, Patience(waiting=120.0, writers=WRITERS))
    identity = "bigserial" if database.is_postgresql else "INTEGER"
    async with database.working() as session:
        await session.execute(text(f"CREATE TABLE naive (id {identity} PRIMARY KEY)"))
    positions, naive = [0], [0]

    async def read() -> None:
        async with database.reading() as session:
            positions.extend(each.position or 0 for each in await changes_after(session, positions[-1], 500))
            found = await session.execute(text("SELECT id FROM naive WHERE id > :i ORDER BY id"), {"i": naive[-1]})
            naive.extend(found.scalars())

    async def reading() -> None:
        while True:
            await read()
            await asyncio.sleep(0)

    task = asyncio.create_task(reading())
    writers = [Hurried(database, seed) for seed in range(100, 100 + WRITERS)]
    await asyncio.gather(*(writer.write(acts) for writer in writers))
    written = sum(len(writer.acknowledged) for writer in writers)
    async with asyncio.timeout(60):
        while positions[-1] < written:  # noqa: ASYNC110 the reader is what is being tried
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await read()  # what the naive one was about to read when it was stopped is not missed
    assert positions == list(range(written + 1))
    assert all(earlier < later for earlier, later in pairwise(naive))
    async with database.reading() as session:
        stored = (await session.execute(text("SELECT count(*) FROM naive"))).scalar_one()
    await database.close()
    missed = stored - (len(naive) - 1)
    assert missed > 0 if database.is_postgresql else missed == 0
