"""How large a plan may be, and how long it may take to make."""

from __future__ import annotations

from dataclasses import dataclass
from time import thread_time

from execution.plan.signals import Reason, Unplannable


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of every plan: fields, and seconds of work to make it.

    What a busy machine did meanwhile does not count: a plan that is too large is never tried again.
    """

    fields: int
    seconds: float


class Spent:
    """What one plan has taken of them so far."""

    __slots__ = ("_bounds", "_fields", "_until")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._fields = 0
        self._until = thread_time() + bounds.seconds

    def field(self) -> None:
        """One field more. Raises Unplannable where that is one too many, or too late."""
        self._fields += 1
        if self._fields > self._bounds.fields or thread_time() > self._until:
            raise Unplannable(Reason.TOO_LARGE)
