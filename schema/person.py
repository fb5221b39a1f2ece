"""A natural person, named by our own random id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import strawberry
from strawberry import federation

from btb.identifiers import NationalNumber
from btb.persons import PersonFacts, PersonId
from execution.batching import Each, batched
from resolvers import persons
from schema.info import Info


async def _each(people: Sequence[Person], info: Info, read: Callable[[PersonFacts], object]) -> list[object]:
    readings = await persons.facts(info.context, [person.person for person in people])
    return [
        reading if isinstance(reading, Exception) else None if reading.value is None else read(reading.value)
        for reading in readings
    ]


@federation.type(
    keys=["id"],
    description=(
        "A natural person. `id` is random and stable; the national number is disclosed only to those entitled, "
        "and every disclosure is recorded."
    ),
)
class Person:
    person: strawberry.Private[PersonId]

    @strawberry.field(description="Random and stable; says nothing about the person.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.person))

    @strawberry.field(
        description="Given names, from the National Register or the BIS register; null for a person without."
    )
    @batched
    async def given_name(people: list[Person], info: Info) -> Each[str | None]:
        return await _each(people, info, lambda facts: facts.given_name)  # type: ignore[return-value]

    @strawberry.field(description="Family names, from the National Register or the BIS register.")
    @batched
    async def family_name(people: list[Person], info: Info) -> Each[str | None]:
        return await _each(people, info, lambda facts: facts.family_name)  # type: ignore[return-value]

    @strawberry.field(
        description="Whether the registers know that this person died; null where they do not know the person."
    )
    @batched
    async def deceased(people: list[Person], info: Info) -> Each[bool | None]:
        return await _each(people, info, lambda facts: facts.deceased)  # type: ignore[return-value]

    @federation.field(
        description="The current number; shown to the person and to those entitled, and written down each time.",
        requires_scopes=[["btb:person:identify"]],
    )
    @batched
    async def national_number(people: list[Person], info: Info) -> Each[NationalNumber | None]:
        return await persons.numbers(info.context, [person.person for person in people])

    @classmethod
    async def resolve_references(cls, info: Info, keys: list[dict[str, object]]) -> Sequence[Person | Exception | None]:
        """Persons by id, for a gateway: admitted one by one; unknown and not admitted look alike."""
        found = await persons.by_ids(info.context, [str(key["id"]) for key in keys])
        return [cls(person=each) if isinstance(each, UUID) else each for each in found]
