"""What the authentic sources say, asked fresh for a decision: about the enterprise, whoever asks, and the person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from btb.actors import Citizen, Client, Scope, reference
from btb.acts import Requester
from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.persons import Identity, PersonFacts, PersonId
from btb.refusals import Problem, ProblemCode, Refused
from btb.representation import LegalRepresentation, WhyNot, can_act, represents
from btb.representation_rules import RULES_VERSION
from datasources.kbo import Functions
from datasources.readings import Freshness, NumberCancelled, Reading, SourceFailure
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found. `problems` are those that facts from outside give; `readings` is when each source answered.

    `concerns` is the person to be appointed.
    """

    requester: Requester
    problems: tuple[Problem, ...]
    readings: tuple[tuple[str, datetime], ...]
    representation: LegalRepresentation | None = None
    concerns: Identity | None = None

    def about(self, appointee: Appointee, problems: tuple[Problem, ...]) -> Evidence:
        """With what was found of the person to be appointed, and problems of the request itself."""
        return replace(
            self,
            problems=(*self.problems, *appointee.problems, *problems),
            readings=(*self.readings, *appointee.readings),
            concerns=appointee.person,
        )

    def written(self) -> dict[str, object]:
        """As it is kept with what was decided: sources, moments, the function and the rules; never a number."""
        rests_on = self.representation
        return {
            "readings": {what: at.isoformat() for what, at in self.readings},
            "rules": RULES_VERSION,
            "function": None if rests_on is None else rests_on.function_code,
            "rule": None if rests_on is None else rests_on.rule,
            "through": None if rests_on is None or rests_on.through is None else rests_on.through.digits,
        }

    def certain(self, refused: Refused) -> Refused:
        """The refusal without what only KBO could have said: while it is silent, nobody is told what they are not."""
        if not any(each.code is ProblemCode.SOURCE_UNAVAILABLE and not each.path for each in self.problems):
            return refused
        return Refused(each for each in refused.problems if each.code is not ProblemCode.NOT_LEGAL_REPRESENTATIVE)


async def of_representative(context: Context, actor: Citizen | Client, enterprise: EnterpriseNumber) -> Evidence:
    """Whether the enterprise can be acted for, and whether whoever asks represents it today."""
    number = actor.national_number if isinstance(actor, Citizen) else None
    about_enterprise, about_functions = await asyncio.gather(
        context.house.kbo.enterprises([enterprise], Freshness.DECIDE),
        context.house.kbo.functions_in([enterprise], Freshness.DECIDE),
    )
    facts, functions = about_enterprise[enterprise], about_functions[enterprise]
    if isinstance(facts, SourceFailure) or isinstance(functions, SourceFailure):
        problem = Problem(ProblemCode.SOURCE_UNAVAILABLE, (), (("source", "KBO"),))
        return Evidence(requester(actor), (problem,), ())
    readings = (("enterprise", facts.read_at), ("functions", functions.read_at))
    problems = enterprise_problems(context, facts.value)
    found: LegalRepresentation | WhyNot | SourceFailure | None = None
    if number is not None and facts.value is not None:
        found = await _represents(context, number, facts.value, functions)
        if isinstance(found, SourceFailure):
            problem = Problem(ProblemCode.SOURCE_UNAVAILABLE, (), (("source", "KBO"),))
            return Evidence(requester(actor), (*problems, problem), readings)
    representation = found if isinstance(found, LegalRepresentation) else None
    why_not = found if isinstance(found, WhyNot) else None
    asks = requester(actor, representation, why_not)
    return Evidence(asks, problems, readings, representation)


async def of_enterprise(context: Context, actor: Citizen | Client, enterprise: EnterpriseNumber) -> Evidence:
    """Whether the enterprise can be acted for, where it is the chart that says who may."""
    (facts,) = (await context.house.kbo.enterprises([enterprise], Freshness.DECIDE)).values()
    asks = requester(actor)
    if isinstance(facts, SourceFailure):
        return Evidence(asks, (Problem(ProblemCode.SOURCE_UNAVAILABLE, (), (("source", "KBO"),)),), ())
    return Evidence(asks, enterprise_problems(context, facts.value), (("enterprise", facts.read_at),))


