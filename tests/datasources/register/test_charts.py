"""Charts are read as they were written, in one statement, whatever their number."""

from __future__ import annotations

import pytest

from btb.chart import Chart
from btb.mandates import AccessManagerRole, EndReason, Standing
from datasources.register.charts import (
    chart_locked,
    charts,
    charts_as_of,
    delegations_by_id,
    enterprises_due,
    mandates_by_id,
    mandates_of_persons,
)
from datasources.register.database import Database
from datasources.register.failures import RegisterConflict, VersionMoved
from datasources.register.recording import record
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate, person
from tests.datasources.register.counting import statements


async def test_what_was_recorded_is_read_back_equal(database: Database) -> None:
    number = enterprise(1)
    chief = mandate(number)
    manager = mandate(number, AccessManagerRole.DOMAIN, domains=("FINANCE", "SOCIAL"), at=NOON + DAY)
    async with database.working() as session:
        assert await chart_locked(session, number) == Chart(number, 0, ())
        recorded = await record(session, [change(chief, 1), change(manager, 2)])
    assert [one.position for one in recorded] == [1, 2]
    async with database.reading() as session:
        assert (await charts(session, [number]))[number] == Chart(number, 2, (chief, manager))
        assert (await mandates_by_id(session, [manager.id, chief.id]))[manager.id] == manager
        entrusted = manager.delegations[1]
        assert (await delegations_by_id(session, [entrusted.id])) == {entrusted.id: (manager, entrusted)}
        assert (await mandates_of_persons(session, [chief.person, unknown := person()])) == {
            chief.person: (chief,),
            unknown: (),
        }


async def test_ended_mandates_are_read_only_where_asked(database: Database) -> None:
    number = enterprise(2)
    first, second = mandate(number), mandate(number, at=NOON + DAY)
    async with database.working() as session:
        await record(session, [change(first, 1)])
    gone = ended(first, NOON + DAY)
    async with database.working() as session:
        await record(session, [change(gone, 2, at=NOON + DAY), change(second, 3, at=NOON + DAY)])
    async with database.reading() as session:
        assert (await charts(session, [number]))[number].mandates == (second,)
        assert (await charts(session, [number], full=True))[number].mandates == (gone, second)
        assert (await charts_as_of(session, [number], NOON))[number] == Chart(number, 1, (first,))
        later = (await charts_as_of(session, [number], NOON + DAY))[number]
        assert (later.version, set(later.mandates)) == (3, {gone, second})


async def test_an_enterprise_never_met_has_an_empty_chart(database: Database) -> None:
    async with database.reading() as session:
        assert await charts(session, [enterprise(3)]) == {enterprise(3): Chart(enterprise(3), 0, ())}
        assert await charts_as_of(session, [enterprise(3)], NOON) == {enterprise(3): Chart(enterprise(3), 0, ())}
        assert await charts(session, []) == {}


async def test_a_hundred_enterprises_are_one_statement(database: Database) -> None:
    async with database.working() as session:
        for n in range(100):
            number = enterprise(n)
            await record(session, [change(mandate(number), 1)])
    async with database.reading() as session:
        with statements(database) as said:
            found = await charts(session, [enterprise(n) for n in range(100)])
    assert len(said) == 1
    assert all(len(chart.mandates) == 1 for chart in found.values())


async def test_two_chiefs_are_refused_by_the_database(database: Database) -> None:
    number = enterprise(4)
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await record(session, [change(mandate(number), 1), change(mandate(number), 2)])
    scheduled = [mandate(number, standing=Standing.SCHEDULED) for _ in range(2)]
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await record(session, [change(scheduled[0], 1), change(scheduled[1], 2)])
    async with database.reading() as session:
        assert (await charts(session, [number], full=True))[number] == Chart(number, 0, ())


async def test_one_domain_is_delegated_once_to_one_person(database: Database) -> None:
    number, holder = enterprise(5), person()
    twice = mandate(number, AccessManagerRole.DOMAIN, holder=holder, domains=("FINANCE", "FINANCE"))
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await record(session, [change(twice, 1)])
    two = [mandate(number, AccessManagerRole.DOMAIN, holder=holder) for _ in range(2)]
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await record(session, [change(two[0], 1), change(two[1], 2)])


async def test_changes_that_do_not_follow_the_stored_version_are_refused(database: Database) -> None:
    number = enterprise(6)
    for versions in ([2], [1, 3], [0]):
        with pytest.raises(VersionMoved):  # noqa: PT012 the block is the transaction
            async with database.working() as session:
                await chart_locked(session, number)
                await record(session, [change(ended(mandate(number), NOON), version) for version in versions])
    async with database.working() as session:
        await record(session, [change(mandate(number), 1)])
    with pytest.raises(VersionMoved):
        async with database.working() as session:
            await record(session, [change(ended(mandate(number), NOON), 1)])
    async with database.reading() as session:
        assert (await charts(session, [number]))[number].version == 1


async def test_what_time_will_change_is_due_at_its_moment(database: Database) -> None:
    starting, ending, quiet = enterprise(7), enterprise(8), enterprise(9)
    soon = mandate(starting, standing=Standing.SCHEDULED, at=NOON + DAY)
    dated = mandate(ending, AccessManagerRole.DOMAIN, domains=("FINANCE",), valid_until=NOON + 2 * DAY)
    async with database.working() as session:
        await record(session, [change(soon, 1), change(dated, 1), change(mandate(quiet), 1)])
    async with database.reading() as session:
        assert await enterprises_due(session, NOON, 10) == ()
        assert await enterprises_due(session, NOON + DAY, 10) == (starting,)
        assert await enterprises_due(session, NOON + 3 * DAY, 10) == (starting, ending)
        assert await enterprises_due(session, NOON + 3 * DAY, 1) == (starting,)
    async with database.working() as session:
        await record(session, [change(ended(dated, NOON + 2 * DAY, EndReason.EXPIRED), 2)])
    async with database.reading() as session:
        assert await enterprises_due(session, NOON + 3 * DAY, 10) == (starting,)
