"""How soon and how fast the feed is: commit to subscriber, a backlog read at once, and what an idle subscriber holds.

Run `python -m benchmarks.feed`; `--subscribers 1000` for the full measure. One replica over PostgreSQL; its subscribers
and the writer in one other process, as another replica would write. In the same run a bare loop of sends shows what
the machine's own network takes of the delay.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from typing import Any

import uvloop

from benchmarks.feed_floor import floor
from benchmarks.feeding import Server, finished, serving, subscribe, write
from benchmarks.percentiles import ranked
from datasources.register.database import Database

MARK = b'"recordedAt"'


async def delays(server: Server, database: Database, subscribers: int, seconds: float) -> dict[str, Any]:
    """Ten changes a second to everybody: milliseconds from before the commit to each subscriber."""
    found: list[float] = []
    committed: list[float] = []

    def heard(before: int, count: int, at: float) -> None:
        found.extend((at - moment) * 1000 for moment in committed[before : before + count])

    before = server.memory
    clients = await subscribe(server.port, subscribers, server.tokens(subscribers), MARK, heard)
    await asyncio.sleep(1)
    idle = (server.memory - before) / subscribers
    count = int(seconds * 10)
    for each in range(count):
        began = time.monotonic()
        await write(database, each, commits=committed.append)
        await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
    await finished(clients, count, 20)
    for client in clients:
        client.transport.abort()
    return {
        "subscribers": subscribers,
        "delivered": len(found),
        "expected": count * subscribers,
        **ranked(found),
        "idle_kB_each": round(idle / 1000, 1),
    }


async def idle(server: Server, database: Database, subscribers: int) -> dict[str, Any]:
    """What one holds that goes on from a cursor of its own, so that its execution is its own too."""
    before, after = server.memory, await server.cursor(database, first=False)
    mine = server.tokens(2 * subscribers)[-(subscribers // 20) - 1 :]
    clients = await subscribe(server.port, subscribers, mine, MARK, lambda *_: None, after=after)
    await asyncio.sleep(1)
    held = (server.memory - before) / subscribers
    for client in clients:
        client.transport.abort()
    return {"subscribers with cursors of their own": subscribers, "idle_kB_each": round(held / 1000, 1)}


async def backlog(server: Server, database: Database, size: int, already: int) -> dict[str, Any]:
    """One subscriber reads everything there is, as fast as it can."""
    for begun in range(0, size, 1000):
        await write(database, already + begun, 1000)
    await asyncio.sleep(1)
    began = time.monotonic()
    clients = await subscribe(
        server.port, 1, server.tokens(1), MARK, lambda *_: None, after=await server.cursor(database, first=True)
    )
    await finished(clients, size + already, 60)
    return {"changes": size + already, "per_second": round((size + already) / (time.monotonic() - began))}


async def main(subscribers: int, seconds: float, size: int) -> None:
    """Measure, and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    async with serving() as (server, database):
        print("floor", await floor(subscribers, int(seconds * 10)))
        print("commit to subscriber", await delays(server, database, subscribers, seconds))
        print("backlog", await backlog(server, database, size, int(seconds * 10)))
    async with serving() as (server, database):
        print("idle", await idle(server, database, subscribers // 2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--backlog", type=int, default=50_000)
    given = parser.parse_args()
    uvloop.run(main(given.subscribers, given.seconds, given.backlog))
