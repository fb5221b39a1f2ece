"""A register that comes back from a backup has lost something: old cursors are refused, and a snapshot heals a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from datasources.register.database import Database, Patience
from datasources.register.epoch import renew_epoch
from tests.feed.proving import assert_equal, journal_length
from tests.feed.running import Consumer, serving, until
from tests.feed.test_cursors import cursors, refused
from tests.feed.writing import Writer


@pytest.mark.parametrize(("renewed", "why"), [(True, "CURSOR_OF_OTHER_EPOCH"), (False, "CURSOR_AHEAD")])
async def test_a_copy_that_knows_more_than_the_restored_register_is_made_equal_again(
    tmp_path: Path, renewed: bool, why: str
) -> None:
    """Whether or not the operator ended the epoch, as docs/operations.md demands."""
    file, backup, copy = (tmp_path / name for name in ("btb.sqlite", "backup.sqlite", "copy.sqlite"))
    url = f"sqlite:///{file}"
    async with serving(tmp_path, url) as server:
        register = Database.open(url, Patience(waiting=20.0))
        await Writer(register, seed=40).write(10)
        await server.stop()
        shutil.copy(file, backup)
        await server.start()
        consumer = Consumer(server, copy)
        await consumer.start()
        await until(lambda: journal_length(copy) >= 0, 60)
        await Writer(register, seed=41).write(10)
        await until(lambda: journal_length(copy) > 0, 60)
        mine, head = await cursors(server, register)
        await consumer.kill()
        await server.stop()
        await register.close()
        shutil.copy(backup, file)
        register = Database.open(url, Patience(waiting=20.0))
        if renewed:
            async with register.working() as session:
                await renew_epoch(session)
        await server.start()
        assert await refused(server, mine.write(head)) == (why, why)
        await consumer.start("--until-idle=0.5")
        assert (await consumer.ended(120))["proven"]
        assert (await assert_equal(register, copy)).journal == ()
        await register.close()
