"""How one record of a function reads on one day: its code, its period, and who holds it.

The companies code (CAC) and the older law stand side by side in a record while both are given; the CAC part governs
from the day it begins, also where it then ends or cannot be read, so that a doubt is a no (magda.md 4.2, 6.4).
"""

from __future__ import annotations

from datetime import date

from btb.codes import FUNCTIONS
from btb.enterprises import HeldFunction, Language, Representation, SourcePeriod


def code_on(function: HeldFunction, day: date) -> str:
    """The function's code as five digits."""
    code = function.cac_code if function.cac_code is not None and _cac_governs(function, day) else function.code
    return FUNCTIONS.normal(code)


def period_on(function: HeldFunction, day: date) -> SourcePeriod:
    """The period that counts on this day."""
    cac = function.cac_period
    return cac if cac is not None and _cac_governs(function, day) else function.period


def in_force(function: HeldFunction, day: date, *, end_day_counts: bool) -> bool:
    """Whether the function is surely valid on the day; on its last day only where that day counts."""
    period = period_on(function, day)
    if period.surely_contains(day):
        return True
    ends_that_day = period.end is not None and period.end.exact == day
    return end_day_counts and ends_that_day and SourcePeriod(period.begin, None).surely_contains(day)


def held_by(function: HeldFunction) -> Representation | None:
    """How the function is held: as the source says, and where it says nothing, by the parts it filled."""
    if function.representation is not None:
        return function.representation
    if function.holder is None:
        return None if function.holder_enterprise is None else Representation.ENTERPRISE
    return Representation.PERSON if function.holder_enterprise is None else Representation.PERSON_FOR_ENTERPRISE


def label_on(function: HeldFunction, day: date) -> str | None:
    """The label the source gave to the code that counts, else the Dutch one of our own list."""
    code = code_on(function, day)
    given = function.label if code == FUNCTIONS.normal(function.code) else None
    return given or FUNCTIONS.label(code, Language.NL)


def since(function: HeldFunction, day: date) -> date | None:
    """The first day of the period that counts, where the source names it to the day."""
    begin = period_on(function, day).begin
    return None if begin is None else begin.exact


def _cac_governs(function: HeldFunction, day: date) -> bool:
    begin = function.cac_period.begin if function.cac_period is not None else None
    return begin is None or begin.earliest is None or begin.earliest <= day
