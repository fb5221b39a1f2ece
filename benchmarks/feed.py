"""How soon and how fast the feed is: commit to subscriber, a backlog read at once, and what an idle subscriber holds.

Run `python -m benchmarks.feed`; `--subscribers 1000` for the full measure. One replica over PostgreSQL, or as many as
`--replicas` says, which share the subscribers; these and the writer in one other process, as another replica would
write. `--apart`: the service on one core and all else on the others, as subscribers elsewhere leave it. In the same run
a bare loop of sends shows what the machine's own network takes of the delay.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import uvloop

from benchmarks.feed_ears import finished, listening
from benchmarks.feed_floor import floor
from benchmarks.feeding import Server, serving, write
from benchmarks.percentiles import ranked
from datasources.register.database import Database

MARK = b'"recordedAt"'


async def delays(servers: Sequence[Server], database: Database, subscribers: int, seconds: float) -> dict[str, Any]:
    """Ten changes a second to everybody: milliseconds from before the commit until each subscriber's socket has it."""
    found: list[float] = []
    committed: list[float] = []

    def heard(before: int, now: int, arrived: float) -> None:
        found.extend((arrived - moment) * 1000 for moment in committed[before : before + now])

    before, count, each = servers[0].memory, int(seconds * 10), subscribers // len(servers)
    async with AsyncExitStack() as stack:
        ears = [
            ear
            for server in servers
            for ear in await stack.enter_async_context(listening(server.port, each, server.tokens(each), MARK, heard))
        ]
        await asyncio.sleep(1)
        idle = (servers[0].memory - before) / each
        for place in range(count):
            began = time.monotonic()
            await write(database, place, commits=committed.append)
            await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
        await finished(ears, count, 20)
    return {
        "replicas": len(servers),
        "subscribers": len(ears),
        "delivered": len(found),
        "expected": count * len(ears),
        **ranked(found),
        "idle_kB_each": round(idle / 1000, 1),
    }


async def idle(server: Server, database: Database, subscribers: int) -> dict[str, Any]:
    """What one holds that goes on from a cursor of its own, so that its execution is its own too."""
    before, after = server.memory, await server.cursor(database, first=False)
    mine = server.tokens(2 * subscribers)[-(subscribers // 20) - 1 :]
    async with listening(server.port, subscribers, mine, MARK, after=after):
        await asyncio.sleep(1)
        held = (server.memory - before) / subscribers
    return {"subscribers with cursors of their own": subscribers, "idle_kB_each": round(held / 1000, 1)}


async def backlog(server: Server, database: Database, size: int, already: int) -> dict[str, Any]:
    """One subscriber reads everything there is, as fast as it can."""
    for begun in range(0, size, 1000):
        await write(database, already + begun, 1000)
    await asyncio.sleep(1)
    began, first = time.monotonic(), await server.cursor(database, first=True)
    async with listening(server.port, 1, server.tokens(1), MARK, after=first) as ears:
        await finished(ears, size + already, 60)
        return {"changes": size + already, "per_second": round((size + already) / (time.monotonic() - began))}


def apart() -> int:
    """The core for the service alone; this process, and all that it starts from now on, take the others."""
    service, *others = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, others)
    return service


async def main(subscribers: int, seconds: float, size: int, replicas: int, core: int | None) -> None:
    """Measure, and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    async with serving(replicas, core) as (servers, database):
        print("floor", await floor(subscribers, int(seconds * 10), core))
        print("commit to subscriber", await delays(servers, database, subscribers, seconds))
        print("backlog", await backlog(servers[0], database, size, int(seconds * 10)))
    async with serving(1, core) as ((server,), database):
        print("idle", await idle(server, database, subscribers // 2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--backlog", type=int, default=50_000)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--apart", action="store_true")
    given = parser.parse_args()
    core = apart() if given.apart else None
    uvloop.run(main(given.subscribers, given.seconds, given.backlog, given.replicas, core))
