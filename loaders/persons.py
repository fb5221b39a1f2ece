"""Persons, asked once per operation: our own ids for them, their numbers, and what the registers know."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from btb.identifiers import NationalNumber
from btb.persons import PersonFacts, PersonId
from datasources.persons import PersonAnswer, PersonRegister
from datasources.readings import Reading
from datasources.register.failures import RegisterFailure
from datasources.register.persons import PersonDirectory
from loaders.batching import ByKey

logger = logging.getLogger("btb.persons")


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


def facts(register: PersonRegister, directory: PersonDirectory) -> ByKey[NationalNumber, Reading[PersonFacts]]:
    """Names and death of a person, by national number; a number that was replaced is learned on the way."""

    async def ask(numbers: Sequence[NationalNumber]) -> Mapping[NationalNumber, PersonAnswer]:
        answers = await register.persons(numbers)
        replaced = {
            number: answer.value.number
            for number, answer in answers.items()
            if isinstance(answer, Reading) and answer.value is not None and answer.value.number != number
        }
        if replaced:
            try:
                await directory.learn(replaced)
            except RegisterFailure as failure:  # what was asked is answered all the same, and learned another time
                logger.warning("That a number was replaced could not be written down: %s", failure.reason)
        return answers

    return ByKey(ask)
