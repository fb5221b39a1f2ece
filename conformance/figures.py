"""What a suite reached, beside what it must reach."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

SHOWN = 5
"""Failures told for each row; the first are enough to start with."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `reached` and `asked` count checks; `failures` say which did not hold."""

    suite: str
    reached: int
    asked: int
    failures: tuple[str, ...] = ()
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything asked was reached; a suite that asked nothing reached nothing."""
        return self.asked > 0 and self.reached == self.asked and not self.failures

    @classmethod
    def told(cls, suite: str, said: str, remark: str = "") -> Self:
        """What a script of `clients/` printed on its last line."""
        found = json.loads(said.strip().rsplit("\n", 1)[-1])
        return cls(suite, found["passed"], found["asked"], tuple(found["failures"]), remark or found.get("remark", ""))

    @classmethod
    def broken(cls, suite: str, error: BaseException) -> Self:
        """The row of a suite that could not be run: it is missed like any other."""
        return cls(suite, 0, 1, (f"{type(error).__name__}: {error}",), "could not be run")

    def __str__(self) -> str:
        mark = "ok  " if self.holds else "MISS"
        return f"{mark} {self.suite:<66}{self.reached:>6} of {self.asked:<6} {self.remark}".rstrip()


class Checks:
    """Counts checks that hold, and names those that do not."""

    def __init__(self, suite: str) -> None:
        self._suite = suite
        self._asked = 0
        self._failures: list[str] = []

    def that(self, name: str, holds: object, seen: object = None) -> None:
        """Note one check."""
        self._asked += 1
        if not holds:
            self._failures.append(f"{name}: {str(seen)[:400]}")

    def figure(self, remark: str = "") -> Figure:
        """The row."""
        reached = self._asked - len(self._failures)
        return Figure(self._suite, reached, self._asked, tuple(self._failures), remark)
