"""Begets servers: imports once what `btb serve` imports, then forks a child for each line, which serves as it does.

A line is a number of steps. A child that is sent SIGUSR1 counts its steps towards the register from then on (each
statement of a transaction that writes, its commit, and the return from it), and dies at that step as by a power cut;
0 is never. Here a start costs a fifth of what it costs to start Python anew, so that more kills fit into a minute.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

import server.app
import server.issuers
import server.listening
import server.logs
import server.policies  # noqa: F401 imported here so that the children need not
from datasources.register.database import Database, WriteSession
from server.cli import main

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Steps:
    """Counts down to the step at which the process dies."""

    def __init__(self, left: int) -> None:
        self._left, self._counting = left, False

    def begin(self, *_: Any) -> None:
        """Count from now on."""
        self._counting = True

    def step(self, *_: Any) -> None:
        """One step; the last one is not taken."""
        if not self._counting or not _writing.get():
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(steps: Steps) -> None:
    working = Database.working

    @asynccontextmanager
    async def watched(self: Database) -> AsyncIterator[WriteSession]:
        _writing.set(True)
        try:
            async with working(self) as session:
                yield session
            steps.step()
        finally:
            _writing.set(False)

    Database.working = watched  # type: ignore[method-assign]
    event.listen(Engine, "before_cursor_execute", steps.step)
    event.listen(Engine, "commit", steps.step)
    signal.signal(signal.SIGUSR1, steps.begin)


def beget() -> None:
    """A child for each line of standard input, one at a time: its id is told, then that it has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _watch(Steps(int(line)))
            main(["serve"])
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    beget()
