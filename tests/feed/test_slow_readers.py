"""Subscribers that stop reading are dropped, cost a bounded memory until then, and slow nobody else."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from benchmarks.feeding import write
from datasources.register.database import Database
from tests.feed.proving import everything, of
from tests.feed.reading import Healthy, Queues, memory_of, most, never_reads, tokens
from tests.feed.running import Server, until
from tests.feed.test_cursors import cursors
from tests.feed.writing import Writer

BACKLOG = 6
"""Thousands of changes: more than the buffers between a server and its client hold."""


@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells what waits in a socket")
@pytest.mark.parametrize("each", [8, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
async def test_who_does_not_read_is_dropped_and_slows_nobody(server: Server, register: Database, each: int) -> None:
    """As many never read a long backlog as hear every change."""
    for thousand in range(BACKLOG):
        await write(register, 1000 * thousand, 1000)
    mine, head = await cursors(server, register)
    given = tokens(server, 2 * each)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        healthy = [Healthy(session, server, token, mine.write(head)) for token in given[:each]]
        reading = [asyncio.create_task(one.read()) for one in healthy]
        await asyncio.gather(*(one.subscribed.wait() for one in healthy))
        before, highest = memory_of(server), asyncio.create_task(most(lambda: memory_of(server)))
        deaf = [await never_reads(server, token, mine.write(0)) for token in given[each:]]
        for one in deaf:
            stack.callback(one.close)
        queues = Queues(server, [one.getsockname()[1] for one in deaf])
        writer, committed = Writer(register, seed=6), dict[str, float]()
        while not queues.look():
            assert not any(task.done() for task in reading)
            await writer.write(1)
            now = time.time()
            committed.update((identity, now) for identity in writer.acknowledged[len(committed) :])
            await asyncio.sleep(0.05)
        asked, log = of("RMA"), await everything(register)
        expected = [str(change.id) for change in log[head:] if asked.passes(change)]
        await until(lambda: all(len(one.heard) >= len(expected) for one in healthy), 60)
        highest.cancel()
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    assert all(list(one.heard) == expected for one in healthy)
    delays = sorted(one.heard[identity] - committed[identity] for one in healthy for identity in expected)
    late, grown = statistics.quantiles(delays, n=100)[98], (await highest - before) / each
    longest = max(queues.dropped.values())
    print({"each": each, "dropped_s": round(longest, 1), "p99_s": round(late, 3), "kB_each": round(grown / 1000)})
    assert longest <= 12
    assert grown < 2_000_000
