"""Who listens is known at every replica, and forgotten with a replica that dies."""

from __future__ import annotations

from datetime import timedelta

from datasources.register.database import Database
from datasources.register.listeners import listening, tell

LONG = timedelta(minutes=1)


async def heard(database: Database) -> frozenset[str]:
    async with database.reading() as session:
        return await listening(session)


async def test_what_one_replica_tells_all_know_until_it_takes_it_back(database: Database) -> None:
    for replica, systems in (("one", {"UMAN"}), ("two", {"UMAN", "RMA"})):
        async with database.working() as session:
            await tell(session, replica, systems, LONG)
    assert await heard(database) == {"UMAN", "RMA"}
    async with database.working() as session:
        await tell(session, "two", {"RMA"}, LONG)
        await tell(session, "one", set(), LONG)
    assert await heard(database) == {"RMA"}


async def test_a_replica_that_died_is_believed_for_a_while_and_no_longer(database: Database) -> None:
    async with database.working() as session:
        await tell(session, "dead", {"UMAN"}, timedelta(0))
        await tell(session, "alive", {"RMA"}, LONG)
    assert await heard(database) == {"RMA"}
