"""What is asked about enterprises: whether they exist, what KBO says of them, and who represents them today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber
from btb.representation import LegalRepresentation, representatives
from datasources.kbo import Functions
from datasources.readings import Reading
from resolvers.context import Context

FactsReading: TypeAlias = Reading[EnterpriseFacts]

MOST_ENTERPRISES = 200
"""How many enterprises one question may name (contract)."""


class TooMany(ValueError):
    """A list is longer than its bound; `most` is the bound."""

    def __init__(self, what: str, most: int) -> None:
        self.most = most
        super().__init__(f"At most {most} {what} at once.")


async def known(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[bool]:
    """Whether each enterprise exists. One that KBO cannot be asked about counts as existing: its facts say why."""
    readings = await context.loaders.enterprise.load_many(numbers)
    return [isinstance(reading, Exception) or reading.value is not None for reading in readings]


async def enterprises(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[EnterpriseNumber | None]:
    """The numbers that exist, in their places; None for the others. Raises TooMany above 200."""
    if len(numbers) > MOST_ENTERPRISES:
        raise TooMany("enterprises", MOST_ENTERPRISES)
    existing = await known(context, numbers)
    return [number if exists else None for number, exists in zip(numbers, existing, strict=True)]


async def facts(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[FactsReading | Exception]:
    """What KBO says of each, or why it says nothing."""
    return await context.loaders.enterprise.load_many(numbers)


async def legal_representatives(
    context: Context, numbers: Sequence[EnterpriseNumber]
) -> list[tuple[LegalRepresentation, ...] | Exception]:
    """Who represents each enterprise today. Legal persons that are director count only while they exist themselves."""
    readings = await context.loaders.enterprise.load_many(numbers)
    functions = await _functions(context, numbers, readings)
    companies = await _companies(context, functions)
    return [
        _representatives(context, reading, held, companies) for reading, held in zip(readings, functions, strict=True)
    ]


async def _functions(
    context: Context, numbers: Sequence[EnterpriseNumber], readings: Sequence[FactsReading | Exception]
) -> list[Reading[Functions] | Exception]:
    """The functions held in each; where its facts cannot be had, that stands for them, and no time is lost asking."""
    asked = [number for number, each in zip(numbers, readings, strict=True) if not isinstance(each, Exception)]
    found = iter(await context.loaders.functions_in.load_many(asked))
    return [each if isinstance(each, Exception) else next(found) for each in readings]


async def _companies(
    context: Context, functions: Sequence[Reading[Functions] | Exception]
) -> dict[EnterpriseNumber, FactsReading | Exception]:
    """The legal persons that hold a function in one of these enterprises."""
    holders = sorted({holder for held in functions if not isinstance(held, Exception) for holder in _holders(held)})
    return dict(zip(holders, await context.loaders.enterprise.load_many(holders), strict=True))


def _holders(held: Reading[Functions]) -> set[EnterpriseNumber]:
    return {function.holder_enterprise for function in held.value or () if function.holder_enterprise is not None}


def _representatives(
    context: Context,
    reading: FactsReading | Exception,
    held: Reading[Functions] | Exception,
    companies: dict[EnterpriseNumber, FactsReading | Exception],
) -> tuple[LegalRepresentation, ...] | Exception:
    if isinstance(reading, Exception):
        return reading
    if isinstance(held, Exception):
        return held
    if reading.value is None or held.value is None:
        return ()
    known: dict[EnterpriseNumber, EnterpriseFacts] = {}
    for holder in _holders(held):
        company = companies[holder]
        if isinstance(company, Exception):
            return company
        if company.value is not None:
            known[holder] = company.value
    return representatives(
        reading.value, held.value, context.today(), policy=context.house.representation_policy, companies=known
    )
