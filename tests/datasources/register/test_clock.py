"""What counts is the database's time: a machine whose clock is wrong, or set while it runs, agrees with the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from datasources.register.clock import DatabaseClock
from datasources.register.database import Database


@pytest.mark.parametrize(
    "wrong", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=10), timedelta(minutes=5), timedelta(days=-366)]
)
async def test_a_machine_whose_clock_is_wrong_tells_the_time_of_the_database(
    database: Database, wrong: timedelta
) -> None:
    clock = DatabaseClock(lambda: datetime.now(UTC) + wrong)
    assert abs(clock() - datetime.now(UTC) - wrong) < timedelta(seconds=1)
    await clock.look(database)
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=1)


async def test_a_clock_that_agrees_is_left_alone(database: Database) -> None:
    clock = DatabaseClock()
    before = clock._zero
    for _ in range(5):
        await clock.look(database)
    assert abs(clock._zero - before) < timedelta(milliseconds=20)


def test_a_clock_that_is_set_while_it_runs_moves_nothing_until_the_database_is_asked() -> None:
    wall, steady = [datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)], [100.0]
    clock = DatabaseClock(lambda: wall[0], lambda: steady[0])
    wall[0] += timedelta(hours=1)
    steady[0] += 2
    assert clock() == datetime(2027, 3, 28, 1, 0, 1, tzinfo=UTC)
