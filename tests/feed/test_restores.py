"""A register that comes back from a backup has lost something: old cursors are refused, and a snapshot heals a copy."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from datasources.register.database import Database, Patience
from datasources.register.epoch import renew_epoch
from tests.feed.killable import KillablePostgres, killable_postgres
from tests.feed.proving import assert_equal, journal_length
from tests.feed.running import ROOT, Consumer, Server, serving, until
from tests.feed.test_cursors import cursors, refused
from tests.feed.writing import Writer


async def followed_past_a_backup(
    server: Server, register: Database, copy: Path, writer: Writer
) -> tuple[Consumer, str]:
    """A consumer who followed changes that no backup has, and its cursor; it and the service have ended."""
    consumer = Consumer(server, copy)
    await consumer.start()
    await until(lambda: journal_length(copy) >= 0, 60)
    await writer.write(10)
    await until(lambda: journal_length(copy) > 0, 60)
    mine, head = await cursors(server, register)
    await consumer.kill()
    await server.stop()
    await register.close()
    return consumer, mine.write(head)


async def assert_healed(consumer: Consumer, register: Database, copy: Path) -> None:
    """It starts once more, and proves that its copy is the register, nothing being left of what it had."""
    await consumer.start("--until-idle=0.5")
    assert (await consumer.ended(120))["proven"]
    assert (await assert_equal(register, copy)).journal == ()


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
        consumer, past = await followed_past_a_backup(server, register, copy, Writer(register, seed=41))
        shutil.copy(backup, file)
        register = Database.open(url, Patience(waiting=20.0))
        if renewed:
            async with register.working() as session:
                await renew_epoch(session)
        await server.start()
        assert await refused(server, past) == (why, why)
        await assert_healed(consumer, register, copy)
        await register.close()


@pytest.fixture
def another_cluster() -> Iterator[KillablePostgres]:
    with killable_postgres() as started:
        yield started


async def ran(*words: str | Path, **environment: str) -> str:
    """What a command says, which must succeed."""
    process = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, words
    return said.decode()


@pytest.mark.postgres
@pytest.mark.timeout(400)
async def test_a_dump_restored_into_another_cluster_is_suspected_and_heals_as_operators_are_told(
    tmp_path: Path, postgres_url: str, another_cluster: KillablePostgres
) -> None:
    """`pg_dump`, more changes, `pg_restore` elsewhere, and `btb epoch renew` while the service runs."""
    programs, dump, copy = another_cluster.programs, tmp_path / "register.dump", tmp_path / "copy.sqlite"
    if not (programs / "pg_dump").exists():
        pytest.skip("pg_dump is not there")
    register = Database.open(postgres_url, Patience(waiting=20.0))
    async with serving(tmp_path, postgres_url) as server:
        await Writer(register, seed=42).write(10)
        await ran(programs / "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={postgres_url}")
        consumer, past = await followed_past_a_backup(server, register, copy, Writer(register, seed=43))
        await ran(programs / "pg_restore", "--no-owner", f"--dbname={another_cluster.url}", dump)
        server.url = another_cluster.url
        await server.start()
        assert "btb epoch renew" in (tmp_path / f"serve-{server.port}.log").read_text()
        assert await refused(server, past) == ("CURSOR_AHEAD", "CURSOR_AHEAD")
        said = await ran(sys.executable, "-m", "tests.feed.btb", "epoch", "renew", BTB_DATABASE_URL=another_cluster.url)
        assert "has begun" in said
        assert await refused(server, past) == ("CURSOR_OF_OTHER_EPOCH", "CURSOR_OF_OTHER_EPOCH")
        register = Database.open(another_cluster.url, Patience(waiting=20.0))
        await Writer(register, seed=44).write(5)
        await assert_healed(consumer, register, copy)
        assert "CURSOR_OF_OTHER_EPOCH" in copy.with_suffix(".log").read_text()
        await register.close()


async def test_a_consumer_whose_cursor_has_expired_takes_a_snapshot_by_itself(
    tmp_path: Path, database_url: str
) -> None:
    """It was away for as long as the feed is kept; what it missed was recorded before."""
    register, copy = Database.open(database_url, Patience(waiting=20.0)), tmp_path / "copy.sqlite"
    async with serving(tmp_path, database_url, BTB_FEED_RETENTION_DAYS="30") as server:
        consumer, long_ago = Consumer(server, copy), timedelta(days=-40)
        await Writer(register, seed=45, ahead=long_ago).write(5)
        await consumer.start("--until-idle=0.5")
        assert (await consumer.ended(120))["proven"]
        await Writer(register, seed=46, ahead=long_ago).write(10)
        await Writer(register, seed=47).write(5)
        await assert_healed(consumer, register, copy)
        assert "CURSOR_EXPIRED" in copy.with_suffix(".log").read_text()
    await register.close()
