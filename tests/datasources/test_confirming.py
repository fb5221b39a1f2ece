"""One statement says what is still so, as the readings that were noted have it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from btb.identifiers import EnterpriseNumber
from datasources.confirming import Confirmed, confirmed
from datasources.kbo_mirror.facts import mirrored
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.kept_facts import KeptFacts
from datasources.kbo_mirror.synthetic import number_at, write_full
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from datasources.register.recording import record
from tests.datasources.kbo_mirror.moments import NOW
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate
from tests.datasources.register.counting import statements


async def asked(database: Database, *marks: object) -> Confirmed:
    """What is confirmed, in one statement."""
    with statements(database) as said:
        async with database.reading() as session:
            found = await confirmed(session, marks)
    assert len(said) == 1
    return found


async def test_a_change_is_the_last_until_another_follows_and_what_is_held_no_more_has_no_mark(
    database: Database,
) -> None:
    kept, first, second = KeptCharts(100), enterprise(1), enterprise(2)
    chief = mandate(first)
    async with database.working() as session:
        await record(session, [change(chief, 1), change(mandate(second), 1)])
    async with database.reading() as session:
        charts = await kept.charts(session, [first, second, enterprise(3)])
    marks = [kept.mark_of(charts[number]) for number in (first, second)]
    assert None not in marks
    assert kept.mark_of(charts[enterprise(3)]) is None, "nothing was ever recorded of it"
    assert (await asked(database, *marks)).last == set(marks)
    async with database.working() as session:
        await record(session, [change(ended(chief, NOON + DAY), 2, at=NOON + DAY)])
    assert (await asked(database, *marks)).last == {marks[1]}
    async with database.reading() as session:
        await kept.charts(session, [first])
    assert kept.mark_of(charts[first]) is None
    assert await asked(database) == Confirmed(frozenset(), None, None)


async def test_the_extract_in_use_has_the_mark_of_the_facts_that_are_read_of_it(
    database: Database, tmp_path: Path
) -> None:
    facts, number = KeptFacts(10), EnterpriseNumber.parse(number_at(3))
    for step in range(2):
        await import_extract(database, write_full(tmp_path / str(step), 10), NOW + timedelta(days=step))
        found = await asked(database)
        async with database.reading() as session:
            plainly = await mirrored(session, [number], on_postgresql=database.is_postgresql)
            read = await facts.mirrored(session, [number], on_postgresql=database.is_postgresql)
        assert read is not None
        assert plainly is not None
        assert (found.extract, found.read_at) == (plainly.mark, plainly.read_at)
        assert facts.mark_of(number, read.readings[number]) == found.extract
        assert facts.mark_of(number, plainly.readings[number]) is None, "another reading is not the one that is held"
