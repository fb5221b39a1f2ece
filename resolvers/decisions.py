"""May this person manage access in this domain for this enterprise, and why? One question or a thousand cost alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from btb import decisions
from btb.actors import Citizen
from btb.authority import Deed, Ties
from btb.chart import Chart
from btb.decisions import Circumstances, Decision, DecisionReason
from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Delegation, Mandate
from btb.persons import Identity, PersonFacts, PersonId
from btb.representation import LegalRepresentation
from btb.representation_rules import has_ceased
from datasources.readings import NumberCancelled, Reading
from datasources.register import charts as register
from resolvers import admission, disclosures
from resolvers.context import Context
from resolvers.enterprises import TooMany
from resolvers.references import PersonNamed, person_id

MOST_QUESTIONS = 1000

Fact: TypeAlias = Mandate | tuple[Mandate, Delegation] | LegalRepresentation

_STANDS_WITHOUT_SOURCES = frozenset(DecisionReason) - {
    DecisionReason.IS_CHIEF,
    DecisionReason.IS_CO_CHIEF,
    DecisionReason.HAS_DELEGATION,
}


NOBODY = PersonId(UUID(int=0))
"""Somebody without any mandate: whoever the register has never met."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `at` None is now."""

    enterprise: EnterpriseNumber
    person: PersonNamed
    domain: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision with the chart and the readings it rests on; `number` where the person has one."""

    decision: Decision
    question: Question
    number: NationalNumber | None
    at: datetime
    chart: Chart
    readings: tuple[Reading[EnterpriseFacts] | Reading[PersonFacts], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found for all questions together."""

    people: Mapping[PersonNamed, Identity | None]
    numbers: Mapping[PersonNamed, NationalNumber]
    charts: Mapping[EnterpriseNumber, Chart]
    past: Mapping[tuple[EnterpriseNumber, datetime], Chart]
    enterprises: Mapping[EnterpriseNumber, Reading[EnterpriseFacts] | Exception]
    persons: Mapping[NationalNumber, Reading[PersonFacts] | Exception]


async def decide(context: Context, questions: Sequence[Question]) -> list[Answer | Exception]:
    """An answer for each question, in order. Raises TooMany, BudgetExceeded and NotAdmitted for all of them.

    A no that the register alone can give stands while a source is out of reach; a yes then is the source's failure.
    """
    if len(questions) > MOST_QUESTIONS:
        raise TooMany("questions", MOST_QUESTIONS)
    named = {question.person for question in questions}
    brought = {each.national_number for each in named if each.national_number is not None}
    if brought:
        context.house.budget.spend(admission.principal(context), brought, context.moment)
    numbers, people = await _people(context, named, brought)
    refused = await _admitted(context, questions, people)
    known = await _known(context, questions, numbers, people)
    answers: list[Answer | Exception] = [
        refusal or _answer(context, question, known) for refusal, question in zip(refused, questions, strict=True)
    ]
    shown = (
        (person.person, question.enterprise)
        for question, answer in zip(questions, answers, strict=True)
        if isinstance(answer, Answer) and (person := people[question.person]) is not None
    )
    await disclosures.of_persons(context, shown, disclosures.DECISION)
    return answers


async def _people(
    context: Context, named: set[PersonNamed], brought: set[NationalNumber]
) -> tuple[dict[PersonNamed, NationalNumber], dict[PersonNamed, Identity | None]]:
    """Numbers and ids of everybody named; nobody is given an id for being asked about."""
    met = await context.house.directory.known(brought) if brought else {}
    people: dict[PersonNamed, Identity | None] = {}
    numbers: dict[PersonNamed, NationalNumber] = {}
    by_id: dict[PersonNamed, PersonId] = {}
    for each in named:
        people[each] = None
        if each.me:
            actor = context.actor
            if isinstance(actor, Citizen):
                people[each], numbers[each] = Identity(actor.person, actor.others), actor.national_number
        elif each.national_number is not None:
            people[each], numbers[each] = met.get(each.national_number), each.national_number
        elif (person := person_id(each.id or "")) is not None:
            by_id[each] = person
    for each, number in zip(by_id, await context.loaders.national_number.load_many(by_id.values()), strict=True):
        if not isinstance(number, Exception):
            numbers[each] = number
    identities = await context.house.directory.named([by_id[each] for each in by_id if each in numbers])
    people.update({each: identities.get(person) for each, person in by_id.items()})
    return numbers, people


