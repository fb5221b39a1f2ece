"""The one "now" of an operation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from btb.chart import latest
from btb.mandates import Mandate


class Present:
    """When an operation takes place: the moment it began, or the latest one that it was shown as past.

    Another may write between that beginning and a reading. Its chief has begun after the moment at which we began,
    and the one before has ended: at that moment, by what we have read, nobody would be chief.
    """

    __slots__ = ("moment",)

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def reach(self, moment: datetime) -> None:
        """What was recorded then is not in the future of whoever read it."""
        self.moment = max(self.moment, moment)

    def reach_what(self, mandates: Iterable[Mandate]) -> None:
        """As `reach`, for everything that these mandates tell of as past."""
        self.moment = max((self.moment, *map(latest, mandates)))
