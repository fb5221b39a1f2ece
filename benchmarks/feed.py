"""How soon and how fast the feed is: commit to subscriber, a backlog read at once, and what an idle subscriber holds.

Run `python -m benchmarks.feed`; `--subscribers 1000` for the full measure. One replica over PostgreSQL; its subscribers
and the writer in one other process, as another replica would write.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import time
from typing import Any

from benchmarks.feeding import Server, finished, serving, subscribe, write
from datasources.register.database import Database

MARK = b'"recordedAt"'


async def delays(server: Server, database: Database, subscribers: int, seconds: float) -> dict[str, Any]:
    """Ten changes a second to everybody: milliseconds from before the commit to each subscriber."""
    found: list[float] = []
    committed = [0.0]

    def heard(count: int, at: float) -> None:
        found.extend([(at - committed[0]) * 1000] * count)

    before = server.memory
    clients = await subscribe(server.port, subscribers, server.tokens(subscribers), MARK, heard)
    await asyncio.sleep(1)
    idle = (server.memory - before) / subscribers
    count = int(seconds * 10)
    for each in range(count):
        began = time.monotonic()
        committed[0] = await write(database, each)
        await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
    await finished(clients, count, 20)
    ranked = statistics.quantiles(found, n=100)
    for client in clients:
        client.transport.abort()
    return {
        "subscribers": subscribers,
        "delivered": len(found),
        "expected": count * subscribers,
        "p50_ms": round(ranked[49], 1),
        "p95_ms": round(ranked[94], 1),
        "p99_ms": round(ranked[98], 1),
        "idle_kB_each": round(idle / 1000, 1),
    }


async def backlog(server: Server, database: Database, size: int, already: int) -> dict[str, Any]:
    """One subscriber reads everything there is, as fast as it can."""
    for begun in range(0, size, 1000):
        await write(database, already + begun, 1000)
    await asyncio.sleep(1)
    began = time.monotonic()
    clients = await subscribe(
        server.port, 1, server.tokens(1), MARK, lambda _count, _at: None, after=await server.first_cursor(database)
    )
    await finished(clients, size + already, 60)
    return {"changes": size + already, "per_second": round((size + already) / (time.monotonic() - began))}


async def main(subscribers: int, seconds: float, size: int) -> None:
    """Measure, and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    async with serving() as (server, database):
        print("commit to subscriber", await delays(server, database, subscribers, seconds))
        print("backlog", await backlog(server, database, size, int(seconds * 10)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--backlog", type=int, default=50_000)
    given = parser.parse_args()
    asyncio.run(main(given.subscribers, given.seconds, given.backlog))
