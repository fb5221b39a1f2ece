"""Facts in memory are answered only while the database says that their extract is in use."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.facts import Mirrored, mirrored
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.kept_facts import KeptFacts
from datasources.kbo_mirror.synthetic import number_at, write_full, write_update
from datasources.register.database import Database
from tests.datasources.kbo_mirror.moments import NOW

NUMBERS = [EnterpriseNumber.parse(number_at(place)) for place in range(40)]


async def plainly(database: Database, numbers: list[EnterpriseNumber]) -> Mirrored | None:
    async with database.reading() as session:
        return await mirrored(session, numbers, on_postgresql=database.is_postgresql)


async def kept(facts: KeptFacts, database: Database, numbers: list[EnterpriseNumber]) -> Mirrored | None:
    async with database.reading() as session:
        return await facts.mirrored(session, numbers, on_postgresql=database.is_postgresql)


async def test_without_an_extract_nothing_is_kept(database: Database) -> None:
    facts = KeptFacts(10)
    assert await kept(facts, database, NUMBERS) is None
    assert len(facts) == 0


@pytest.mark.parametrize("most", [0, 7, 1_000])
async def test_whatever_is_asked_while_extracts_come_and_go_it_is_as_read_plainly(
    database: Database, tmp_path: Path, most: int
) -> None:
    chance = random.Random(most)
    facts = KeptFacts(most)
    steps = [
        write_full(tmp_path / "first", 30),
        write_update(tmp_path / "second", changed=range(0, 30, 2), gone=[5, 9], new=[33, 34]),
        write_full(tmp_path / "third", 36, number=102, snapshot=date(2026, 12, 30)),
    ]
    for step, extract in enumerate(steps):
        await import_extract(database, extract, NOW + timedelta(days=step))
        for _ in range(8):
            asked = chance.sample(NUMBERS, chance.randrange(1, 20))
            assert await kept(facts, database, asked) == await plainly(database, asked)
            assert len(facts) <= most


async def test_what_is_kept_is_not_read_again(database: Database, tmp_path: Path) -> None:
    await import_extract(database, write_full(tmp_path / "full", 30), NOW)
    facts = KeptFacts(1_000)
    first = await kept(facts, database, NUMBERS[:20])
    again = await kept(facts, database, NUMBERS[:20])
    assert first is not None
    assert again is not None
    assert all(again.readings[number] is first.readings[number] for number in NUMBERS[:20])
