"""What the town knows of its inhabitants, enterprises and functions, as its own registers would write it.

Dates are texts, as KBO writes them: month or day may be 00, an open end is absent. What the town *intends* is
kept apart from what its registers say: `TownFunction.represents` is written down by whoever made the case, never
derived from codes, so that rules can be tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from btb.enterprises import Representation
from btb.identifiers import EnterpriseNumber, NationalNumber


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` up to but not with `until`; None is without bound."""

    first: date | None = None
    until: date | None = None

    @classmethod
    def of_texts(cls, begin: str | None, end: str | None) -> Self:
        """The span of two complete dates; either may be absent."""
        return cls(date.fromisoformat(begin) if begin else None, date.fromisoformat(end) if end else None)

    def contains(self, day: date) -> bool:
        """Whether the day lies in it."""
        return (self.first is None or self.first <= day) and (self.until is None or day < self.until)

    def cut(self, on: date) -> Span:
        """The same span, ending on that day at the latest."""
        return Span(self.first, on if self.until is None else min(on, self.until))


@dataclass(frozen=True, slots=True)
class TownAddress:
    """Where somebody lives or an enterprise has its seat."""

    street: str
    house_number: str
    box: str | None
    postal_code: str
    municipality: str
    nis_code: str
    language: str
    country_code: str = "BE"


@dataclass(frozen=True, slots=True)
class TownPerson:
    """An inhabitant. `number` is the number today; `handle` names the cast in tests and documents."""

    handle: str
    number: NationalNumber
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]
    sex: str
    born: str
    foreign: bool = False
    died: str | None = None
    status: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TownName:
    """One name of an enterprise. `kind` is 001 name, 002 abbreviation, 003 commercial name; `language` may be `xx`."""

    text: str
    language: str
    kind: str = "001"
    begin: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class TownEnterprise:
    """An enterprise with KBO's codes. `kind` 1 natural person, 2 legal person.

    `forms` and `situations` are (code, begin, end), oldest first; the last is the one today.
    `stopped` is (situation code, date), `successor` the enterprise that absorbed this one, with the date.
    """

    handle: str
    number: EnterpriseNumber
    status: str | None
    kind: str | None
    names: tuple[TownName, ...]
    forms: tuple[tuple[str, str | None, str | None], ...]
    situations: tuple[tuple[str, str | None, str | None], ...]
    start: str | None
    address: TownAddress | None
    stopped: tuple[str, str] | None = None
    closed_on: str | None = None
    successor: tuple[EnterpriseNumber, str] | None = None

    @property
    def name(self) -> str | None:
        """The first name, whatever its language."""
        return self.names[0].text if self.names else None


@dataclass(frozen=True, slots=True)
class TownFunction:
    """One function held in an enterprise, and the days on which its holder should represent it (None: never)."""

    held_in: EnterpriseNumber
    code: str
    begin: str | None
    end: str | None
    representation: Representation
    person: NationalNumber | None = None
    enterprise: EnterpriseNumber | None = None
    sequence: str = "001"
    end_reason: str | None = None
    cac_code: str | None = None
    cac_begin: str | None = None
    cac_end: str | None = None
    exemption: str = "999"
    represents: Span | None = None
