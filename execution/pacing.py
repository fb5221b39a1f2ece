"""When what became ready is written: at once after a silence, together while much happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

_LONGEST = 0.05


class Pace:
    """Writes for many connections: to each at most once in every `gap` seconds, and to all for half of the time.

    Writing to a socket costs more than making what is written: a burst of changes that reaches each subscriber in two
    writes instead of ten costs a fifth. The first change after a silence is never delayed, and its hearers do not wait
    until what others hear of it has been made.
    """

    __slots__ = ("_due", "_gap", "_pause", "_scheduled", "_since", "_spent")

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._pause = gap
        self._due: list[Callable[[], None]] = []
        self._scheduled = False
        self._since = 0.0
        self._spent = 0.0

    def due(self, write: Callable[[], None], written: float) -> bool:
        """Call `write` for a connection that was last written to then: at once (True), or soon with everybody else's.

        The moment is one of `monotonic`.
        """
        now = monotonic()
        remaining = written + self._pause - now
        if remaining <= 0:
            _safely(write)
            self.spend(now)
            return True
        self._due.append(write)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_later(remaining, self._write_all)
        return False

    def moment(self, written: float) -> float:
        """Now, where a connection that was last written to then may be written to at once; 0 where it may not.

        For those who cannot afford a callable for each write; whoever writes calls `spend` afterwards.
        """
        now = monotonic()
        return now if written + self._pause <= now else 0.0

    def _write_all(self) -> None:
        now = monotonic()
        due, self._due = self._due, []
        self._scheduled = False
        for write in due:
            _safely(write)
        self.spend(now)

    def spend(self, began: float) -> None:
        """So much was spent on writing since then; what a whole pause cost decides how long the next one is."""
        if began - self._since > self._pause:
            self._pause = min(max(self._gap, self._spent), _LONGEST)
            self._since, self._spent = began, 0.0
        self._spent += monotonic() - began


def _safely(write: Callable[[], None]) -> None:
    """One connection that cannot be written to harms no other."""
    try:
        write()
    except Exception as error:
        unwritten(error)


def unwritten(error: Exception) -> None:
    """Have it told that one connection could not be written to."""
    told = {"message": "A connection could not be written to.", "exception": error}
    asyncio.get_running_loop().call_exception_handler(told)
