"""A statement sent straight to the driver is told of, fails and is undone as one of SQLAlchemy's."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Text, bindparam, insert, literal_column, select, text, type_coerce

from datasources.register.database import Database
from datasources.register.direct import Direct, fetch
from datasources.register.failures import RegisterConflict, RegisterUnavailable
from datasources.register.idempotency import StoredAnswer, store, stored
from datasources.register.tables import answers
from tests.datasources.register.counting import statements

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEPT = StoredAnswer(bytes(32), b"CANARY", NOON)
_ADD = Direct(insert(answers))
_ECHO = Direct(select(type_coerce(bindparam("said", type_=Text()), Text).label("echo"), literal_column("7")))


async def test_it_answers_rows_on_both_engines_and_is_counted(database: Database) -> None:
    with statements(database) as said:
        async with database.reading() as session:
            rows = await _ECHO.rows(session, {"said": "moo"})
    assert [tuple(row) for row in rows] == [("moo", 7)]
    assert len(said) == 1


async def test_it_is_undone_with_the_transaction_it_began(database: Database) -> None:
    class Stop(Exception):
        pass

    async def stopping() -> None:
        async with database.working() as session:
            await store(session, "PERSON:a", "key", KEPT, NOON)
            raise Stop

    with pytest.raises(Stop):
        await stopping()
    async with database.reading() as session:
        assert await stored(session, "PERSON:a", "key") is None


async def test_a_constraint_that_refuses_is_a_conflict_and_repeats_no_value(database: Database) -> None:
    with pytest.raises(RegisterConflict) as refused:  # noqa: PT012 the block is the transaction
        async with database.working() as session:
            for _ in range(2):
                await _ADD.rows(session, {"principal": "PERSON:a", "key": "key", **asdict(KEPT)})
    assert "CANARY" not in repr(refused.value)
    assert "PERSON:a" not in repr(refused.value)
    async with database.reading() as session:
        assert await stored(session, "PERSON:a", "key") is None


async def test_it_sees_what_sqlalchemy_wrote_in_the_same_transaction_and_the_other_way(database: Database) -> None:
    count = text("SELECT count(*) FROM answers")
    async with database.working() as session:
        await store(session, "PERSON:a", "one", KEPT, NOON)
        assert (await session.execute(count)).scalar_one() == 1
        await session.execute(text("UPDATE answers SET principal = 'PERSON:b'"))
        assert await stored(session, "PERSON:b", "one") == KEPT
    async with database.reading() as session:
        assert await stored(session, "PERSON:b", "one") == KEPT


@pytest.mark.postgres
async def test_a_connection_that_is_lost_is_an_outage_and_the_next_one_works(postgres_database: Database) -> None:
    with pytest.raises(RegisterUnavailable):
        async with postgres_database.working() as session:
            await fetch(session, "SELECT pg_terminate_backend(pg_backend_pid())")
    async with postgres_database.working() as session:
        assert [tuple(row) for row in await fetch(session, "SELECT $1::int", 7)] == [(7,)]


@pytest.mark.postgres
async def test_a_cancelled_one_leaves_no_connection_in_the_middle_of_an_answer(postgres_database: Database) -> None:
    async def slow() -> None:
        async with postgres_database.working() as session:
            await fetch(session, "SELECT pg_sleep(60)")

    for _ in range(10):  # more than there are connections
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    key = uuid4().hex
    async with postgres_database.working() as session:
        await store(session, "PERSON:a", key, KEPT, NOON)
    async with postgres_database.reading() as session:
        assert await stored(session, "PERSON:a", key) == KEPT
