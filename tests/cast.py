"""People and enterprises of the rehearsal town under the names that tests use; the town's cast says what each is."""

from __future__ import annotations

from typing import Final

from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.rehearsal import Town

REPRESENTATIVE: Final = "els"
"""Manager of the bakery."""
CHIEF: Final = "koen"
CO_CHIEF: Final = "nadia"
MANAGER: Final = "tom"
ANOTHER: Final = "lien"
STRANGER: Final = "emma"
"""Holds no function anywhere."""

BAKERY: Final = "bakkerij"

FINANCE: Final = "FINANCE"
MOBILITY: Final = "MOBILITY"
EMPLOYMENT: Final = "EMPLOYMENT"

_TOWN: Final = Town.build()


def number_of(person: str) -> NationalNumber:
    """The national number of a person of the cast."""
    return _TOWN.person(person).number


def enterprise_of(handle: str) -> EnterpriseNumber:
    """The number of an enterprise of the cast."""
    return _TOWN.enterprise(handle).number
