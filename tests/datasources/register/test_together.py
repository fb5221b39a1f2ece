"""What is written together is one trip on PostgreSQL, and the same rows on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, bindparam, insert, select, text, update

from btb.mandates import AccessManagerRole
from datasources.register.changes import current_head
from datasources.register.charts import chart_locked, charts
from datasources.register.database import Database
from datasources.register.direct import Direct
from datasources.register.failures import RegisterConflict
from datasources.register.idempotency import StoredAnswer, store, stored, storing
from datasources.register.recording import record
from datasources.register.requests import keeping
from datasources.register.tables import answers, enterprises, head, requests
from datasources.register.together import Insert, One, Rows, together
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate, person
from tests.datasources.register.counting import statements

_REQUESTS = Insert(requests)
_ENTERPRISE = Direct(insert(enterprises))
_CLOSED = Direct(update(head).values(hash=bindparam("h", type_=LargeBinary())).returning(head.c.position))


def request(first: int, note: str | None) -> dict[str, object]:
    return {"first_position": first, "last_position": first + 1, "evidence": "{}", "note": note}


@pytest.mark.parametrize("count", [1, 2, 30])
async def test_rows_of_any_number_and_statements_beside_them_are_all_written(database: Database, count: int) -> None:
    rows = [request(place, None if place % 2 else f"note {place}") for place in range(1, count + 1)]
    parts = [Rows(_REQUESTS, rows), One(_ENTERPRISE, {"number": enterprise(1), "version": 7})]
    with statements(database) as said:
        async with database.working() as session:
            ((position,),) = await together(session, parts, One(_CLOSED, {"h": bytes(32)}))
    assert position == 0
    assert len([each for each in said if "BEGIN" not in each]) == (1 if database.is_postgresql else 3)
    async with database.reading() as session:
        found = (await session.execute(select(requests.c.first_position, requests.c.note))).all()
        assert sorted(tuple(row) for row in found) == [(row["first_position"], row["note"]) for row in rows]
        assert (await charts(session, [enterprise(1)]))[enterprise(1)].version == 7


async def test_one_that_must_answer_and_does_not_is_a_conflict_and_nothing_is_written(database: Database) -> None:
    first, second = (StoredAnswer(said, said, NOON + DAY) for said in (b"first", b"second"))
    async with database.working() as session:
        await store(session, "PERSON:a", "key", first, NOON)
    with pytest.raises(RegisterConflict):  # noqa: PT012 the block is the transaction
        async with database.working() as session:
            last = storing(session, "PERSON:a", "key", second, NOON)
            await together(session, [Rows(_REQUESTS, [request(1, None)])], last)
    async with database.reading() as session:
        assert await stored(session, "PERSON:a", "key") == first
        assert (await session.execute(select(requests))).all() == []


async def test_a_chief_is_replaced_in_one_trip_although_there_may_only_be_one(database: Database) -> None:
    number = enterprise(2)
    before, after = (mandate(number, AccessManagerRole.CHIEF, holder=person()) for _ in range(2))
    async with database.working() as session:
        await chart_locked(session, number)
        await record(session, [change(before, 1)])
    gone = ended(before, NOON)
    async with database.working() as session:
        await chart_locked(session, number)
        await record(session, [change(after, 2), change(gone, 3)])
    async with database.reading() as session:
        assert (await charts(session, [number]))[number].mandates == (after,)
        assert (await charts(session, [number], full=True))[number].version == 3


async def test_a_domain_is_taken_away_and_given_again_in_one_trip(database: Database) -> None:
    number = enterprise(4)
    before = mandate(number, AccessManagerRole.DOMAIN, domains=("FINANCE",))
    async with database.working() as session:
        await chart_locked(session, number)
        await record(session, [change(before, 1)])
    ((again,), (gone,)) = mandate(number, domains=("FINANCE",)).delegations, ended(before, NOON).delegations
    both = replace(before, delegations=(again, gone))
    async with database.working() as session:
        await chart_locked(session, number)
        await record(session, [change(both, 2)])
    async with database.reading() as session:
        ((found,),) = [(await charts(session, [number]))[number].mandates]
        assert set(found.delegations) == {again, gone}


async def test_what_is_written_behind_the_changes_knows_their_positions(database: Database) -> None:
    number = enterprise(3)
    manager = mandate(number, AccessManagerRole.DOMAIN, domains=("FINANCE", "MOBILITY"))
    answer = StoredAnswer(b"f", b"a", NOON + timedelta(days=1))
    with statements(database) as said:
        async with database.working() as session:
            await chart_locked(session, number)
            recorded = await record(
                session,
                [change(manager, 1), change(manager, 2)],
                behind=lambda placed: [
                    keeping(placed, {"rules": "1"}, None),
                    storing(session, "PERSON:a", "key", answer, NOON),
                ],
            )
    trips = len(said)
    async with database.reading() as session:
        assert [each.position for each in recorded] == [1, 2]
        assert (await current_head(session)).position == 2
        assert tuple((await session.execute(text("SELECT first_position, last_position FROM requests"))).one()) == (
            1,
            2,
        )
        assert (await session.execute(select(answers.c.key))).scalar_one() == "key"
    if database.is_postgresql:
        assert trips == 4, "the lock, the chart, the state, the log"
