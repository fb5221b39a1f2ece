"""What streams show in the same moment is committed once for all of them, and each of them has its own failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

import loaders.ledger
from btb.actors import ActorKind, ActorReference
from btb.persons import PersonId
from datasources.register.consultation_rows import Disclosed, Shown
from datasources.register.consultations import consultations_of, record_disclosed
from datasources.register.database import Database, WriteSession
from datasources.register.failures import RegisterConflict, RegisterUnavailable
from datasources.register.migrations import migrate
from loaders.consultations import Reader
from loaders.ledger import Ledger
from loaders.present import Present

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOMEBODY = PersonId(uuid4())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await migrate(database_url)
    opened = Database.open(database_url)
    yield opened
    await opened.close()


def reader(name: str) -> Reader:
    return Reader(ActorReference(ActorKind.CLIENT, client=name), Present(NOW), None)


SHOWN = [Shown.of(SOMEBODY, None, "mandates, in the feed")]


async def readers_of(database: Database) -> list[str | None]:
    async with database.reading() as session:
        return sorted(each.actor.client or "" for each in await consultations_of(session, [SOMEBODY], 500))


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many readers each statement is about; one that is about the client "bad" is refused."""
    sent: list[int] = []

    async def counted(session: WriteSession, disclosed: Sequence[Disclosed]) -> None:
        sent.append(len(disclosed))
        if any(each.actor.client == "bad" for each in disclosed):
            raise RegisterConflict("bad")
        await record_disclosed(session, disclosed)

    monkeypatch.setattr(loaders.ledger, "record_disclosed", counted)
    return sent


async def test_a_hundred_who_hear_of_a_change_are_written_down_in_one_statement(
    database: Database, statements: list[int]
) -> None:
    ledger, names = Ledger(database), [f"client {each:02}" for each in range(100)]
    await asyncio.gather(*(ledger.write(reader(name), SHOWN) for name in names))
    assert await readers_of(database) == names
    assert statements == [100]


async def test_those_who_are_shown_many_people_keep_nobody_waiting_for_all_of_them(
    database: Database, statements: list[int]
) -> None:
    ledger, many = Ledger(database), [*SHOWN] * 700
    shown = [*[many] * 4, *[SHOWN] * 250]
    await asyncio.gather(*(ledger.write(reader(f"client {each:03}"), those) for each, those in enumerate(shown)))
    assert statements == [3, 200, 51]


async def test_one_who_cannot_be_written_down_fails_alone(database: Database, statements: list[int]) -> None:
    ledger = Ledger(database)
    found = await asyncio.gather(
        *(ledger.write(reader(name), SHOWN) for name in ("one", "bad", "two")), return_exceptions=True
    )
    assert [type(each) for each in found] == [type(None), RegisterConflict, type(None)]
    assert await readers_of(database) == ["one", "two"]
    assert statements == [3, 1, 1, 1]


async def test_a_register_out_of_reach_is_told_to_all_and_asked_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> object:
        raise RegisterUnavailable("out of reach")

    ledger = Ledger(database)
    with monkeypatch.context() as patched:
        patched.setattr(database, "noting", away)
        found = await asyncio.gather(*(ledger.write(reader("one"), SHOWN) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [RegisterUnavailable] * 3
    await ledger.write(reader("one"), SHOWN)
    assert await readers_of(database) == ["one"]


async def test_one_who_leaves_keeps_nobody_from_being_written_down(database: Database) -> None:
    ledger = Ledger(database)
    leaving, staying = (asyncio.ensure_future(ledger.write(reader(name), SHOWN)) for name in ("gone", "here"))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    assert "here" in await readers_of(database)


async def test_whoever_still_waits_when_it_stops_shows_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def never(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(loaders.ledger, "record_disclosed", never)
    ledger = Ledger(database)
    first = asyncio.ensure_future(ledger.write(reader("one"), SHOWN))
    await begun.wait()
    second = asyncio.ensure_future(ledger.write(reader("two"), SHOWN))
    await asyncio.sleep(0)
    await ledger.stop()
    found = await asyncio.wait_for(asyncio.gather(first, second, return_exceptions=True), 5)
    assert [type(each) for each in found] == [asyncio.CancelledError] * 2
