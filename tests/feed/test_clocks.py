"""Machines whose clocks are wrong, and then are set: what time makes true is announced once, and in its order."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from btb.acts import Act, Requester
from btb.appointing import appoint_co_chief
from btb.changes import ChangeCause
from btb.mandates import Affiliation
from datasources.register.charts import chart_locked
from datasources.register.database import Database, Patience
from datasources.register.recording import record
from tests.feed.proving import assert_equal, everything, journal_length
from tests.feed.replicas import believed
from tests.feed.running import Consumer, Server, serving, until
from tests.feed.writing import OPERATOR, PEOPLE, Writer, number

MANDATES = 12


async def dated(register: Database, start: datetime, end: datetime) -> None:
    """Co-chiefs whose mandates begin and end soon, each in an enterprise of its own."""
    for serial in range(MANDATES):
        async with register.working() as session:
            chart = await chart_locked(session, number(30_000_000 + serial))
            act = Act(Requester(OPERATOR, operator=True), datetime.now(UTC), uuid4)
            begin = start + timedelta(milliseconds=100 * serial)
            made = appoint_co_chief(chart, act, PEOPLE[0], Affiliation.PARTNER, valid_from=begin, valid_until=end)
            await record(session, made)


def told_to_set(server: Server) -> None:
    """Set the clock of a replica's machine."""
    assert server.process is not None
    server.process.send_signal(signal.SIGUSR2)


@pytest.mark.timeout(300)
async def test_what_time_makes_true_is_announced_once_whatever_the_clocks_say(
    tmp_path: Path, database_url: str
) -> None:
    """Two replicas on PostgreSQL, a third of an hour ahead and behind; on SQLite the one. All jump to the right time.

    Their own clocks would begin every mandate at once, or a third of an hour late.
    """
    register = Database.open(database_url, Patience(waiting=20.0))
    skews = ("1200", "-1200") if register.is_postgresql else ("1200",)
    async with AsyncExitStack() as stack:
        issuers = str(believed(tmp_path))
        servers = [
            await stack.enter_async_context(serving(tmp_path, database_url, BTB_ISSUERS=issuers, CLOCK_AHEAD=skew))
            for skew in skews
        ]
        consumer, copy = Consumer(servers[0], tmp_path / "copy.sqlite"), tmp_path / "copy.sqlite"
        await consumer.start()
        await until(lambda: journal_length(copy) >= 0, 60)
        now = datetime.now(UTC)
        start, end = now + timedelta(seconds=4), now + timedelta(seconds=9)
        await dated(register, start, end)
        writing = asyncio.create_task(Writer(register, seed=90).write(10_000, pause=0.05))
        causes: Counter[ChangeCause] = Counter()
        async with asyncio.timeout(120):
            while causes[ChangeCause.PERIOD_REACHED] < MANDATES or causes[ChangeCause.EXPIRY] < MANDATES:
                if causes[ChangeCause.PERIOD_REACHED] and servers:
                    told_to_set(servers.pop())
                await asyncio.sleep(0.05)
                causes = Counter(each.cause for each in await everything(register))
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await consumer.kill()
        await consumer.start("--until-idle=0.5")
        assert (await consumer.ended())["proven"]
        await assert_equal(register, copy)
    log = await everything(register)
    await register.close()
    begun = [each for each in log if each.cause is ChangeCause.PERIOD_REACHED]
    ended = [each for each in log if each.cause is ChangeCause.EXPIRY]
    assert len({each.enterprise for each in begun}) == len(begun) == MANDATES
    assert len({each.enterprise for each in ended}) == len(ended) == MANDATES
    assert all(each.recorded_at < datetime.now(UTC) for each in log)
    assert all(each.recorded_at >= each.effective_at >= start for each in begun)
    assert all(each.recorded_at >= each.effective_at == end for each in ended)