async def _admitted(
    context: Context, questions: Sequence[Question], people: Mapping[PersonNamed, Identity | None]
) -> list[Exception | None]:
    """Systems may ask about the domains they serve, operators about all, citizens about themselves and theirs."""
    enterprises = sorted({each.enterprise for each in questions})
    refused = dict(
        zip(enterprises, await admission.to_enterprises(context, Deed.ASK_MAY_MANAGE, enterprises), strict=True)
    )
    served = admission.served_domains(context)
    answers: list[Exception | None] = []
    for each in questions:
        who = people[each.person]
        if who is not None and admission.is_oneself(context, who.person):
            answers.append(admission.refusal(context, Deed.ASK_MAY_MANAGE, Ties(the_person=True)))
        elif served is not None and each.domain in context.house.domains and each.domain not in served:
            answers.append(admission.NotAllowed())
        else:
            answers.append(refused[each.enterprise])
    return answers


async def _known(
    context: Context,
    questions: Sequence[Question],
    numbers: dict[PersonNamed, NationalNumber],
    people: dict[PersonNamed, Identity | None],
) -> _Known:
    enterprises = sorted({question.enterprise for question in questions})
    moments: dict[EnterpriseNumber, set[datetime]] = {}
    for each in questions:
        if each.at is not None and each.at < context.moment:
            moments.setdefault(each.enterprise, set()).add(each.at)
    async with context.house.database.reading() as session:
        charts = await register.charts(session, enterprises, full=True)
        past = await register.charts_as_of_each(session, moments)
    for chart in charts.values():
        context.present.reach_what(chart.mandates)
    wanted = sorted(set(numbers.values()))
    facts = await context.loaders.enterprise.load_many(enterprises)
    persons = await context.loaders.person.load_many(wanted)
    return _Known(
        people=people,
        numbers=numbers,
        charts=charts,
        past=past,
        enterprises=dict(zip(enterprises, facts, strict=True)),
        persons=dict(zip(wanted, persons, strict=True)),
    )


def _answer(context: Context, question: Question, known: _Known) -> Answer | Exception:
    at = question.at or context.moment
    chart = known.past.get((question.enterprise, at), known.charts[question.enterprise])
    number = known.numbers.get(question.person)
    enterprise = known.enterprises[question.enterprise]
    person = None if number is None else known.persons[number]
    circumstances = Circumstances(
        enterprise_known=isinstance(enterprise, Exception) or enterprise.value is not None,
        enterprise_ceased=_ceased(enterprise),
        person_known=_unavailable(person) or _alive(person) is not None,
        person_deceased=_alive(person) is False,
        domain_known=question.domain in context.house.domains,
    )
    who = known.people[question.person]
    decision = (
        decisions.decide(chart, who.person, question.domain, at, circumstances, who.others)
        if who is not None
        else decisions.decide(Chart(question.enterprise), NOBODY, question.domain, at, circumstances)
    )
    failure = next((each for each in (enterprise, person) if _unavailable(each)), None)
    if isinstance(failure, Exception) and decision.reason not in _STANDS_WITHOUT_SOURCES:
        return failure
    readings = tuple(each for each in (enterprise, person) if isinstance(each, Reading))
    return Answer(decision, question, number, at, chart, readings)


def _unavailable(answer: object) -> bool:
    """Whether a source could not say; that a number was cancelled is something it does say."""
    return isinstance(answer, Exception) and not isinstance(answer, NumberCancelled)


def _ceased(reading: Reading[EnterpriseFacts] | Exception) -> bool:
    return not isinstance(reading, Exception) and reading.value is not None and has_ceased(reading.value)


def _alive(reading: Reading[PersonFacts] | Exception | None) -> bool | None:
    """Whether the person lives; None where nobody knows such a person."""
    if reading is None or isinstance(reading, Exception) or reading.value is None:
        return None
    return not reading.value.deceased
