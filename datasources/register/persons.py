"""Our names for people: national numbers at the edge, PersonIds inside, and the only place that holds both."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.identifiers import NationalNumber
from btb.persons import PersonId
from datasources.register.among import among
from datasources.register.database import Database, Session, WriteSession
from datasources.register.keys import KeyRing
from datasources.register.tables import person_numbers, persons

Kept = TypeVar("Kept")

_FOUND = select(person_numbers.c.number_index, person_numbers.c.person).where(
    among(person_numbers.c.number_index, str, "indexes")
)
_ADD = {
    "postgresql": postgresql.insert(person_numbers).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(person_numbers).on_conflict_do_nothing(),
}
_CURRENT_NUMBERS = (
    select(persons.c.id, person_numbers.c.key_id, person_numbers.c.ciphertext, person_numbers.c.number_index)
    .join(person_numbers, person_numbers.c.person == func.coalesce(persons.c.absorbed_by, persons.c.id))
    .where(person_numbers.c.current, among(persons.c.id, UUID, "ids"))
)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Whom both numbers name now. `absorbed` is another id that the new number had meant until then, if any."""

    person: PersonId
    absorbed: PersonId | None


class _Memory(Generic[Kept]):
    """The last pairs used, bounded in number and, since another replica may alter them, in age."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._kept: OrderedDict[Any, tuple[float, Kept]] = OrderedDict()

    def __getitem__(self, key: Any) -> Kept | None:
        found = self._kept.get(key)
        if found is None or self._clock() >= found[0]:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def __setitem__(self, key: Any, value: Kept) -> None:
        self._kept[key] = (self._clock() + self._seconds, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


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
        self._people: _Memory[PersonId] = _Memory(remembered, seconds, clock)
        self._numbers: _Memory[NationalNumber] = _Memory(remembered, seconds, clock)

    def forget(self) -> None:
        """Whom this process remembers, the database may not know: it was restored, or another wrote."""
        self._people.clear()
        self._numbers.clear()

    async def known(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, PersonId]:
        """The ids of those whom the register has met; the others are absent, and nothing is written."""
        indexes = {self._keys.index(number): number for number in numbers}
        answer = {number: person for index, number in indexes.items() if (person := self._people[index]) is not None}
        asked = [index for index, number in indexes.items() if number not in answer]
        if asked:
            async with self._database.reading() as session:
                for index, person in await _people(session, asked):
                    self._people[index] = answer[indexes[index]] = person
        return answer

    async def ids(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, PersonId]:
        """An id for everybody, made at first sight in one short transaction of its own."""
        answer = dict(await self.known(numbers))
        unmet = {self._keys.index(number): number for number in numbers if number not in answer}
        if unmet:
            async with self._database.working() as session:
                met = await self._meet(session, unmet)
            for index, person in met:
                self._people[index] = answer[unmet[index]] = person
        return answer

    async def numbers(self, ids: Collection[PersonId]) -> Mapping[PersonId, NationalNumber]:
        """The current number of each person; an id never given out is absent. Raises KeyMissing, NumberUnreadable."""
        answer = {person: number for person in ids if (number := self._numbers[person]) is not None}
        asked = [person for person in ids if person not in answer]
        if asked:
            async with self._database.reading() as session:
                rows = (await session.execute(_CURRENT_NUMBERS, {"ids": asked})).all()
            for person, key_id, ciphertext, index in rows:
                self._numbers[person] = answer[person] = self._keys.unseal(key_id, ciphertext, index)
        return answer

    async def also_known_as(self, ids: Collection[PersonId]) -> Mapping[PersonId, frozenset[PersonId]]:
        """All ids that ever named the same person, the asked one among them."""
        mine, other = persons.alias("mine"), persons.alias("other")
        one = func.coalesce(mine.c.absorbed_by, mine.c.id)
        statement = (
            select(mine.c.id, other.c.id)
            .join(other, or_(other.c.id == one, other.c.absorbed_by == one))
            .where(among(mine.c.id, UUID, "ids"))
        )
        answer = {person: frozenset((person,)) for person in ids}
        async with self._database.reading() as session:
            for person, name in await session.execute(statement, {"ids": ids}):
                answer[person] |= {name}
        return answer

    async def replaced(self, old: NationalNumber, new: NationalNumber) -> Replacement:
        """The source replaced a number: both name one person from now on, who is asked for under the new one."""
        was, now = self._keys.index(old), self._keys.index(new)
        async with self._database.working() as session:
            before = dict(await _people(session, [was, now]))
            named = dict(await self._meet(session, {was: old, now: new}))
            person, other = named[was], named[now]
            ours = person_numbers.c.person.in_((person, other))
            await session.execute(
                update(person_numbers).where(ours).values(person=person, current=person_numbers.c.number_index == now)
            )
            if other != person:
                lost = or_(persons.c.id == other, persons.c.absorbed_by == other)
                await session.execute(update(persons).where(lost).values(absorbed_by=person))
        self.forget()
        return Replacement(person, other if other != person and now in before else None)

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

    async def _meet(self, session: WriteSession, unmet: Mapping[str, NationalNumber]) -> list[tuple[str, PersonId]]:
        """Add those who are new, in one order for everybody so that two who meet the same people cannot deadlock."""
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
        people = {person for _, person in found}
        ours = [{"id": row["person"], "first_seen": now} for row in rows if row["person"] in people]
        if ours:
            await session.execute(insert(persons), ours)
        return found


async def _people(session: Session, indexes: Collection[str]) -> list[tuple[str, PersonId]]:
    rows = await session.execute(_FOUND, {"indexes": indexes})
    return [(index, PersonId(person)) for index, person in rows]
