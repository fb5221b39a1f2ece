"""How long readers wait while an extract is taken, and that none of them fails.

Run `python -m benchmarks.mirror_meanwhile DATABASE_URL EXTRACT`: the extract is taken twice, the second time beside the
first one, while twenty enterprises and a name are asked for every few milliseconds. The database is one of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.mirror import Nobody, in_a_process, typed
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.search import MirrorSearch
from datasources.kbo_mirror.source import MirrorKbo, MirrorPolicy
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import number_at
from datasources.register.database import Database

_AT_ONCE = 20
_BETWEEN = 0.02


async def read_while(url: str, path: Path) -> None:
    """Import in another process, and read until it has ended."""
    database, chance = Database.open(url), random.Random(1)
    state = await mirror_status(database)
    assert state is not None
    mirror = MirrorKbo(Nobody(), database, lambda: datetime.now(UTC), MirrorPolicy(fresh=timedelta(days=36_500)))
    search, waits = MirrorSearch(database), {"by number": list[float](), "search": list[float]()}
    lacking = 0
    importing = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.mirror", "--import", url, str(path)), stdout=asyncio.subprocess.DEVNULL
    )
    while importing.returncode is None:
        places = chance.sample(range(state.enterprises), min(_AT_ONCE, state.enterprises))
        began = time.perf_counter()
        found = await mirror.enterprises([EnterpriseNumber.parse(number_at(place)) for place in places])
        waits["by number"].append(time.perf_counter() - began)
        lacking += len(places) - len(found)
        began = time.perf_counter()
        await search.find(typed(chance, state.enterprises))
        waits["search"].append(time.perf_counter() - began)
        await asyncio.sleep(_BETWEEN)
    await database.close()
    for what, taken in waits.items():
        taken.sort()
        middle, tail, most = (taken[int((len(taken) - 1) * share)] * 1000 for share in (0.5, 0.99, 1))
        print(f"{what} meanwhile: p50 {middle:.1f} ms, p99 {tail:.1f} ms, most {most:.0f} ms ({len(taken)} times)")
    print(f"not found meanwhile: {lacking}; the import ended with {importing.returncode}")


def main() -> None:
    """Take it once, then again while others read."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("extract", type=Path)
    parser.add_argument("--again", action="store_true", help="There is an extract in the database: only read and take.")
    options = parser.parse_args()
    if not options.again:
        in_a_process(options.url, options.extract)
    asyncio.run(read_while(options.url, options.extract))


if __name__ == "__main__":
    main()
