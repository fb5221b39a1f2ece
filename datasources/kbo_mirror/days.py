"""Days as an extract writes them (31-12-2024) and as a spreadsheet may have left them: only what reads one way is read.

Between slashes either of the first two may be the month. A number beyond twelve tells which; and what the days of one
file tell, all alike, holds for the others in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

_WRITTEN: Final = re.compile(
    r"(?:(?P<first>\d{1,2})(?P<by>[-./])(?P<second>\d{1,2})(?P=by)(?P<year>\d{4})|(?P<iso>\d{4}-\d{1,2}-\d{1,2}))"
    r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_MONTHS: Final = 12


def day(text: str) -> date | None:
    """The day; None where there is none, or it reads two ways."""
    read = _read(text)
    return date.fromordinal(read) if isinstance(read, int) and read else None


class DayOrder:
    """Reads the days of one file."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: set[bool] = set()

    def learn(self, texts: Iterable[str]) -> None:
        """Look at days before they are read: whether one with slashes tells that the day comes first."""
        for text in texts:
            if "/" in text and (written := _WRITTEN.fullmatch(text.strip())):
                first, second = int(written["first"]), int(written["second"])
                if first > _MONTHS or second > _MONTHS:
                    self._told.add(first > _MONTHS)

    def ordinal(self, text: str) -> int | None:
        """The day's ordinal; 0 where it cannot be read one way, None where there is none."""
        read = _read(text)
        if not isinstance(read, tuple):
            return read
        if len(self._told) != 1:
            return 0
        return read[0] if True in self._told else read[1]


@lru_cache(maxsize=65_536)
def _read(text: str) -> int | tuple[int, int] | None:
    """Its ordinal, or both where it reads two ways: day first, month first. 0 where it is no day."""
    text = text.strip()
    if not text:
        return None
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return 0
    if written["iso"]:
        return _ordinal(*map(int, written["iso"].split("-")))
    first, second, year = int(written["first"]), int(written["second"]), int(written["year"])
    day_first = _ordinal(year, second, first)
    if written["by"] != "/":
        return day_first
    month_first = _ordinal(year, first, second)
    if day_first and month_first and day_first != month_first:
        return day_first, month_first
    return day_first or month_first


def _ordinal(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return 0
