"""While an extract is taken, and where it is killed: whoever reads sees the old one or the new one, whole."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.facts import mirrored
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import number_at, write_full, write_update
from datasources.register.database import Database
from tests.datasources.kbo_mirror.moments import NOW
from tests.datasources.kbo_mirror.test_importing import written
from tests.journeys.process import ROOT

OLD, NEW = date(2026, 10, 30), date(2026, 11, 27)
_STEPS = ("making room", "enterprise.csv", "denomination.csv", "address.csv", "search index", "switching")
_UPDATE_STEPS = ("enterprise_delete.csv", "address_insert.csv", "applying")


async def _seen(database: Database, places: Sequence[int]) -> tuple[date, list[set[str] | None]]:
    """The day of the extract and the names in it, of one statement."""
    numbers = [EnterpriseNumber.parse(number_at(place)) for place in places]
    async with database.reading() as session:
        found = await mirrored(session, numbers, on_postgresql=database.is_postgresql)
    assert found is not None
    facts = [found.readings[number].value if number in found.readings else None for number in numbers]
    return found.read_at.date(), [None if each is None else {name.text for name in each.names} for each in facts]


@pytest.mark.parametrize("is_update", [False, True])
async def test_readers_are_answered_and_see_one_extract_or_the_other(
    database: Database, database_url: str, tmp_path: Path, is_update: bool
) -> None:
    places = range(950, 1050)
    await import_extract(database, write_full(tmp_path / "old.zip", 1500, number=7, snapshot=OLD), NOW)
    if is_update:
        path = write_update(tmp_path / "new.zip", range(1000), range(1000, 1400), number=8, snapshot=NEW)
    else:
        path = write_full(tmp_path / "new.zip", 1000, number=8, snapshot=NEW)
    expected = {
        OLD: [written(place) for place in places],
        NEW: [written(place, 1 if is_update else 0) if place < 1000 else None for place in places],
    }
    readers, taken, days = Database.open(database_url), asyncio.Event(), Counter[date]()

    async def read() -> None:
        last = False
        while not last:
            last = taken.is_set()
            day, names = await _seen(readers, places)
            assert names == expected[day]
            days[day] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(read())
        await import_extract(database, path, NOW)
        taken.set()
    await readers.close()
    assert days[OLD] > 3
    assert days[NEW] >= 3


async def _killed(folder: Path, database_url: str, path: Path, at: str, wait: float) -> bool:
    """Run `btb kbo import` and kill it a moment after a step has begun; whether it was still running."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", "from server.cli import main; main()", "kbo", "import", str(path)),
        cwd=folder,
        env={**os.environ, "BTB_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    log = process.stderr
    assert log is not None
    async for line in log:
        if line.decode().startswith(at):
            break
    await asyncio.sleep(wait)  # when the power fails is the point of the test
    killed = process.returncode is None
    if killed:
        process.kill()
    await log.read()
    return await process.wait() < 0


@pytest.mark.parametrize(
    ("steps", "update_steps"),
    [
        pytest.param(("denomination.csv", "search index"), ("applying",), marks=pytest.mark.timeout(600)),
        pytest.param(_STEPS * 4, _UPDATE_STEPS * 4, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
async def test_an_import_that_is_killed_leaves_the_old_extract_and_the_next_one_succeeds(
    database: Database, database_url: str, tmp_path: Path, steps: Sequence[str], update_steps: Sequence[str]
) -> None:
    chance = random.Random(len(steps))
    await import_extract(database, write_full(tmp_path / "old.zip", 3000, number=7, snapshot=OLD), NOW)
    full = write_full(tmp_path / "new.zip", 4000, number=8, snapshot=OLD)
    update = write_update(tmp_path / "update.zip", range(1500), range(1500, 2000), number=9, snapshot=NEW)
    for path, at_steps, before, after in ((full, steps, 3000, 4000), (update, update_steps, 4000, 3500)):
        for step in at_steps:
            killed = await _killed(tmp_path, database_url, path, step, chance.uniform(0, 0.05))
            day, names = await _seen(database, [10])
            assert names == [written(10, 1 if day == NEW else 0)]
            state = await mirror_status(database)
            assert state is not None
            if state.enterprises == after:
                break  # the plug was pulled too late
            assert killed
            assert state.enterprises == before
        else:
            assert (await import_extract(database, path, NOW)).enterprises == after
    assert (await _seen(database, [10, 1700, 2500, 3999])) == (
        NEW,
        [written(10, 1), None, written(2500), written(3999)],
    )
