"""A budget on national numbers that callers bring: nobody may try numbers out, whatever the shape of the question."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from btb.identifiers import NationalNumber


class BudgetExceeded(Exception):
    """The caller brought more different national numbers than the budget allows; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("Too many different national numbers were asked about.")


@dataclass(slots=True)
class _Spent:
    """What one caller brought within the last day: each number at the moment it was first counted, oldest first."""

    numbers: OrderedDict[NationalNumber, datetime] = field(default_factory=OrderedDict)
    minute: deque[datetime] = field(default_factory=deque)


class NumberBudget:
    """Counts different numbers per caller: `per_minute` and `per_day`; a number counted today costs nothing again.

    Kept in memory for each process; a caller that spreads over processes has the budget of each.
    """

    def __init__(self, per_minute: int = 60, per_day: int = 2_000, callers: int = 10_000) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        self._callers = callers
        self._spent: OrderedDict[str, _Spent] = OrderedDict()

    def spend(self, caller: str, numbers: Collection[NationalNumber], now: datetime) -> None:
        """Count these numbers for the caller. Raises BudgetExceeded, and then counts none of them."""
        spent = self._spent.setdefault(caller, _Spent())
        self._spent.move_to_end(caller)
        while len(self._spent) > self._callers:
            self._spent.popitem(last=False)
        _forget(spent, now)
        new = {number for number in numbers if number not in spent.numbers}
        if len(spent.numbers) + len(new) > self._per_day:
            raise BudgetExceeded(retry_after=3600)
        if len(spent.minute) + len(new) > self._per_minute:
            raise BudgetExceeded(retry_after=60)
        spent.numbers.update(dict.fromkeys(new, now))
        spent.minute.extend([now] * len(new))


def _forget(spent: _Spent, now: datetime) -> None:
    while spent.minute and spent.minute[0] <= now - timedelta(minutes=1):
        spent.minute.popleft()
    while spent.numbers and next(iter(spent.numbers.values())) <= now - timedelta(days=1):
        spent.numbers.popitem(last=False)
