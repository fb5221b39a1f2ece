"""How a running stream is told that it must end, so that its source may say one last thing.

A transport makes one `Interruption` per stream and hands it, through `RequestInfo`, to whoever makes the context. A
source of events that wants the last word races its waiting against `wait()`, and writes where it is into `reached`:

    context.interruption.reached = start
    async for item in until_interrupted(feed.follow(start), context.interruption):
        context.interruption.reached = item.to
        yield item
    if context.interruption.reason:
        yield LastWord(context.interruption.reason, resume_after=context.interruption.reached)

A source that never looks is simply ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Any, TypeVar

Item = TypeVar("Item")


class InterruptionReason(StrEnum):
    """Why this side ends a stream that its client did not end."""

    EXPIRED = "EXPIRED"
    TOO_SLOW = "TOO_SLOW"
    SHUTTING_DOWN = "SHUTTING_DOWN"


class Interruption:
    """One stream's notice of its end: set at most once, and seen by every later look."""

    __slots__ = ("_first", "_observed", "_reached", "_reason", "_waiters")

    def __init__(self, reason: InterruptionReason | None = None, reached: Any = None) -> None:
        self._reason = reason
        self._reached = reached
        self._first = reached
        self._observed = False
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def reason(self) -> InterruptionReason | None:
        """Why the stream must end, or None while it need not."""
        self._observed = True
        return self._reason

    @property
    def told(self) -> bool:
        """Whether there is a reason; asked by whoever interrupts, so it does not count as a look."""
        return self._reason is not None

    @property
    def observed(self) -> bool:
        """Whether the source ever looked; one that did not has no last word to wait for."""
        return self._observed

    @property
    def reached(self) -> Any:
        """Where the source is: written by it at its start and before each item it yields; opaque here."""
        return self._reached

    @reached.setter
    def reached(self, position: Any) -> None:
        self._observed = True
        if self._first is None:
            self._first = position
        self._reached = position

    @property
    def started_at(self) -> Any:
        """The first position that the source wrote."""
        return self._first

    def interrupt(self, reason: InterruptionReason) -> None:
        """Tell the stream to end; a second call changes nothing."""
        if self._reason is not None:
            return
        self._reason = reason
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> InterruptionReason:
        """Return the reason once there is one."""
        self._observed = True
        if self._reason is None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        assert self._reason is not None
        return self._reason


async def until_interrupted(
    source: AsyncGenerator[Item, None], interruption: Interruption
) -> AsyncGenerator[Item, None]:
    """The items of `source` until it ends or is interrupted; `source` is closed before this ends, whatever ends it."""
    notice = asyncio.ensure_future(interruption.wait())
    following: asyncio.Future[Item] | None = None
    try:
        while interruption.reason is None:
            following = asyncio.ensure_future(anext(source))
            await asyncio.wait({following, notice}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                return
            try:
                item = following.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        notice.cancel()
        if following is not None:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled():
                following.exception()
        await source.aclose()
