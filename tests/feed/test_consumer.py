"""The reference consumer ends with a copy equal to the register's, whatever happens to it on the way."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from benchmarks.feeding import write
from datasources.register.database import Database
from tests.feed.proving import assert_equal, copied, journal_length
from tests.feed.running import Consumer, Server, until
from tests.feed.writing import Writer

IDLE = "--until-idle=0.5"


async def test_a_copy_begins_with_a_snapshot_and_goes_on_with_the_feed(
    server: Server, register: Database, tmp_path: Path
) -> None:
    writer = Writer(register, seed=1)
    await writer.write(20)
    consumer = Consumer(server, tmp_path / "copy.json")
    await consumer.start(IDLE)
    said = await consumer.ended()
    assert (said["proven"], said["repairs"], said["repeated"]) == (True, 0, 0)
    assert (await assert_equal(register, tmp_path / "copy.sqlite")).journal == ()

    await writer.write(20)
    await consumer.start(IDLE)
    assert (await consumer.ended())["proven"]
    assert (await assert_equal(register, tmp_path / "copy.sqlite")).journal
    assert len(json.loads((tmp_path / "copy.json").read_text())) == copied(tmp_path / "copy.sqlite").mandates
    async with server.asking() as ask:
        (progress,) = [
            each["feed"]
            for each in (await ask("{ accessManagementSystems { code feed { behind } } }"))["accessManagementSystems"]
            if each["code"] == "UMAN"
        ]
    assert progress == {"behind": 0}


async def benchmarked(register: Database) -> None:
    """Ten changes a second as `benchmarks/` writes them, until cancelled."""
    for version in count():
        await write(register, version)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("kills", "every"), [(4, 0.0), pytest.param(120, 1.0, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
async def test_a_consumer_that_is_killed_every_second_misses_nothing_and_repeats_nothing(
    server: Server, register: Database, tmp_path: Path, kills: int, every: float
) -> None:
    """Two minutes of it, in full: whatever it was doing, its copy equals the register, with nothing twice.

    On a machine on which it needs longer to begin it is given longer, or nothing would be tried.
    """
    copy, lengths = tmp_path / "copy.sqlite", []
    writer = Writer(register, seed=2)
    await writer.write(5)
    consumer = Consumer(server, copy)
    writing = [asyncio.create_task(each) for each in (writer.write(10**6, pause=0.02), benchmarked(register))]
    for _ in range(kills):
        await consumer.start()
        second = asyncio.create_task(asyncio.sleep(every))
        with suppress(TimeoutError):
            await until(lambda: journal_length(copy) > max(lengths, default=-1), 10)
        await second
        await consumer.kill()
        lengths.append(journal_length(copy))
    for task in writing:
        task.cancel()
    await asyncio.gather(*writing, return_exceptions=True)
    await consumer.start(IDLE)
    assert (await consumer.ended(120))["proven"]
    found = await assert_equal(register, copy)
    assert found.repeated == 0
    assert len(set(lengths)) > 1
    print({"kills": kills, "that came further": len(set(lengths)), "changes": len(found.journal)})
