"""The log: gapless positions in the order of commits, and payloads that read back as they were said."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from btb.actors import ActorKind, ActorReference
from btb.changes import Change, ChangeType
from btb.filters import ChangeFilter
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Contact, Delegation, Mandate
from btb.persons import PersonId
from datasources.register.changes import (
    RegisterLog,
    change_at,
    changes_after,
    current_head,
    page_after,
)
from datasources.register.charts import chart_locked
from datasources.register.columns import microseconds, moment
from datasources.register.database import Database
from datasources.register.histories import histories
from datasources.register.payloads import change_of, payload
from datasources.register.recording import record
from datasources.register.snapshots import snapshot_page
from datasources.register.verify import findings
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ACTORS = st.one_of(
    st.builds(ActorReference, st.just(ActorKind.PERSON), st.uuids().map(PersonId)),
    st.builds(ActorReference, st.just(ActorKind.CLIENT), st.none(), st.text(st.characters(codec="utf-8"), min_size=1)),
    st.just(ActorReference(ActorKind.REGISTER)),
)
NUMBERS = st.integers(1, 1_000_000).map(enterprise)
TEXTS = st.none() | st.text(st.characters(codec="utf-8"))
DELEGATIONS = st.builds(
    Delegation, domain=st.text(st.characters(codec="utf-8")), valid_from=MOMENTS, valid_until=st.none() | MOMENTS,
    granted_at=MOMENTS, granted_by=ACTORS, ended_at=st.none() | MOMENTS,
)  # fmt: skip


@st.composite
def any_change(draw: st.DrawFn) -> Change:
    number: EnterpriseNumber = draw(NUMBERS)
    held = st.builds(
        Mandate, enterprise=st.just(number), contact=st.builds(Contact, TEXTS, TEXTS), valid_from=MOMENTS,
        valid_until=st.none() | MOMENTS, appointed_at=MOMENTS, appointed_by=ACTORS, suspended_at=st.none() | MOMENTS,
        ended_at=st.none() | MOMENTS, delegations=st.lists(DELEGATIONS, max_size=3).map(tuple),
    )  # fmt: skip
    return draw(
        st.builds(
            Change, enterprise=st.just(number), enterprise_version=st.integers(1, 2**53), effective_at=MOMENTS,
            recorded_at=MOMENTS, actor=ACTORS, mandate=st.none() | held, delegation=st.none() | DELEGATIONS,
            position=st.none(),
        )
    )  # fmt: skip


@given(any_change())
def test_a_payload_reads_back_as_the_change(said: Change) -> None:
    text_of_it = payload(said)
    assert change_of(text_of_it, None) == said
    assert payload(change_of(text_of_it, None)) == text_of_it


@given(MOMENTS)
def test_a_stored_moment_is_the_moment(at: datetime) -> None:
    assert moment(microseconds(at)) == at


async def _appoint(database: Database, number: EnterpriseNumber, fail: bool, pause: float) -> None:
    async with database.working() as session:
        chart = await chart_locked(session, number)
        gone = [change(ended(held, NOON), chart.version + 1) for held in chart.mandates]
        await record(session, [*gone, change(mandate(number), chart.version + 1 + len(gone))])
        await asyncio.sleep(pause)
        if fail:
            raise ZeroDivisionError


async def _write(database: Database, rounds: int, writers: int = 24) -> int:
    """So many writers at once, a third of whose transactions are undone; answers how many were kept."""
    rolls = random.Random(20261102)

    async def one(writer: int) -> int:
        kept = 0
        for _ in range(rounds):
            fail, pause = rolls.random() < 1 / 3, rolls.random() / 500
            try:
                await _appoint(database, enterprise(writer % 7), fail, pause)
                kept += 1
            except ZeroDivisionError:
                pass
        return kept

    return sum(await asyncio.gather(*(one(writer) for writer in range(writers))))


async def test_positions_are_gapless_and_seen_in_the_order_of_commits(database: Database) -> None:
    seen: list[int] = []
    done = asyncio.Event()

    async def follow() -> None:
        log = RegisterLog(database)
        while True:
            last = done.is_set()
            for one in await log.changes_after(seen[-1] if seen else 0, 50):
                assert one.position is not None
                seen.append(one.position)
            if last and seen and seen[-1] == await log.head():
                return

    follower = asyncio.create_task(follow())
    kept = await _write(database, rounds=4)
    done.set()
    await follower
    assert kept > 0
    assert seen == list(range(1, len(seen) + 1))
    async with database.reading() as session:
        head = await current_head(session)
    assert head.position == len(seen) == 2 * kept - 7
    assert [finding async for finding in findings(database)] == []


@pytest.mark.postgres
async def test_the_naive_reader_loses_what_commits_late(postgres_url: str) -> None:
    """The control: numbers from a sequence, read by `id > cursor`, lose a row that commits after a greater one."""
    database = Database.open(postgres_url)
    async with database.working() as session:
        await session.execute(text("CREATE TABLE naive (id bigserial PRIMARY KEY)"))
    seen: list[int] = []

    async def read() -> None:
        async with database.reading() as session:
            rows = await session.scalars(
                text("SELECT id FROM naive WHERE id > :after ORDER BY id"), {"after": max([0, *seen])}
            )
            seen.extend(rows)

    async with database.working() as slow:
        await slow.execute(text("INSERT INTO naive DEFAULT VALUES"))
        async with database.working() as quick:
            await quick.execute(text("INSERT INTO naive DEFAULT VALUES"))
        await read()
    await read()
    assert seen == [2]
    await database.close()


async def test_pages_say_how_far_they_read(database: Database) -> None:
    async with database.working() as session:
        for n in range(10):
            role = AccessManagerRole.DOMAIN if n % 2 else AccessManagerRole.CHIEF
            domains = ("FINANCE",) if role is AccessManagerRole.DOMAIN else ()
            await record(session, [change(mandate(enterprise(n), role, domains=domains), 1)])
    async with database.reading() as session:
        page = await page_after(session, 0, 4)
        assert ([one.position for one in page.changes], page.through, page.has_more) == ([1, 2, 3, 4], 4, True)
        page = await page_after(session, 8, 4)
        assert ([one.position for one in page.changes], page.through, page.has_more) == ([9, 10], 10, False)
        only = ChangeFilter(enterprises=frozenset((enterprise(2), enterprise(7))))
        page = await page_after(session, 0, 4, only)
        assert ([one.position for one in page.changes], page.through, page.has_more) == ([3, 8], 10, False)
        page = await page_after(session, 0, 3, ChangeFilter(types=frozenset((ChangeType.CHIEF_APPOINTED,))))
        assert ([one.position for one in page.changes], page.through, page.has_more) == ([1, 3, 5], 5, True)
        page = await page_after(session, 0, 6, ChangeFilter(domains=frozenset(("SOCIAL",))))
        assert ([one.position for one in page.changes], page.through) == ([1, 3, 5, 7, 9], 10)
        page = await page_after(session, 0, 2, ChangeFilter(domains=frozenset(("FINANCE",))))
        assert ([one.position for one in page.changes], page.through, page.has_more) == ([1, 2], 2, True)
        assert (await page_after(session, 10, 4)).through == 10
        assert (await change_at(session, 3)) == (await changes_after(session, 2, 1))[0]
        assert await change_at(session, 11) is None


async def test_an_enterprise_s_history_is_its_changes_oldest_first(database: Database) -> None:
    number, chief = enterprise(1), mandate(enterprise(1))
    async with database.working() as session:
        await record(session, [change(chief, 1), change(mandate(enterprise(2)), 1)])
        await record(session, [change(ended(chief, NOON + DAY), 2)])
    async with database.reading() as session:
        assert [one.position for one in (await histories(session, [number], 0, 50))[number]] == [1, 3]
        assert [one.position for one in (await histories(session, [number], 1, 50))[number]] == [3]
        assert [one.position for one in (await histories(session, [number], 0, 1))[number]] == [1]


async def test_a_snapshot_is_of_its_position_whatever_is_written_since(database: Database) -> None:
    held = [mandate(enterprise(n)) for n in range(5)]
    async with database.working() as session:
        await record(session, [change(one, 1) for one in held])
        suspended = replace(held[0], suspended_at=NOON)
        await record(session, [change(suspended, 2, ChangeType.ACCESS_MANAGER_SUSPENDED)])
    async with database.reading() as session:
        position = (await current_head(session)).position
    async with database.working() as session:
        await record(session, [change(ended(held[1], NOON), 2), change(mandate(enterprise(9)), 1)])
    found, after, more = [], None, True
    async with database.reading() as session:
        while more:
            page = await snapshot_page(session, position, 2, after)
            found += page.mandates
            after, more = page.end, page.end is not None
        assert sorted(found, key=lambda one: one.id) == sorted([suspended, *held[1:]], key=lambda one: one.id)
        only = ChangeFilter(enterprises=frozenset((enterprise(1),)))
        assert (await snapshot_page(session, position, 9, asked=only)).mandates == (held[1],)
        assert (await snapshot_page(session, position + 2, 9, asked=only)).mandates == ()
