"""What one appointment costs as the register fills, beside one that stays empty: run `python -m benchmarks.curve`.

It fills a register with up to a million mandates on each engine, and takes a quarter of an hour. `--most 10000` is a
try. It writes `results/register-curve.json`; `python -m benchmarks.curve_plot` draws it, where matplotlib is.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.appointed import number
from benchmarks.bulk import Rows, fill_postgres, fill_sqlite
from benchmarks.engines import postgres
from benchmarks.register import appoint
from datasources.register.changes import current_head
from datasources.register.database import Database
from datasources.register.migrations import migrate
from datasources.register.verify import log_findings

SIZES = (0, 1_000, 10_000, 100_000, 1_000_000)
AT_ONCE = 50_000
ROUNDS = 150
RESULTS = Path(__file__).parent / "results" / "register-curve.json"

Fill = Callable[[Rows, int, int], Awaitable[None]]


async def curve(url: str, empty_url: str, fill: Fill, most: int) -> list[dict[str, float]]:
    """Median milliseconds at each size, full and empty in turns."""
    await migrate(url)
    await migrate(empty_url)
    database, empty = Database.open(url), Database.open(empty_url)
    rows, fresh, stored, found = Rows(), iter(range(60_000_000, 99_000_000)), 0, []
    for size in (size for size in SIZES if size <= most):
        while stored < size:
            step = min(AT_ONCE, size - stored)
            await fill(rows, step, 1_000_000 + stored)
            stored += step
        took: dict[str, list[float]] = {"full": [], "empty": []}
        gc.collect()
        for _ in range(ROUNDS):
            for name, one in (("full", database), ("empty", empty)):
                start = perf_counter()
                await appoint(one, number(next(fresh)))
                took[name].append((perf_counter() - start) * 1000)
        full, beside = median(took["full"]), median(took["empty"])
        found.append({"mandates": size, "full": full, "empty": beside, "ratio": full / beside})
        print(f"  {size:>9,}: {full:.2f} ms, beside {beside:.2f} ms: {full / beside:.2f}×", flush=True)
        rows = await _where(database, rows)
    await empty.close()
    await database.close()
    return found


async def _where(database: Database, rows: Rows) -> Rows:
    """Where the log stands after what was measured, so that filling goes on from there."""
    async with database.reading() as session:
        head = await current_head(session)
    return Rows(head.position, head.hash)


async def main() -> None:
    """Both engines, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    options = parser.parse_args()
    found: dict[str, object] = {"cores": os.cpu_count(), "rounds": ROUNDS}
    with tempfile.TemporaryDirectory(prefix="btb-") as folder:
        path = f"{folder}/register.sqlite"

        async def in_file(rows: Rows, count: int, serial: int) -> None:
            fill_sqlite(path, rows, count, serial)

        print("sqlite", flush=True)
        found["sqlite"] = await curve(f"sqlite:///{path}", f"sqlite:///{folder}/empty.sqlite", in_file, options.most)
        await _verified(f"sqlite:///{path}", options.most)
    async with postgres() as (url, empty_url):

        async def copied(rows: Rows, count: int, serial: int) -> None:
            await fill_postgres(url, rows, count, serial)

        print("postgres", flush=True)
        found["postgres"] = await curve(url, empty_url, copied, options.most)
    if options.most == SIZES[-1]:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")


async def _verified(url: str, most: int) -> None:
    """What was filled in is a register like any other: with few mandates it is read through, to be sure of it."""
    if most > 10_000:
        return
    database = Database.open(url)
    assert [str(each) async for each in log_findings(database)] == []
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