def requester(
    actor: Citizen | Client, representation: LegalRepresentation | None = None, why_not: WhyNot | None = None
) -> Requester:
    """Whoever asks, as the rules of the chart know them."""
    operator = isinstance(actor, Client) and Scope.OPERATE in actor.scopes
    return Requester(
        actor=reference(actor),
        assurance=actor.assurance if isinstance(actor, Citizen) else 0,
        representation=representation,
        why_not=why_not,
        operator=operator,
        others=actor.others if isinstance(actor, Citizen) else frozenset(),
    )


def enterprise_problems(context: Context, facts: EnterpriseFacts | None) -> tuple[Problem, ...]:
    """What is wrong with an enterprise that somebody is to be appointed for."""
    if facts is None:
        return (Problem(ProblemCode.ENTERPRISE_UNKNOWN, ("enterpriseNumber",)),)
    if not can_act(facts, context.house.representation_policy):
        status = () if facts.status is None else (("status", facts.status.value),)
        return (Problem(ProblemCode.ENTERPRISE_NOT_ACTIVE, ("enterpriseNumber",), status),)
    return ()


@dataclass(frozen=True, slots=True)
class Appointee:
    """The person to be appointed: whom we know them as where the registers do, and what is wrong where they do not."""

    person: Identity | None
    problems: tuple[Problem, ...]
    readings: tuple[tuple[str, datetime], ...]

    @property
    def named(self) -> PersonId:
        """Our id; where nobody is known, one of nobody: the request is refused, with all else that is wrong with it."""
        return PersonId(uuid4()) if self.person is None else self.person.person


async def of_appointee(context: Context, number: NationalNumber | None) -> Appointee:
    """Whether the person exists and lives; a replaced number stands for the person who has the new one."""
    unknown = Problem(ProblemCode.PERSON_UNKNOWN, ("person",))
    if number is None:
        return Appointee(None, (unknown,), ())
    answer = (await context.house.persons.persons([number], Freshness.DECIDE))[number]
    if isinstance(answer, SourceFailure):
        return Appointee(None, (_person_failure(answer),), ())
    if answer.value is None:
        return Appointee(None, (unknown,), (("person", answer.read_at),))
    person = await _identified(context, number, answer.value)
    problems = (Problem(ProblemCode.PERSON_DECEASED, ("person",)),) if answer.value.deceased else ()
    return Appointee(person, problems, (("person", answer.read_at),))


async def _identified(context: Context, number: NationalNumber, facts: PersonFacts) -> Identity:
    if facts.replaces is not None and facts.number != number:
        return await context.house.directory.replaced(number, facts.number)
    return (await context.house.directory.identities([facts.number]))[facts.number]


def _person_failure(failure: SourceFailure) -> Problem:
    if isinstance(failure, NumberCancelled):
        return Problem(ProblemCode.PERSON_UNKNOWN, ("person",))
    return Problem(ProblemCode.SOURCE_UNAVAILABLE, ("person",), (("source", failure.source.value),))


async def _represents(
    context: Context, number: NationalNumber, facts: EnterpriseFacts, functions: Reading[Functions]
) -> LegalRepresentation | WhyNot | SourceFailure:
    held = functions.value or ()
    holders = {each.holder_enterprise for each in held if each.holder_enterprise is not None and each.holder == number}
    companies: dict[EnterpriseNumber, EnterpriseFacts] = {}
    answers: Mapping[EnterpriseNumber, Reading[EnterpriseFacts] | SourceFailure] = {}
    if holders:
        answers = await context.house.kbo.enterprises(holders, Freshness.DECIDE)
    for holder, answer in answers.items():
        if isinstance(answer, SourceFailure):
            return answer
        if answer.value is not None:
            companies[holder] = answer.value
    return represents(
        number, facts, held, context.today(), policy=context.house.representation_policy, companies=companies
    )
