"""A kept chart is answered only while the database says that it is still the one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from btb.mandates import AccessManagerRole
from datasources.register.charts import charts
from datasources.register.database import Database, Patience
from datasources.register.kept_charts import KeptCharts
from datasources.register.recording import record
from datasources.register.tables import changes, delegations, enterprises, mandates, requests
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate
from tests.datasources.register.counting import statements

NUMBERS = [enterprise(serial) for serial in range(20, 25)]
DOMAINS = ("FINANCE", "SOCIAL")


async def test_an_unchanged_chart_is_not_read_again_and_a_changed_one_is(database: Database) -> None:
    kept = KeptCharts(100)
    first, second, unmet = NUMBERS[:3]
    chief = mandate(first)
    async with database.working() as session:
        await record(session, [change(chief, 1)])
        await record(session, [change(mandate(second), 1)])
    for _ in range(2):
        with statements(database) as said:
            async with database.reading() as session:
                found = await kept.charts(session, [first, second, unmet])
                assert len(said) == 1
                assert found == await charts(session, [first, second, unmet])
    assert (kept.read, kept.kept) == (4, 2)
    gone = ended(chief, NOON + DAY)
    async with database.working() as session:
        await record(session, [change(gone, 2, at=NOON + DAY)])
    async with database.reading() as session:
        assert (await kept.charts(session, [first]))[first].mandates == ()
    assert (kept.read, kept.kept) == (5, 2)


async def test_another_history_under_the_same_version_is_another_chart(database: Database) -> None:
    """As after a backup was put back without anybody telling us."""
    kept = KeptCharts(100)
    number = NUMBERS[0]
    async with database.working() as session:
        await record(session, [change(mandate(number), 1)])
    async with database.reading() as session:
        lost = await kept.charts(session, [number])
    guard = (
        "ALTER TABLE changes DISABLE TRIGGER USER" if database.is_postgresql else "DROP TRIGGER changes_never_deleted"
    )
    async with database.working() as session:
        await session.execute(text(guard))
        for table in (requests, delegations, mandates, changes):
            await session.execute(delete(table))
        await session.execute(update(enterprises).values(version=0))
        await session.execute(text("UPDATE head SET position = 0"))
    async with database.reading() as session:
        assert (await kept.charts(session, [number]))[number].mandates == ()
    other = mandate(number, at=NOON + DAY)
    async with database.working() as session:
        await record(session, [change(other, 1, at=NOON + DAY)])
    async with database.reading() as session:
        found = await kept.charts(session, [number])
    assert found[number].version == lost[number].version == 1
    assert found[number].mandates == (other,)


async def test_what_was_never_committed_is_never_answered(database: Database) -> None:
    kept = KeptCharts(100)
    number = NUMBERS[0]
    await _changed(database, [number], fails=True)
    async with database.reading() as session:
        assert (await kept.charts(session, [number]))[number].version == 0


async def test_what_is_kept_is_bounded(database: Database) -> None:
    several = [enterprise(serial) for serial in range(30, 50)]
    async with database.working() as session:
        for number in several:
            await record(session, [change(mandate(number, AccessManagerRole.DOMAIN, domains=DOMAINS), 1)])
    for most, expected in ((12, 3), (3, 0), (0, 0)):
        kept = KeptCharts(most)
        async with database.reading() as session:
            for _ in range(2):
                assert await kept.charts(session, several) == await charts(session, several)
        assert len(kept) == expected


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all examples of a test."""
    own = asyncio.new_event_loop()
    yield own
    own.close()


STEPS = st.lists(
    st.tuples(st.sampled_from(["change", "ask", "fail"]), st.sets(st.integers(0, 4), min_size=1), st.integers(0, 1)),
    max_size=25,
)


@pytest.mark.timeout(300)
def test_whoever_writes_and_asks_in_whatever_order_sees_the_database(
    register_url: str, loop: asyncio.AbstractEventLoop
) -> None:
    """Two replicas over one database, of which both write; each keeps charts of its own."""

    @settings(max_examples=25, deadline=None)
    @given(steps=STEPS)
    def agree(steps: list[Any]) -> None:
        loop.run_until_complete(_played(register_url, steps))

    agree()


async def _played(url: str, steps: list[Any]) -> None:
    replicas = [(Database.open(url, Patience(waiting=20.0)), KeptCharts(7)) for _ in range(2)]
    try:
        for what, chosen, which in steps:
            database, kept = replicas[which]
            numbers = [NUMBERS[each] for each in sorted(chosen)]
            if what == "ask":
                async with database.reading() as session:
                    assert await kept.charts(session, numbers) == await charts(session, numbers)
            else:
                await _changed(database, numbers, fails=what == "fail")
    finally:
        for database, _ in replicas:
            await database.close()


async def _changed(database: Database, numbers: list[Any], *, fails: bool) -> None:
    try:
        async with database.working() as session:
            for number, chart in (await charts(session, numbers)).items():
                held = chart.mandates[0] if chart.mandates else None
                at = NOON + DAY * (chart.version + 1)
                made = mandate(number, at=at) if held is None else ended(held, at)
                await record(session, [change(made, chart.version + 1, at=at)])
            if fails:
                raise LookupError
    except LookupError:
        assert fails
