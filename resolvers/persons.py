"""What is asked about persons: names and death, behind our own ids for them."""

from __future__ import annotations

from collections.abc import Sequence

from btb.authority import Deed
from btb.identifiers import NationalNumber
from btb.persons import PersonFacts, PersonId
from datasources.readings import Reading
from loaders.persons import UnknownPerson
from resolvers import admission, disclosures
from resolvers.context import Context
from resolvers.references import person_id


async def identified(context: Context, numbers: Sequence[NationalNumber]) -> list[PersonId | Exception]:
    """Our ids for these numbers; what is learned here is not asked again in this operation."""
    ids = await context.loaders.person_id.load_many(numbers)
    for number, person in zip(numbers, ids, strict=True):
        if not isinstance(person, Exception):
            context.loaders.national_number.prime(person, number)
    return ids


async def facts(context: Context, persons: Sequence[PersonId]) -> list[Reading[PersonFacts] | Exception]:
    """What the registers say of each person, or why they say nothing."""
    numbers = await context.loaders.national_number.load_many(persons)
    readings = await context.loaders.person.load_many(number for number in numbers if not isinstance(number, Exception))
    answers = iter(readings)
    return [number if isinstance(number, Exception) else next(answers) for number in numbers]


async def by_ids(context: Context, ids: Sequence[str]) -> list[PersonId | Exception | None]:
    """Persons by any id of ours, as the one they are known by now; None alike for unknown and for not admitted."""
    people = [person_id(each) for each in ids]
    asked = [person for person in people if person is not None]
    numbers = dict(zip(asked, await context.loaders.national_number.load_many(asked), strict=True))
    named = await context.house.directory.named([each for each in asked if not isinstance(numbers[each], Exception)])
    known_as = {person: named[person].person if person in named else person for person in asked}
    verdicts = await admission.to_persons(context, Deed.READ_PERSON, [known_as[person] for person in asked])
    refused = dict(zip(asked, verdicts, strict=True))
    answers: list[PersonId | Exception | None] = []
    for person in people:
        known = None if person is None else numbers[person]
        refusal = None if person is None else refused[person]
        if person is None or isinstance(known, UnknownPerson) or isinstance(refusal, admission.NotAdmitted):
            answers.append(None)
        else:
            answers.append(refusal or (known if isinstance(known, Exception) else known_as[person]))
    return answers


async def numbers(context: Context, people: Sequence[PersonId]) -> list[NationalNumber | Exception]:
    """The national number of each person, for those entitled; every disclosure is written down first."""
    refused = await admission.to_persons(context, Deed.READ_NATIONAL_NUMBER, people)
    found = await context.loaders.national_number.load_many(people)
    shown = [person for person, refusal in zip(people, refused, strict=True) if refusal is None]
    await disclosures.of_persons(context, ((person, None) for person in shown), disclosures.NATIONAL_NUMBER)
    return [refusal or number for refusal, number in zip(refused, found, strict=True)]
