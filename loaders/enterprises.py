"""What KBO knows of enterprises, asked once per operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.kbo import EnterpriseAnswer, Functions, FunctionsAnswer, Kbo
from datasources.readings import Reading
from loaders.batching import ByKey


def facts(kbo: Kbo) -> ByKey[EnterpriseNumber, Reading[EnterpriseFacts]]:
    """Name, status, form, situation and seat by enterprise number."""

    async def ask(numbers: Sequence[EnterpriseNumber]) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        return await kbo.enterprises(numbers)

    return ByKey(ask)


def functions_in(kbo: Kbo) -> ByKey[EnterpriseNumber, Reading[Functions]]:
    """Every function held in an enterprise, by its number."""

    async def ask(numbers: Sequence[EnterpriseNumber]) -> Mapping[EnterpriseNumber, FunctionsAnswer]:
        return await kbo.functions_in(numbers)

    return ByKey(ask)


def functions_of(kbo: Kbo) -> ByKey[NationalNumber, Reading[Functions]]:
    """Every function a person holds, by national number."""

    async def ask(numbers: Sequence[NationalNumber]) -> Mapping[NationalNumber, FunctionsAnswer]:
        return await kbo.functions_of(numbers)

    return ByKey(ask)
