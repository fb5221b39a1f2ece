"""Persons as callers name them: by number, by our id, or as themselves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from btb.actors import Citizen
from btb.identifiers import NationalNumber
from btb.persons import PersonId
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """A person, named in exactly one way."""

    national_number: NationalNumber | None = None
    id: str | None = None
    me: bool = False


def person_id(text: str) -> PersonId | None:
    """The id a caller wrote; None where it is none of ours by its shape."""
    try:
        return PersonId(UUID(text))
    except ValueError:
        return None


async def number_of(context: Context, named: PersonNamed) -> NationalNumber | None:
    """The national number of the person named; None where nobody is known under that name."""
    if named.me:
        return context.actor.national_number if isinstance(context.actor, Citizen) else None
    if named.national_number is not None:
        return named.national_number
    person = person_id(named.id or "")
    if person is None:
        return None
    (number,) = await context.loaders.national_number.load_many([person])
    return None if isinstance(number, Exception) else number
