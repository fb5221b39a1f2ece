"""Whoever listens to outages hears all of them, from one reader who is not the listener, and survives the register."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from datasources.followers import Follower, InterruptionReason
from datasources.outage_board import OutageBoard
from datasources.register import outages as register
from datasources.register.database import Database, ReadSession
from datasources.register.failures import RegisterUnavailable
from datasources.register.outages import Outage, write_outage
from datasources.register.service_tables import outages
from datasources.register.tables import head

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def outage(days: int) -> Outage:
    return Outage(uuid4(), "PLANNED", "WEB_SERVICE", NOW + timedelta(days=days), None, None, {}, 0)


async def written(database: Database, said: Outage) -> Outage:
    async with database.working() as session:
        await write_outage(session, said)
    return said


@asynccontextmanager
async def watched(database: Database, poll: float = 0.02) -> AsyncIterator[OutageBoard]:
    board = OutageBoard(database, lambda: NOW, poll=poll)
    watching = asyncio.create_task(board.watch())
    try:
        yield board
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def heard(stream: AsyncGenerator[Outage, None]) -> Outage:
    return await asyncio.wait_for(anext(stream), 20)


async def test_a_listener_hears_what_is_coming_and_then_what_others_write(database: Database) -> None:
    """Two boards are two replicas: neither rings the other."""
    late, soon = await written(database, outage(2)), await written(database, outage(1))
    async with watched(database) as one, watched(database) as two:
        streams = [board.follow(Follower()) for board in (one, two)]
        for stream in streams:
            assert [(await heard(stream)).id, (await heard(stream)).id] == [soon.id, late.id]
        over = await written(database, replace(soon, resolved_at=NOW))
        other = await written(database, outage(0))
        for stream in streams:
            found = [await heard(stream), await heard(stream)]
            assert [(each.id, each.resolved_at) for each in found] == [(over.id, NOW), (other.id, None)]
            await stream.aclose()
        assert (one.listeners, two.listeners) == (0, 0)


async def test_one_who_does_not_read_hears_of_each_outage_as_it_stands_then(database: Database) -> None:
    said = await written(database, outage(1))
    async with watched(database) as board:
        slow, quick = board.follow(Follower()), board.follow(Follower())
        for stream in (slow, quick):
            assert (await heard(stream)).id == said.id
        for service in ("WEB_APPLICATION", "WEB_SERVICE", "WEB_APPLICATION"):
            await written(database, replace(said, service=service))
            board.ring()
            assert (await heard(quick)).service == service
        last = await written(database, outage(3))
        assert (await heard(quick)).id == last.id
        await written(database, replace(said, resolved_at=NOW))
        assert (await heard(quick)).id == said.id
        first, second = await heard(slow), await heard(slow)
        assert [(first.id, first.resolved_at), (second.id, second.resolved_at)] == [(last.id, None), (said.id, NOW)]


async def test_a_listener_reads_nothing_itself_and_is_told_when_it_must_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[asyncio.Task[None] | None] = []
    reading = database.reading

    def noted() -> object:
        readers.append(asyncio.current_task())
        return reading()

    monkeypatch.setattr(database, "reading", noted)
    said = await written(database, outage(1))
    async with watched(database) as board:
        follower = Follower()
        stream = board.follow(follower)
        assert (await heard(stream)).id == said.id
        assert readers
        assert asyncio.current_task() not in readers
        waiting = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        follower.interrupt(InterruptionReason.SHUTTING_DOWN)
        assert await asyncio.wait_for(waiting, 5) is None


async def test_a_register_out_of_reach_costs_time_and_no_stream(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, failed = [True], asyncio.Event()
    reading: Callable[[], object] = database.reading

    @asynccontextmanager
    async def sometimes() -> AsyncIterator[ReadSession]:
        if away[0]:
            failed.set()
            raise RegisterUnavailable("out of reach")
        async with reading() as session:  # type: ignore[attr-defined]
            yield session

    said = await written(database, outage(1))
    monkeypatch.setattr(database, "reading", sometimes)
    async with watched(database) as board:
        stream = board.follow(Follower())
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.wait_for(failed.wait(), 20)
        assert not waiting.done()
        away[0] = False
        assert (await asyncio.wait_for(waiting, 20)).id == said.id
        await stream.aclose()


async def test_one_who_arrives_misses_nothing_that_is_written_while_the_board_looks(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything, between = register.all_outages, list[Outage]()

    async def slowly(session: ReadSession, since: datetime) -> tuple[Outage, ...]:
        known = await everything(session, since)
        while between:
            await written(database, between.pop())
        return known

    monkeypatch.setattr(register, "all_outages", slowly)
    first = await written(database, outage(1))
    async with watched(database, poll=1_000) as board:
        early, late = board.follow(Follower()), board.follow(Follower())
        assert (await heard(early)).id == first.id
        second = await written(database, outage(2))
        between.append(third := outage(3))
        assert [(await heard(late)).id, (await heard(late)).id] == [first.id, second.id]
        board.ring()
        for stream, missing in ((late, [third]), (early, [second, third])):
            assert [(await heard(stream)).id for _ in missing] == [each.id for each in missing]


async def test_whoever_listened_before_a_backup_was_restored_hears_what_is_so_since(database: Database) -> None:
    async with watched(database) as board:
        stream = board.follow(Follower())
        for days in (1, 2, 3):
            said = await written(database, outage(days))
            assert (await heard(stream)).id == said.id
        async with database.working() as session:
            await session.execute(delete(outages))
            await session.execute(update(head).values(outage_revision=0))
        kept = await written(database, outage(4))
        assert (await heard(stream)).id == kept.id
