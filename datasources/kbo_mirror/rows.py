"""Reads the rows of one file in batches, in bounded memory: a line is a row, and a broken line costs only itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import IO, Final

from datasources.kbo_mirror.problems import ExtractUnreadable
from datasources.kbo_mirror.report import Tally

_BLOCK: Final = 2**19
_LONGEST_LINE: Final = 2**16
_NOTHING: Final = ', "\t\r'
"""What a line of empty fields consists of: spreadsheets leave such lines at the end."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are read of a file, in our order; a row lacks the optional ones where the file does.

    `text` is free text: where it is the last column, a line may hold commas and quotes there that nobody wrapped in
    quotes. `emptiable` are often empty: a spreadsheet leaves them off the end of a line.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    text: str | None = None
    emptiable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows with the lines they stood on."""

    rows: Sequence[Sequence[str]]
    lines: Sequence[int]


class _Header:
    """Which field of a line is which column."""

    def __init__(self, name: str, line: str, columns: Columns) -> None:
        if ";" in line and "," not in line:
            raise ExtractUnreadable(f"{name} has semicolons where an extract has commas.")
        found = _fields(line)
        self.wrapped = found is not None and len(found) == 1 and "," in found[0]
        if found is not None and self.wrapped:
            found = _fields(found[0])
        if found is None:
            raise ExtractUnreadable(f"The first line of {name} cannot be read.")
        found = [each.strip().lower() for each in found]
        needed, optional = [each.lower() for each in columns.needed], [each.lower() for each in columns.optional]
        missing = [each for each, key in zip(columns.needed, needed, strict=True) if key not in found]
        if missing:
            raise ExtractUnreadable(f"{name} lacks the column {' and '.join(missing)}.")
        self.width = len(found)
        self.lacking = any(each not in found for each in optional)
        places = [found.index(each) if each in found else self.width for each in (*needed, *optional)]
        self.whole = places == list(range(self.width + self.lacking))
        self.pick: Callable[[list[str]], Sequence[str]] = itemgetter(*places) if len(places) > 1 else _only(places[0])
        self.text_last = columns.text is not None and found[-1] == columns.text.lower()
        emptiable = {each.lower() for each in columns.emptiable}
        self.least = self.width - sum(1 for _ in takewhile(emptiable.__contains__, reversed(found)))

    def ordered(self, rows: list[list[str]]) -> Sequence[Sequence[str]]:
        """Rows with our columns in our order; optional ones that the file lacks are empty."""
        if self.lacking:
            rows = [[*row, ""] for row in rows]
        return rows if self.whole else list(map(self.pick, rows))


def _fields(line: str) -> list[str] | None:
    """The fields of one line; None where its quotes are not balanced."""
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else []


def _only(place: int) -> Callable[[list[str]], Sequence[str]]:
    return lambda row: (row[place],)


def batches(
    stream: IO[bytes], name: str, columns: Columns, tally: Tally, advanced: Callable[[int], None]
) -> Iterator[Batch]:
    """Every row that has the columns; the others are counted. `advanced` is told the bytes read.

    Raises ExtractUnreadable where the file is another than it should be.
    """
    header: _Header | None = None
    line_number = 1
    for lines, ended in _lines(stream, name, advanced):
        if header is None:
            header = _Header(name, lines[0], columns)
            del lines[0]
            line_number = 2
        if lines:
            yield _batch(lines, line_number, header, ended, tally)
            line_number += len(lines)
    if header is None:
        raise ExtractUnreadable(f"{name} is empty.")


def _lines(stream: IO[bytes], name: str, advanced: Callable[[int], None]) -> Iterator[tuple[list[str], bool]]:
    """Lines, and whether they ended: the very last one may have been cut off."""
    rest, first = b"", True
    while block := stream.read(_BLOCK):
        advanced(len(block))
        whole, _, tail = block.rpartition(b"\n")
        if not whole and not block.startswith(b"\n"):
            rest += tail
        else:
            yield _decoded(rest + whole, name, first), True
            rest, first = tail, False
        if len(rest) > _LONGEST_LINE:
            raise ExtractUnreadable(f"{name} has a line longer than any row is.")
    if rest:
        yield _decoded(rest, name, first), False


def _decoded(raw: bytes, name: str, first: bool) -> list[str]:
    try:
        return raw.decode("utf-8-sig" if first else "utf-8").split("\n")
    except UnicodeDecodeError:
        raise ExtractUnreadable(f"{name} is not UTF-8 text.") from None


def _batch(lines: list[str], number: int, header: _Header, ended: bool, tally: Tally) -> Batch:
    """All lines at once where they are as they should be, else one by one."""
    rows: list[list[str]] = []
    if not header.wrapped:
        with suppress(csv.Error):
            rows = list(csv.reader(lines, strict=True))
    width = header.width
    if len(rows) == len(lines) and set(map(len, rows)) == {width}:
        tally.rows += len(rows)
        return Batch(header.ordered(rows), range(number, number + len(rows)))
    kept: list[list[str]] = []
    kept_lines: list[int] = []
    for at, line in enumerate(lines, number):
        if not line.strip(_NOTHING):
            continue
        tally.rows += 1
        row = _row(line, header, ended, tally)
        if isinstance(row, str):
            tally.reject(at, row)
        else:
            kept.append(row)
            kept_lines.append(at)
    return Batch(header.ordered(kept), kept_lines)


def _row(line: str, header: _Header, ended: bool, tally: Tally) -> list[str] | str:
    """The fields of one line, or why it has none."""
    row = _fields(line)
    if header.wrapped and row is not None and len(row) == 1:
        tally.restored["a line in quotes as a whole"] += 1
        line = row[0]
        row = _fields(line)
    width = header.width
    if row is not None and len(row) == width:
        return row
    if header.text_last and (unquoted := _unquoted(line.rstrip("\r"), width, row)):
        tally.restored["a name without the quotes around it"] += 1
        return unquoted
    if row is None:
        return "quotes are not balanced"
    # A field that begins with a blank may be the rest of one that lost its quotes: then nothing is in its place.
    if ended and header.least <= len(row) < width and not any(field.startswith(" ") for field in row):
        tally.restored["a line without its empty last columns"] += 1
        return row + [""] * (width - len(row))
    return "the line has too many or too few columns"


def _unquoted(line: str, width: int, row: list[str] | None) -> list[str] | None:
    """The fields of a line whose last one, free text, lost the quotes around it; None where that is not certain."""
    fields = line.split(",", width - 1)
    if len(fields) < width or any('"' in field for field in fields[:-1]):
        return None
    text = fields[-1]
    if text.startswith('"') and (row is not None or text.count('"') % 2):
        return None
    return fields
