"""Histories of many enterprises, and their charts at many moments, cost as many statements as one."""

from __future__ import annotations

from datasources.register.charts import charts_as_of, charts_as_of_each
from datasources.register.database import Database
from datasources.register.histories import histories
from datasources.register.recording import record
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate
from tests.datasources.register.counting import statements

ENTERPRISES = [enterprise(n) for n in range(4)]
ROUNDS = 5


async def replaced_in_turn(database: Database) -> None:
    """In each round each enterprise has its chief replaced, so that its changes lie scattered over the log."""
    chiefs = {}
    for day in range(ROUNDS):
        for number in ENTERPRISES:
            at = NOON + day * DAY
            before, chief = chiefs.get(number), mandate(number, at=at)
            told = [] if before is None else [change(ended(before, at), 2 * day, at=at)]
            async with database.working() as session:
                await record(session, [*told, change(chief, 2 * day + 1, at=at)])
            chiefs[number] = chief


async def test_each_enterprise_has_its_own_page_in_one_statement(database: Database) -> None:
    await replaced_in_turn(database)
    async with database.reading() as session:
        with statements(database) as said:
            found = await histories(session, [*ENTERPRISES, enterprise(9)], 0, 4)
        assert len(said) == 1
        assert found.pop(enterprise(9)) == ()
        for number, first in found.items():
            assert [each.enterprise for each in first] == [number] * 4
            assert [each.enterprise_version for each in first] == [1, 2, 3, 4]
        middle = max(each[-1].position or 0 for each in found.values())
        rest = await histories(session, ENTERPRISES, middle, 100)
        for number in ENTERPRISES:
            assert [each.enterprise_version for each in rest[number]] == [6, 7, 8, 9] or number == ENTERPRISES[-1]
            assert all((each.position or 0) > middle for each in rest[number])
        assert await histories(session, [], 0, 4) == {}
        assert await histories(session, ENTERPRISES, 10_000, 4) == dict.fromkeys(ENTERPRISES, ())


async def test_charts_at_many_moments_are_those_at_each(database: Database) -> None:
    await replaced_in_turn(database)
    moments = [NOON + n * DAY / 2 for n in range(-1, 2 * ROUNDS)]
    async with database.reading() as session:
        with statements(database) as said:
            found = await charts_as_of_each(session, dict.fromkeys(ENTERPRISES, moments))
        assert len(said) == 1
        for at in moments:
            alone = await charts_as_of(session, ENTERPRISES, at)
            assert {number: found[number, at] for number in ENTERPRISES} == alone
        assert await charts_as_of_each(session, {}) == {}
