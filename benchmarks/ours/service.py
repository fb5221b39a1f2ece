"""The product as `btb serve` starts it, on whatever database the settings name; but for the sources' answers.

Facts are read from the KBO extract in the database, for decisions too, and every person lives. Left out is what a
deployment waits for elsewhere: MAGDA's answers over the network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from btb.identifiers import EnterpriseNumber
from btb.persons import PersonFacts
from datasources.kbo import EnterpriseAnswer, Kbo
from datasources.persons import PersonAnswer
from datasources.readings import AuthenticSource, Freshness, Reading
from datasources.register.database import Database
from datasources.rehearsal import Town
from server import house
from server.cli import main
from server.metrics import Metrics
from server.settings import Settings

Key = TypeVar("Key")


class ExtractOnly:
    """KBO as the extract has it, whatever the question is for; nobody holds a function."""

    def __init__(self, mirror: Kbo) -> None:
        self._mirror = mirror

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        """From the extract."""
        return await self._mirror.enterprises(numbers, Freshness.READ)

    async def _nobody(self, keys: Collection[Key], freshness: Freshness = Freshness.READ) -> Mapping[Key, Any]:
        return {key: Reading((), AuthenticSource.KBO, house.now()) for key in keys}

    functions_in = functions_of = functions_of_in = _nobody


class Living:
    """A register in which everybody is found alive."""

    async def persons(self, numbers: Collection[Any], freshness: Freshness = Freshness.READ) -> dict[Any, PersonAnswer]:
        """All alive."""
        return {
            each: Reading(
                PersonFacts(each, ("Jan",), ("Peeters",), False), AuthenticSource.NATIONAL_REGISTER, house.now()
            )
            for each in numbers
        }

    async def close(self) -> None:
        """Nothing is held."""


_opened = house.open_sources


def open_sources(settings: Settings, metrics: Metrics, database: Database, town: Town | None = None) -> house.Sources:
    """The product's sources, asked no further than the database."""
    sources = _opened(settings, metrics, database, town)
    living: Any = Living()
    return replace(sources, kbo=ExtractOnly(sources.kbo), persons=living)


if __name__ == "__main__":
    house.open_sources = open_sources
    main()
