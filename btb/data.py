"""The trade's data files: how they are read, and how a bad line is named.

An operator may replace any of them, so a mistake is told by file and line rather than met later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from btb.enterprises import Language

LANGUAGE_COLUMNS = {"nl": Language.NL, "fr": Language.FR, "de": Language.DE, "en": Language.EN}
FALLBACK = (Language.NL, Language.FR, Language.DE, Language.EN)
"""The order in which another language stands in for the one asked."""


class InvalidData(ValueError):
    """A data file cannot be used; `what` names the file's content and `line` the line at fault, counted from 1."""

    def __init__(self, what: str, line: int, reason: str) -> None:
        self.what = what
        self.line = line
        self.reason = reason
        super().__init__(f"{what}, line {line}: {reason}")


def shipped(name: str) -> str:
    """The text of a data file that stands beside this module."""
    return files("btb").joinpath(name).read_text(encoding="utf-8")


def rows(what: str, text: str, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The lines of a CSV text with the number each begins at; values without surrounding white space.

    Raises InvalidData where a column is missing, a line has too few or too many values, or quoting is broken.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    begins = 1
    header: list[str] | None = None
    try:
        for values in reader:
            line, begins = begins, reader.line_num + 1
            if not values:
                continue
            if header is None:
                header = [value.strip() for value in values]
                missing = [column for column in columns if column not in header]
                if missing:
                    raise InvalidData(what, line, f"the column {missing[0]} is missing")
                continue
            if len(values) != len(header):
                raise InvalidData(what, line, f"{len(values)} values where the header has {len(header)}")
            yield line, dict(zip(header, (value.strip() for value in values), strict=True))
    except csv.Error:
        raise InvalidData(what, begins, "the quoting is broken") from None
    if header is None:
        raise InvalidData(what, 1, "there is nothing in it")


def texts(row: Mapping[str, str]) -> Mapping[Language, str]:
    """The languages of a row that have a text."""
    return {language: row[column] for column, language in LANGUAGE_COLUMNS.items() if row.get(column)}


def in_language(by_language: Mapping[Language, str], language: Language) -> str | None:
    """The text in the language asked, else in the first of NL, FR, DE and EN that there is."""
    for wanted in (language, *FALLBACK):
        if wanted in by_language:
            return by_language[wanted]
    return None
