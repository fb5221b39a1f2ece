"""Numbers are replaced: who had the old one is who has the new one, at every replica, whoever was met first."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from sqlalchemy import insert, text

from btb.persons import Identity
from datasources.kbo_mirror.bulk import IMPORTING, bulk
from datasources.register.database import Database
from datasources.register.idempotency import StoredAnswer, store, stored
from datasources.register.keys import KeyRing
from datasources.register.persons import PersonDirectory
from datasources.register.recording import record
from datasources.register.replacements import LOOKED_AFTER, settle, unsettled
from datasources.register.tables import person_numbers, persons
from tests.datasources.register.building import NOON, another, change, enterprise, mandate, number, person
from tests.datasources.register.counting import statements


async def test_a_replaced_number_still_names_the_person(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    old, new = number(1), number(2)
    known = (await directory.ids([old]))[old]
    assert await directory.replaced(old, new) == Identity(known)
    for one in (directory, another(database, keys)):
        assert await one.ids([old, new]) == {old: known, new: known}
        assert await one.numbers([known]) == {known: new}
    async with database.reading() as session:
        assert await unsettled(session) == []


async def test_a_number_that_was_never_met_absorbs_nobody(directory: PersonDirectory) -> None:
    old, new = number(1), number(2)
    known = (await directory.ids([new]))[new]
    assert await directory.replaced(old, new) == Identity(known)
    assert await directory.numbers([known]) == {known: new}


async def test_two_people_who_are_one_are_one_from_then_on(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    old, new, third = number(1), number(2), number(3)
    before = await directory.ids([old, new, third])
    assert await directory.replaced(old, new) == Identity(before[old], frozenset((before[new],)))
    assert await directory.ids([old, new]) == {old: before[old], new: before[old]}
    last = await directory.replaced(third, old)
    assert last == Identity(before[third], frozenset((before[old], before[new])))
    everyone = frozenset(before.values())
    for one in (directory, another(database, keys)):
        assert await one.numbers(list(everyone)) == dict.fromkeys(everyone, old)
        assert await one.named(list(everyone)) == dict.fromkeys(everyone, last)
        assert await one.known([new]) == {new: last}
    assert await directory.named([person()]) == {}


async def test_that_two_are_one_is_written_once(directory: PersonDirectory, database: Database, keys: KeyRing) -> None:
    old, new = number(1), number(2)
    await directory.ids([old, new])
    first = await directory.replaced(old, new)
    with statements(database) as said:
        assert await another(database, keys).replaced(old, new) == first
    assert not [each for each in said if each.startswith(("UPDATE", "INSERT"))]


async def test_of_strangers_nothing_is_learned(directory: PersonDirectory) -> None:
    old, new, other = number(1), number(2), number(3)
    await directory.learn({old: new})
    assert await directory.known([old, new]) == {}
    met = (await directory.ids([other]))[other]
    await directory.learn({old: new, new: other})
    assert await directory.known([old, new, other]) == {new: Identity(met), other: Identity(met)}


async def test_numbers_of_one_person_replaced_at_once_end_at_one_person(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    numbers = [number(n) for n in range(8)]
    await directory.ids(numbers)
    pairs = list(pairwise(numbers))
    await asyncio.gather(*(another(database, keys).replaced(old, new) for old, new in pairs))
    found = await another(database, keys).known(numbers)
    assert len(set(found.values())) == 1
    assert len(found[numbers[0]].others) == 7


async def test_numbers_are_replaced_while_an_extract_of_kbo_is_taken(
    directory: PersonDirectory, register_url: str
) -> None:
    old, new = number(1), number(2)
    before = await directory.ids([old, new])
    importing = Database.open(register_url, IMPORTING)
    async with bulk(importing):
        assert (await directory.replaced(old, new)).person == before[old]
    await importing.close()


async def test_another_replica_hears_of_it_where_it_looks(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    old, new = number(1), number(2)
    elsewhere = another(database, keys)
    before = await elsewhere.ids([old, new])
    one = await directory.replaced(old, new)
    assert await elsewhere.ids([old, new]) == before
    async with database.reading() as session:
        told = [each.identity for each in await unsettled(session)]
    elsewhere.heed(told)
    assert await elsewhere.known([old, new]) == {old: one, new: one}
    with statements(database) as said:
        elsewhere.heed(told)
        assert await elsewhere.known([old, new]) == {old: one, new: one}
    assert said == []


async def test_an_absorbed_id_is_looked_after_for_a_while(directory: PersonDirectory, database: Database) -> None:
    old, new = number(1), number(2)
    before = await directory.ids([old, new])
    await directory.replaced(old, new)
    async with database.working() as session:
        await record(session, [change(mandate(enterprise(1), holder=before[new]), 1)])
    for now, left in ((NOON, 1), (NOON + LOOKED_AFTER, 0)):
        async with database.working() as session:
            (waiting,) = await unsettled(session)
            assert (waiting.former, waiting.person) == (before[new], before[old])
            assert waiting.enterprises == {enterprise(1)}
            await settle(session, [waiting.former], now)
            assert len(await unsettled(session)) == left


async def test_what_was_answered_under_keys_goes_over(directory: PersonDirectory, database: Database) -> None:
    old, new = number(1), number(2)
    before = await directory.ids([old, new])
    kept = {key: StoredAnswer(b"", key.encode(), NOON) for key in ("mine", "both", "theirs")}
    async with database.working() as session:
        for who, key in ((old, "mine"), (old, "both"), (new, "both"), (new, "theirs")):
            await store(session, f"person:{before[who]}", key, kept[key], NOON)
    one = await directory.replaced(old, new)
    async with database.reading() as session:
        for key in kept:
            assert await stored(session, f"person:{one.person}", key) == kept[key]


@pytest.mark.postgres
async def test_whoever_is_met_elsewhere_while_their_number_is_replaced_is_not_forgotten(
    postgres_database: Database, keys: KeyRing
) -> None:
    directory, old, new = another(postgres_database, keys), number(1), number(2)
    before = (await directory.ids([old]))[old]
    met = person()
    key_id, sealed = keys.seal(new)
    row = {"number_index": keys.index(new), "ciphertext": sealed, "key_id": key_id, "person": met, "current": True}
    async with postgres_database.working() as elsewhere:
        await elsewhere.execute(insert(persons), {"id": met, "first_seen": NOON})
        await elsewhere.execute(insert(person_numbers), {**row, "first_seen": NOON})
        replacing = asyncio.create_task(directory.replaced(old, new))
        waits = text("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        while not replacing.done() and not await elsewhere.scalar(waits):
            pass
    both = Identity(before, frozenset((met,)))
    assert await replacing == both
    assert await directory.named([met]) == {met: both}
