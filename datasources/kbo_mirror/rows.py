"""Reads the rows of one file in batches, in bounded memory: a line is a row, and a broken line costs only itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import IO, Final

from datasources.kbo_mirror.problems import ExtractUnreadable
from datasources.kbo_mirror.report import Tally

_BLOCK: Final = 2**20
_LONGEST_LINE: Final = 2**16


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are read of a file, in our order; a row lacks the optional ones where the file does."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    text_last: bool = False
    """The last column is free text: a line without any quote may hold commas there."""


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
        try:
            (found,) = csv.reader([line], strict=True)
        except (csv.Error, ValueError):
            raise ExtractUnreadable(f"The first line of {name} cannot be read.") from None
        found = [each.strip() for each in found]
        missing = [each for each in columns.needed if each not in found]
        if missing:
            raise ExtractUnreadable(f"{name} lacks the column {' and '.join(missing)}.")
        self.width = len(found)
        self.lacking = any(each not in found for each in columns.optional)
        places = [found.index(each) if each in found else self.width for each in (*columns.needed, *columns.optional)]
        self.whole = places == list(range(self.width + self.lacking))
        self.pick: Callable[[list[str]], Sequence[str]] = itemgetter(*places) if len(places) > 1 else _only(places[0])
        self.text_last = columns.text_last and self.whole

    def ordered(self, rows: list[list[str]]) -> Sequence[Sequence[str]]:
        """Rows with our columns in our order; optional ones that the file lacks are empty."""
        if self.lacking:
            rows = [[*row, ""] for row in rows]
        return rows if self.whole else list(map(self.pick, rows))


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
    for lines in _lines(stream, name, advanced):
        if header is None:
            header = _Header(name, lines[0], columns)
            del lines[0]
            line_number = 2
        if lines:
            yield _batch(lines, line_number, header, tally)
            line_number += len(lines)
    if header is None:
        raise ExtractUnreadable(f"{name} is empty.")


def _lines(stream: IO[bytes], name: str, advanced: Callable[[int], None]) -> Iterator[list[str]]:
    rest, first = b"", True
    while block := stream.read(_BLOCK):
        advanced(len(block))
        whole, _, tail = block.rpartition(b"\n")
        if not whole and not block.startswith(b"\n"):
            rest += tail
        else:
            yield _decoded(rest + whole, name, first)
            rest, first = tail, False
        if len(rest) > _LONGEST_LINE:
            raise ExtractUnreadable(f"{name} has a line longer than any row is.")
    if rest:
        yield _decoded(rest, name, first)


def _decoded(raw: bytes, name: str, first: bool) -> list[str]:
    try:
        return raw.decode("utf-8-sig" if first else "utf-8").split("\n")
    except UnicodeDecodeError:
        raise ExtractUnreadable(f"{name} is not UTF-8 text.") from None


def _batch(lines: list[str], number: int, header: _Header, tally: Tally) -> Batch:
    """All lines at once where they are as they should be, else one by one."""
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error:
        rows = []
    width = header.width
    if len(rows) == len(lines) and set(map(len, rows)) == {width}:
        tally.rows += len(rows)
        return Batch(header.ordered(rows), range(number, number + len(rows)))
    kept: list[list[str]] = []
    kept_lines: list[int] = []
    for at, line in enumerate(lines, number):
        if not line.strip():
            continue
        tally.rows += 1
        row = _row(line, header)
        if isinstance(row, str):
            tally.reject(at, row)
        else:
            kept.append(row)
            kept_lines.append(at)
    return Batch(header.ordered(kept), kept_lines)


def _row(line: str, header: _Header) -> list[str] | str:
    """The fields of one line, or why it has none."""
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return "quotes are not balanced"
    row = rows[0] if len(rows) == 1 else []
    if len(row) == header.width:
        return row
    if len(row) > header.width and header.text_last and '"' not in line:
        return line.rstrip("\r").split(",", header.width - 1)
    return "the line has too many or too few columns"
