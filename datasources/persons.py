"""The National Register and the BIS register: the questions we ask of them, whoever answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeAlias

from btb.identifiers import NationalNumber
from btb.persons import PersonFacts
from datasources.readings import Freshness, Reading, SourceFailure

PersonAnswer: TypeAlias = Reading[PersonFacts] | SourceFailure


class PersonRegister(Protocol):
    """Many keys in, and for every key a reading or a failure out; no method raises for one key's sake."""

    async def persons(
        self, numbers: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, PersonAnswer]:
        """Name and death of each person; an unknown number is a reading whose value is None."""
        ...
