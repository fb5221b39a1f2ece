"""The reference consumer ends with a copy equal to the register's, whatever happens to it on the way."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("kills", [4, pytest.param(120, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
async def test_a_consumer_that_is_killed_while_changes_are_written_misses_nothing_and_repeats_nothing(
    server: Server, register: Database, tmp_path: Path, kills: int
) -> None:
    writer = Writer(register, seed=2)
    await writer.write(5)
    consumer = Consumer(server, tmp_path / "copy.sqlite")
    writing = asyncio.create_task(writer.write(10_000, pause=0.01))
    for _ in range(kills):
        before = journal_length(tmp_path / "copy.sqlite")
        await consumer.start()
        await until(lambda before=before: journal_length(tmp_path / "copy.sqlite") > before)
        await consumer.kill()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await consumer.start(IDLE)
    assert (await consumer.ended())["proven"]
    copy = await assert_equal(register, tmp_path / "copy.sqlite")
    assert len(copy.journal) >= kills
