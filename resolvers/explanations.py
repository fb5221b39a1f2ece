"""Why a decision is as it is, for whoever asks to know: the function in KBO it can build on, and words for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from btb.codes import JURIDICAL_SITUATIONS
from btb.decisions import Decision, DecisionReason
from btb.enterprises import EnterpriseFacts, Language
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Mandate
from btb.representation import LegalRepresentation
from btb.wording import decision_explanation
from resolvers.context import Context
from resolvers.decisions import Answer
from resolvers.relations import representations

MOST_LOOKED_UP = 20
"""Of how many people without mandate one operation asks KBO for functions: each costs a question of a paced source."""


async def grounded(context: Context, answers: Sequence[Answer]) -> list[Decision]:
    """The decisions; one about somebody without mandate who represents the enterprise today rests on that function.

    Left out, and the no stands as it is, about another day, where KBO cannot say, and where more than twenty people
    would have to be looked up.
    """
    held = await _representations(context, answers)
    return [
        answer.decision if (found := held.get(_key(answer))) is None else answer.decision.built_on(found)
        for answer in answers
    ]


async def explained(context: Context, answers: Sequence[Answer], language: Language) -> list[str]:
    """Why, and for a no what would change it, for each in words."""
    return [
        decision_explanation(
            decision.reason, language, (*decision.detail, *_words(context, answer, decision, language))
        )
        for answer, decision in zip(answers, await grounded(context, answers), strict=True)
    ]


async def _representations(
    context: Context, answers: Sequence[Answer]
) -> dict[tuple[NationalNumber | None, EnterpriseNumber], LegalRepresentation]:
    asked: dict[NationalNumber, set[EnterpriseNumber]] = {}
    for answer in answers:
        without = answer.decision.reason is DecisionReason.NO_MANDATE
        if without and answer.number is not None and answer.at >= context.moment:
            asked.setdefault(answer.number, set()).add(answer.question.enterprise)
    if len(asked) > MOST_LOOKED_UP:
        return {}
    found = await asyncio.gather(*(representations(context, who, sorted(where)) for who, where in asked.items()))
    return {
        (who, enterprise): held
        for who, each in zip(asked, found, strict=True)
        for enterprise, held in each.items()
        if isinstance(held, LegalRepresentation)
    }


def _key(answer: Answer) -> tuple[NationalNumber | None, EnterpriseNumber]:
    return answer.number, answer.question.enterprise


def _words(context: Context, answer: Answer, decision: Decision, language: Language) -> Iterator[tuple[str, str]]:
    domain = context.house.domains.find(answer.question.domain)
    whole = decision.reason is DecisionReason.ENDED and isinstance(decision.because[0], Mandate)
    if domain is not None and not whole:  # a mandate that ended as a whole did not end for this domain alone
        yield "domain", domain.name(language)
    if decision.reason is DecisionReason.NO_MANDATE:
        yield "remedy", _remedy(answer, decision)
    elif decision.reason is DecisionReason.ENTERPRISE_NOT_ACTIVE:
        yield from _ceased(answer, language)


def _remedy(answer: Answer, decision: Decision) -> str:
    """Who can change that somebody has no mandate."""
    if decision.because:
        return "BY_ONESELF"
    return "BY_REPRESENTATIVE" if answer.chart.chief(answer.at) is None else "BY_CHIEF"


def _ceased(answer: Answer, language: Language) -> Iterator[tuple[str, str]]:
    """The status and the situation by which KBO says that the enterprise is no more."""
    facts = next((each.value for each in answer.readings if isinstance(each.value, EnterpriseFacts)), None)
    if facts is not None and facts.status is not None:
        yield "status", facts.status.value
    if facts is not None and facts.juridical_situation is not None:
        coded = facts.juridical_situation
        told = JURIDICAL_SITUATIONS.told_in(coded.code, language)
        if told is not None or JURIDICAL_SITUATIONS.label(coded.code, language) is None:
            yield (
                "situation",
                told or coded.label or coded.code,
            )  # a known one without a word in this language is left out
