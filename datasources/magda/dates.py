"""Dates as MAGDA writes them: strings whose month or day may be unknown, and ends that stay open."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from btb.enterprises import SourceDate, SourcePeriod

_BRUSSELS = ZoneInfo("Europe/Brussels")
_SHAPE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T[\d:.]+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_UNKNOWN = frozenset({"00", "99"})


def brussels_time(moment: datetime) -> datetime:
    """The moment on Belgian clocks; KBO and the registers count their days by them."""
    return moment.astimezone(_BRUSSELS)


def brussels_day(moment: datetime) -> date:
    """The calendar day in Belgium: what "today" means in a validity (magda.md 6.4)."""
    return brussels_time(moment).date()


@lru_cache(maxsize=16_384)
def source_date(text: str) -> SourceDate:
    """Read `YYYY-MM-DD`, where month or day 00 or 99 is unknown; a text that is no date keeps neither bound.

    The schemas let 2023-02-31 pass (their dates are strings), so nothing is taken on trust.
    """
    text = text.strip()
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape[1] == "0000":
        return SourceDate(text[:32], None, None)
    year, month, day = int(shape[1]), shape[2], shape[3]
    try:
        if month in _UNKNOWN:
            return SourceDate(text, date(year, 1, 1), date(year, 12, 31))
        if day in _UNKNOWN:
            return SourceDate(text, date(year, int(month), 1), _last_day(year, int(month)))
        exact = date(year, int(month), int(day))
    except ValueError:
        return SourceDate(text, None, None)
    return SourceDate(text, exact, exact)


@lru_cache(maxsize=16_384)
def source_period(begin: str | None, end: str | None) -> SourcePeriod:
    """A validity from its two texts. An end is open only where it is absent or in the year 9999.

    An end that is there and cannot be read stays an end, so that the period fails closed: reading it as "no end"
    would keep a former director in office.
    """
    open_end = end is None or end.strip().startswith("9999")
    return SourcePeriod(
        begin=source_date(begin) if begin is not None else None,
        end=None if open_end or end is None else source_date(end),
    )


def may_contain(period: SourcePeriod, day: date) -> bool:
    """True where some reading of the dates contains the day, the day of its end included.

    For what is shown, and for situations, where leaving out a bankruptcy would be the wrong side to err on.
    """
    begin, end = period.begin, period.end
    if begin is not None and begin.earliest is not None and begin.earliest > day:
        return False
    return end is None or end.latest is None or end.latest >= day


def _last_day(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError("There is no such month.")
    return date(year, month, monthrange(year, month)[1])
