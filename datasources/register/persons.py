"""Our names for people: national numbers at the edge, PersonIds inside, and the only place that holds both."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.identifiers import NationalNumber
from btb.persons import Identity, PersonId
from datasources.register.among import among
from datasources.register.database import Database, Session, WriteSession
from datasources.register.keys import KeyRing
from datasources.register.locks import AdvisoryLock
from datasources.register.remembered import Remembered
from datasources.register.replacements import LOOKED_AFTER
from datasources.register.tables import answers, person_numbers, persons

_former = persons.alias("former")
_FOUND = (
    select(person_numbers.c.number_index, person_numbers.c.person, _former.c.id)
    .outerjoin(_former, _former.c.absorbed_by == person_numbers.c.person)
    .where(among(person_numbers.c.number_index, str, "indexes"))
)
_ADD = {
    "postgresql": postgresql.insert(person_numbers).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(person_numbers).on_conflict_do_nothing(),
}
_CURRENT_NUMBERS = (
    select(
        persons.c.id,
        person_numbers.c.key_id,
        person_numbers.c.ciphertext,
        person_numbers.c.number_index,
        person_numbers.c.person,
        _former.c.id,
    )
    .select_from(
        persons.join(
            person_numbers, person_numbers.c.person == func.coalesce(persons.c.absorbed_by, persons.c.id)
        ).outerjoin(_former, _former.c.absorbed_by == person_numbers.c.person)
    )
    .where(person_numbers.c.current, among(persons.c.id, UUID, "ids"))
)


class PersonDirectory:
    """Finds and makes PersonIds; `remembered` pairs stay in memory for at most `seconds`."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        *,
        remembered: int = 50_000,
        seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._people: Remembered[Identity] = Remembered(remembered, seconds, clock)
        self._numbers: Remembered[tuple[NationalNumber, Identity]] = Remembered(remembered, seconds, clock)
        self._heeded: frozenset[Identity] = frozenset()

    def forget(self) -> None:
        """Whom this process remembers, the database may not know: it was restored, or another wrote."""
        self._people.clear()
        self._numbers.clear()

    def heed(self, replaced: Collection[Identity]) -> None:
        """People who are one by now, as the database says; what is remembered was before that, where it is news."""
        told = frozenset(replaced)
        if not told <= self._heeded:
            self.forget()
        self._heeded = told

    async def known(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, Identity]:
        """Those whom the register has met; the others are absent, and nothing is written."""
        indexes = {self._keys.index(number): number for number in numbers}
        answer = {number: person for index, number in indexes.items() if (person := self._people[index]) is not None}
        asked = [index for index, number in indexes.items() if number not in answer]
        if asked:
            async with self._database.reading() as session:
                for index, person in (await _people(session, asked)).items():
                    self._people[index] = answer[indexes[index]] = person
        return answer

    async def identities(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, Identity]:
        """Everybody, with an id made at first sight in one short transaction of its own."""
        answer = dict(await self.known(numbers))
        unmet = {self._keys.index(number): number for number in numbers if number not in answer}
        if unmet:
            async with self._database.working() as session:
                met, _ = await self._meet(session, unmet)
            for index, person in met.items():
                self._people[index] = answer[unmet[index]] = person
        return answer

    async def ids(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, PersonId]:
        """As `identities`, by the id of now alone."""
        return {number: person.person for number, person in (await self.identities(numbers)).items()}

    async def numbers(self, ids: Collection[PersonId]) -> Mapping[PersonId, NationalNumber]:
        """The current number of each person; an id never given out is absent. Raises KeyMissing, NumberUnreadable."""
        return {person: number for person, (number, _) in (await self._numbered(ids)).items()}

    async def named(self, ids: Collection[PersonId]) -> Mapping[PersonId, Identity]:
        """Whom each id names now; an id never given out is absent. Raises as `numbers`, and asks no more than that."""
        return {person: identity for person, (_, identity) in (await self._numbered(ids)).items()}

    async def _numbered(self, ids: Collection[PersonId]) -> Mapping[PersonId, tuple[NationalNumber, Identity]]:
        answer = {person: found for person in ids if (found := self._numbers[person]) is not None}
        asked = [person for person in ids if person not in answer]
        if asked:
            async with self._database.reading() as session:
                rows = (await session.execute(_CURRENT_NUMBERS, {"ids": asked})).all()
            formers = _formers((row.id, row[5]) for row in rows)
            for person, key_id, ciphertext, index, now, _ in {row.id: row for row in rows}.values():
                number, identity = self._keys.unseal(key_id, ciphertext, index), Identity(now, formers[person])
                self._numbers[person] = answer[person] = number, identity
        return answer

    async def replaced(self, old: NationalNumber, new: NationalNumber) -> Identity:
        """The source replaced a number: both name one person from now on, who is asked for under the new one.

        Of two ids the one under the old number stays, for it has the longer history. In one transaction what was
        answered under the other one's idempotency keys goes over, and the other one is marked to be looked after
        (`datasources.register.replacements`).
        """
        met = await self.known((old, new))
        if old in met and met.get(new) == met[old]:
            return met[old]
        was, now = self._keys.index(old), self._keys.index(new)
        async with self._database.working() as session:
            if session.dialect.name == "postgresql":  # two who replace numbers of one person see each other's ids
                await session.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": AdvisoryLock.REPLACEMENT.value}
                )
            named, made = await self._meet(session, {was: old, now: new})
            stays, other = named[was].person, named[now].person
            if stays in made:
                stays, other = other, stays
            ours = person_numbers.c.person.in_((stays, other))
            await session.execute(
                update(person_numbers).where(ours).values(person=stays, current=person_numbers.c.number_index == now)
            )
            if other in made:  # nobody has been told of it
                await session.execute(delete(persons).where(persons.c.id == other))
            elif other != stays:
                await self._absorb(session, stays, other)
            [person] = (await _people(session, [now])).values()
        self.forget()
        return person

    async def learn(self, replaced: Mapping[NationalNumber, NationalNumber]) -> None:
        """As `replaced`, for old and new numbers that came along with an answer; of strangers nothing is written."""
        met = await self.known({*replaced, *replaced.values()})
        for old, new in replaced.items():
            if (old in met or new in met) and met.get(old) != met.get(new):
                await self.replaced(old, new)

    async def _absorb(self, session: WriteSession, stays: PersonId, other: PersonId) -> None:
        lost = or_(persons.c.id == other, persons.c.absorbed_by == other)
        until = self._now() + LOOKED_AFTER
        await session.execute(update(persons).where(lost).values(absorbed_by=stays, unsettled_until=until))
        theirs, ours = f"person:{other}", f"person:{stays}"
        taken = select(answers.c.key).where(answers.c.principal == ours)
        moved = update(answers).where(answers.c.principal == theirs, answers.c.key.not_in(taken))
        await session.execute(moved.values(principal=ours))

    async def reencrypt(self, batch: int = 500) -> int:
        """Put at most so many numbers under the current key; answers how many, 0 when a rotation is done."""
        old = (
            select(person_numbers.c.number_index, person_numbers.c.key_id, person_numbers.c.ciphertext)
            .where(person_numbers.c.key_id != self._keys.current)
            .limit(batch)
        )
        anew = (
            update(person_numbers)
            .where(person_numbers.c.number_index == bindparam("index"))
            .values(key_id=bindparam("key"), ciphertext=bindparam("sealed"))
        )
        async with self._database.working() as session:
            rows = (await session.execute(old.with_for_update())).all()
            sealed = [
                (index, *self._keys.seal(self._keys.unseal(key_id, ciphertext, index)))
                for index, key_id, ciphertext in rows
            ]
            if sealed:
                values = [{"index": index, "key": key, "sealed": ciphertext} for index, key, ciphertext in sealed]
                await session.execute(anew, values)
        return len(sealed)

    async def _meet(
        self, session: WriteSession, unmet: Mapping[str, NationalNumber]
    ) -> tuple[dict[str, Identity], Collection[PersonId]]:
        """Everybody, and the ids made just now for those who were new.

        In one order for everybody, so that two who meet the same people cannot deadlock.
        """
        now, rows = self._now(), []
        for index in sorted(unmet):
            key_id, sealed = self._keys.seal(unmet[index])
            rows.append(
                {
                    "number_index": index,
                    "ciphertext": sealed,
                    "key_id": key_id,
                    "person": uuid4(),
                    "current": True,
                    "first_seen": now,
                }
            )
        await session.execute(_ADD[session.dialect.name], rows)
        found = await _people(session, list(unmet))
        made = {person.person for person in found.values()} & {row["person"] for row in rows}
        if made:
            await session.execute(insert(persons), [{"id": person, "first_seen": now} for person in made])
        return found, made


async def _people(session: Session, indexes: Collection[str]) -> dict[str, Identity]:
    rows = (await session.execute(_FOUND, {"indexes": indexes})).all()
    formers = _formers((index, former) for index, _, former in rows)
    return {index: Identity(PersonId(person), formers[index]) for index, person, _ in rows}


def _formers(rows: Iterable[tuple[Any, PersonId | None]]) -> dict[Any, frozenset[PersonId]]:
    """What stands beside each key, whose rows are several where there are several."""
    found: dict[Any, frozenset[PersonId]] = {}
    for key, former in rows:
        found[key] = found.get(key, NOBODY) if former is None else found.get(key, NOBODY) | {former}
    return found


NOBODY: frozenset[PersonId] = frozenset()
