"""The rows of a CSV file of mandates: what each says, or what of it cannot be read. A number is never repeated."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TextIO, TypeVar
from uuid import UUID

from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import AccessManagerRole, Affiliation
from btb.persons import PersonId
from resolvers.imports import ImportedRow

Value = TypeVar("Value")

NEEDED: Final = ("enterprise", "role", "person")
COLUMNS: Final = (*NEEDED, "domains", "affiliation", "email", "phone", "valid_from", "valid_until")


class HeaderRefused(ValueError):
    """The file does not begin with the columns that there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row by its line in the file: a mandate, or the columns that cannot be read."""

    number: int
    row: ImportedRow | None
    unreadable: tuple[str, ...] = ()


def lines(file: TextIO, *, allow_test_numbers: bool) -> Iterator[Line]:
    """Every row of the file, in order. Raises HeaderRefused.

    Between columns stand commas, or semicolons as a spreadsheet writes them where the comma is for decimals.
    """
    first = file.readline()
    delimiter = ";" if first.count(";") > first.count(",") else ","
    file.seek(0)
    reader = csv.DictReader(file, strict=True, delimiter=delimiter)
    named = reader.fieldnames or ()
    unknown, missing = set(named) - set(COLUMNS), set(NEEDED) - set(named)
    if unknown or missing or len(set(named)) != len(named):
        raise HeaderRefused(f"The first line names columns: {', '.join(NEEDED)}, and any of {', '.join(COLUMNS[3:])}.")
    while True:
        try:
            said = next(reader, None)
        except csv.Error:
            yield Line(reader.reader.line_num, None, ("the row is no CSV",))
            continue
        if said is None:
            return
        yield _line(reader.line_num, said, allow_test_numbers)


def _line(number: int, said: Mapping[str | None, str | None], allow_test_numbers: bool) -> Line:
    if None in said or None in said.values():
        return Line(number, None, ("another number of columns than the first line",))
    reading = _Reading({name: (said.get(name) or "").strip() for name in COLUMNS})
    enterprise = reading.of("enterprise", EnterpriseNumber.parse)
    role = reading.of("role", AccessManagerRole)
    person = reading.of("person", lambda text: _person(text, allow_test_numbers))
    affiliation = reading.of("affiliation", _AFFILIATIONS[role is AccessManagerRole.DOMAIN])
    start, end = reading.of("valid_from", _moment), reading.of("valid_until", _moment)
    if enterprise is None or role is None or person is None or affiliation is None or reading.unreadable:
        return Line(number, None, tuple(reading.unreadable))
    text = reading.text
    domains = tuple(each.strip() for each in text["domains"].split("|") if each.strip())
    contact = (text["email"] or None, text["phone"] or None)
    return Line(number, ImportedRow(enterprise, role, person, domains, affiliation, *contact, start, end))


class _Reading:
    """The texts of a row, and the columns of it that could not be read."""

    def __init__(self, text: Mapping[str, str]) -> None:
        self.text = text
        self.unreadable: list[str] = []

    def of(self, column: str, read: Callable[[str], Value]) -> Value | None:
        """What stands in a column; None, and noted, where it cannot be read."""
        try:
            return read(self.text[column])
        except ValueError:
            self.unreadable.append(column)
            return None


_AFFILIATIONS: Final[Mapping[bool, Callable[[str], Affiliation]]] = {
    True: lambda text: Affiliation(text or Affiliation.EMPLOYEE),
    False: Affiliation,
}
"""Access managers need not say how they belong to the enterprise."""


def _person(written: str, allow_test_numbers: bool) -> NationalNumber | PersonId:
    if len(written) == 36:
        return PersonId(UUID(written))
    return NationalNumber.parse(written, allow_test_numbers=allow_test_numbers)


def _moment(written: str) -> datetime | None:
    if not written:
        return None
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("A moment needs its offset from UTC.")
    return moment
