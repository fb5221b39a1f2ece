"""Persons, asked once per operation: our own ids for them, their numbers, and what the registers know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from btb.identifiers import NationalNumber
from btb.persons import PersonFacts, PersonId
from datasources.persons import PersonAnswer, PersonRegister
from datasources.readings import Reading
from datasources.register.persons import PersonDirectory
from loaders.batching import ByKey


class UnknownPerson(LookupError):
    """No person has this id."""


def ids(directory: PersonDirectory) -> ByKey[NationalNumber, PersonId]:
    """Our id for a person, given on first sight, by national number."""

    async def ask(numbers: Sequence[NationalNumber]) -> Mapping[NationalNumber, PersonId]:
        return await directory.ids(numbers)

    return ByKey(ask)


def national_numbers(directory: PersonDirectory) -> ByKey[PersonId, NationalNumber]:
    """The current national number of a person; UnknownPerson under an id that nobody has."""

    async def ask(persons: Sequence[PersonId]) -> Mapping[PersonId, NationalNumber | UnknownPerson]:
        known = await directory.numbers(persons)
        return {person: known[person] if person in known else UnknownPerson() for person in persons}

    return ByKey(ask)


def facts(register: PersonRegister) -> ByKey[NationalNumber, Reading[PersonFacts]]:
    """Names and death of a person, by national number."""

    async def ask(numbers: Sequence[NationalNumber]) -> Mapping[NationalNumber, PersonAnswer]:
        return await register.persons(numbers)

    return ByKey(ask)
