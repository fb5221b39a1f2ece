"""Those who follow something that this process watches: rung when there is news, told when their stream must end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, TypeVar

Found = TypeVar("Found")


class InterruptionReason(StrEnum):
    """Why a stream ends."""

    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    CURSOR_OF_OTHER_EPOCH = "CURSOR_OF_OTHER_EPOCH"
    CURSOR_AHEAD = "CURSOR_AHEAD"
    CURSOR_INVALID = "CURSOR_INVALID"
    TOO_SLOW = "TOO_SLOW"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 the word is the contract's, no secret
    SHUTTING_DOWN = "SHUTTING_DOWN"


class Follower:
    """One who follows: rung when something new stands in the log, or when the stream must end."""

    __slots__ = ("_rung", "_waiting", "reason")

    def __init__(self) -> None:
        self._rung = False
        self._waiting: asyncio.Future[None] | None = None
        self.reason: InterruptionReason | None = None

    def interrupt(self, reason: InterruptionReason) -> None:
        """Have the stream say why it ends, and end."""
        self.reason = self.reason or reason
        self.ring()

    def ring(self) -> None:
        """Something may be new."""
        self._rung = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def rung(self, at_most: float) -> None:
        """Wait for the bell, at most so many seconds. One task may wait here at a time."""
        if not self._rung:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(at_most, self.ring)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        self._rung = False


class Readings:
    """What is read for one who follows, in tasks that are not theirs: who disappears strands no connection."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    async def of(self, reading: Coroutine[Any, Any, Found]) -> Found:
        """What it finds; it ends well although the one who asked does not wait for it any more."""
        task = asyncio.get_running_loop().create_task(reading)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone, and then nobody else looks at it
