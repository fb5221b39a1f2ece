"""KBO, the register of enterprises: the questions we ask of it, whoever answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeAlias

from btb.enterprises import EnterpriseFacts, HeldFunction
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.readings import Freshness, Reading, SourceFailure

Functions: TypeAlias = tuple[HeldFunction, ...]
EnterpriseAnswer: TypeAlias = Reading[EnterpriseFacts] | SourceFailure
FunctionsAnswer: TypeAlias = Reading[Functions] | SourceFailure


class Kbo(Protocol):
    """Many keys in, and for every key a reading or a failure out; no method raises for one key's sake.

    An unknown enterprise is a reading whose value is None. No function at all is an empty tuple.
    """

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        """Name, status, form, situation and seat of each enterprise."""
        ...

    async def functions_in(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, FunctionsAnswer]:
        """Every function held in each enterprise, whoever holds it, ended and future ones included."""
        ...

    async def functions_of(
        self, persons: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, FunctionsAnswer]:
        """Every function each person holds, in whatever enterprise."""
        ...

    async def functions_of_in(
        self,
        pairs: Collection[tuple[NationalNumber, EnterpriseNumber]],
        freshness: Freshness = Freshness.READ,
    ) -> Mapping[tuple[NationalNumber, EnterpriseNumber], FunctionsAnswer]:
        """The functions each person holds in one enterprise."""
        ...
