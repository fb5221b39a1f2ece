"""What the National Register and the BIS register know of a person (MAGDA GeefPersoon-02.02).

Only what BTB needs is kept: births, addresses, nationalities and families are never asked for nor stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NewType
from uuid import UUID

from btb.enterprises import SourceDate
from btb.identifiers import NationalNumber

PersonId = NewType("PersonId", UUID)
"""Our own random name for a person: never derived from a number, the same through all numbers the person had."""


class Identity(NamedTuple):
    """One person: the id they are known by now, and the others, under which they were met as somebody else before."""

    person: PersonId
    others: frozenset[PersonId] = frozenset()

    def has(self, person: PersonId | None) -> bool:
        """Whether that id names this person, or did."""
        return person == self.person or person in self.others


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person today. `number` may differ from the one asked where the source replaced it (`replaces`)."""

    number: NationalNumber
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]
    deceased: bool
    deceased_on: SourceDate | None = None
    replaces: NationalNumber | None = None

    @property
    def given_name(self) -> str | None:
        """All given names in one text; None for a person without."""
        return " ".join(self.given_names) or None

    @property
    def family_name(self) -> str | None:
        """All family names in one text."""
        return " ".join(self.family_names) or None
