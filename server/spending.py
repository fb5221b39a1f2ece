"""What one caller may make us do in a minute, in the cost that operations are measured by."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from execution.errors import RefusedRequest
from resolvers.context import Context
from server.contexts import principal


class CostBudget:
    """A budget for each caller that fills up evenly, `per_minute` in a minute and never more; kept for each process.

    Of callers who were not seen for longest, those beyond `callers` are forgotten.
    """

    def __init__(self, per_minute: int, callers: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._callers = callers
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def spend(self, caller: Hashable, cost: int) -> None:
        """Take the cost from the caller's budget. Raises RefusedRequest, 429, which says when there is enough again.

        An operation costs at least 1; one that costs more than a whole budget needs a full one.
        """
        now = self._clock()
        left, at = self._left.pop(caller, (float(self._most), now))
        left = min(self._most, left + (now - at) * self._most / 60)
        missing = min(max(cost, 1), self._most) - left
        if missing <= 0:
            left -= max(cost, 1)
        self._left[caller] = (left, now)
        if len(self._left) > self._callers:
            self._left.popitem(last=False)
        if missing > 0:
            seconds = math.ceil(missing * 60 / self._most)
            raise RefusedRequest(
                "BUDGET_EXCEEDED",
                429,
                "The budget of this caller is used up for now.",
                headers={"retry-after": str(seconds)},
                retryAfter=seconds,
            )

    def spent_by(self, context: Context, cost: int) -> None:
        """The same for whoever asks: a citizen or a client, wherever it asks from; else whoever is at that address."""
        known = principal(context)
        self.spend(("somewhere", context.address) if known is None else known, cost)
