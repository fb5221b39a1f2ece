"""Measures everybody, and writes tables and a plot: run `make bench`.

With `--only`, one of the two settings; the other's figures stay as they were found before. With `--quick` a smoke
test, which leaves the results alone.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
from pathlib import Path

import uvloop

from benchmarks.speed import in_memory, on_postgresql
from benchmarks.speed.measure import Pace
from benchmarks.speed.peers import PEER_PYTHON, ROOT
from benchmarks.speed.report import markdown, quoted
from benchmarks.speed.results import Results, crowd
from benchmarks.speed.versions import versions

RESULTS = ROOT / "benchmarks" / "results"
MEMORY, POSTGRESQL = "memory", "postgresql"
FULL, QUICK = Pace(rounds=7, seconds=1.0, warming=2.0), Pace(rounds=1, seconds=0.3, warming=0.3)
FULL_SIZE = on_postgresql.Size(100_000, clients=200, starts=3, crowd_rounds=3, crowd_seconds=4.0)
QUICK_SIZE = on_postgresql.Size(10_000, clients=20, starts=1, crowd_rounds=1, crowd_seconds=1.0)


async def memory(pace: Pace) -> Results:
    """Setting (a)."""
    return Results(pace.rounds, versions(database=False), await in_memory.figures(pace))


async def postgresql(pace: Pace, size: on_postgresql.Size) -> Results:
    """Setting (b)."""
    found = await on_postgresql.found(pace, size)
    return Results(
        pace.rounds,
        versions(database=True),
        found.figures,
        {name: {server: crowd(each) for server, each in by_server.items()} for name, by_server in found.crowds.items()},
        {server: statistics.median(held) for server, held in found.held.items()},
        {server: statistics.median(seconds) for server, seconds in found.starts.items()},
        found.hits,
        {server: float(held[-1]) for server, held in found.held.items()},
        {server: float(size) for server, size in found.most.items()},
    )


def main() -> None:
    """Measure, keep, tell."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--only", choices=(MEMORY, POSTGRESQL))
    given = arguments.parse_args()
    folder = ROOT / ".cache" / "bench" if given.quick else RESULTS
    pace = QUICK if given.quick else FULL
    if given.only != POSTGRESQL:
        uvloop.run(memory(pace)).write(folder / f"{MEMORY}.json")
    if given.only != MEMORY:
        uvloop.run(postgresql(pace, QUICK_SIZE if given.quick else FULL_SIZE)).write(folder / f"{POSTGRESQL}.json")
    tell(folder)


def tell(folder: Path) -> None:
    """Write and print the tables of what is kept, and draw it."""
    kept = [folder / f"{setting}.json" for setting in (MEMORY, POSTGRESQL)]
    results = [Results.read(path) if path.exists() else None for path in kept]
    page = markdown(*results)
    (folder / "speed.md").write_text(page)
    print(page)
    if folder == RESULTS:
        readme = ROOT / "README.md"
        readme.write_text(quoted(readme.read_text(), *results))
    there = [str(path) for path in kept if path.exists()]
    words = [str(PEER_PYTHON), "-m", "benchmarks.speed.plot", str(folder / "speed.png"), *there]
    subprocess.run(words, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
