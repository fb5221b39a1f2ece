"""What stands between us and a source that may be slow, busy or gone.

    OutOfReach            the source gave no usable answer: slow, down, refused by the breaker, or making no sense
    └── NothingSent       no connection could be made, so that asking again cannot ask twice

One `Outlet` per service holds its places, its pace, its breaker, its deadline and its only retry.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

LEFT_ALONE = "the source failed repeatedly and is left alone for a moment"

# After a failure the next in the queue waits this long before it asks: the questions that were sent together time out
# together, and once they have opened the breaker the queue behind them is turned away instead of hanging once more.
_PAUSE = 0.02

Clock = Callable[[], float]
Answered = TypeVar("Answered")


class OutOfReach(Exception):
    """A source gave no usable answer; the reason names no key."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NothingSent(OutOfReach):
    """No connection could be made; not one byte of the question left."""


@dataclass(frozen=True, slots=True)
class OutagePolicy:
    """How patient we are with one service. Seconds, and counts.

    `deadline` covers one message whole: connecting, sending, every byte of the answer, and its reading; waiting for
    a place or for the pace stands outside it and is bounded by `longest_wait`. `rate` None is no pace at all.
    """

    deadline: float = 4.0
    concurrency: int = 8
    rate: float | None = 9.0
    longest_wait: float = 30.0
    failures_to_open: int = 5
    open_seconds: float = 10.0


class Pace:
    """At most `rate` starts in any second, in the order of asking, whatever was idle before.

    A bucket that fills while nobody asks would let a burst and the rate pass in the same second, and MAGDA refuses the
    tenth question within 1000 ms. It hands out start times instead of waking sleepers: a cancelled asker costs its
    turn and nobody else's.
    """

    def __init__(self, rate: float | None, clock: Clock = time.monotonic) -> None:
        count = 0 if rate is None else max(1, int(rate))
        self._window = 0.0 if rate is None else count / rate
        self._starts: deque[float] = deque(maxlen=count)
        self._clock = clock

    def reserve(self) -> float:
        """Take the next start and say how many seconds away it is."""
        if not self._starts.maxlen:
            return 0.0
        now = self._clock()
        full = len(self._starts) == self._starts.maxlen
        start = max(now, self._starts[0] + self._window) if full else now
        self._starts.append(start)
        return start - now


class Breaker:
    """Closed while the source answers; open after failures in a row; then one probe at a time decides.

    After the source recovers it closes with the first question asked later than `open_seconds` after opening.
    """

    def __init__(self, failures_to_open: int, open_seconds: float, clock: Clock = time.monotonic) -> None:
        self._failures_to_open = failures_to_open
        self._open_seconds = open_seconds
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether questions are turned away, a probe excepted."""
        return self._opened_at is not None

    @property
    def wavering(self) -> bool:
        """Whether the last question failed, though not enough of them yet."""
        return self._opened_at is None and self._failures > 0

    def enter(self) -> bool:
        """Let one question through; True where it is the probe. Raises OutOfReach while open."""
        if self._opened_at is None:
            return False
        if self._probing or self._clock() - self._opened_at < self._open_seconds:
            raise OutOfReach(LEFT_ALONE)
        self._probing = True
        return True

    def leave(self, probe: bool, failed: bool | None) -> None:
        """Note how a question ended; None where it was given up and says nothing about the source."""
        if probe:
            self._probing = False
        if failed is None:
            return
        if not failed:
            self._failures, self._opened_at = 0, None
            return
        self._failures += 1
        if probe or (self._opened_at is None and self._failures >= self._failures_to_open):
            self._opened_at = self._clock()


class Outlet:
    """The way to one service, shared by everybody who asks it."""

    def __init__(self, policy: OutagePolicy, clock: Clock = time.monotonic) -> None:
        self._policy = policy
        self._places = asyncio.Semaphore(policy.concurrency)
        self._pace = Pace(policy.rate, clock)
        self.breaker = Breaker(policy.failures_to_open, policy.open_seconds, clock)

    async def ask(self, send: Callable[[], Awaitable[Answered]]) -> Answered:
        """Send under the policy. Raises OutOfReach where there is no usable answer; what else `send` raises passes."""
        await self._place()
        try:
            if self.breaker.wavering:
                await asyncio.sleep(_PAUSE)
            return await self._asked(send)
        finally:
            self._places.release()

    async def _place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._policy.longest_wait):
                await self._places.acquire()
        except TimeoutError:
            raise OutOfReach("too many questions are waiting for the source") from None

    async def _asked(self, send: Callable[[], Awaitable[Answered]]) -> Answered:
        probe = self.breaker.enter()
        failed: bool | None = None
        try:
            await self._turn(probe)
            answer = await self._within_deadline(send)
            failed = False
            return answer
        except OutOfReach:
            failed = True
            raise
        except Exception:
            failed = False
            raise
        finally:
            self.breaker.leave(probe, failed)

    async def _turn(self, probe: bool) -> None:
        wait = self._pace.reserve()
        if wait > 0:
            await asyncio.sleep(wait)
            if self.breaker.open and not probe:
                raise OutOfReach(LEFT_ALONE)

    async def _within_deadline(self, send: Callable[[], Awaitable[Answered]]) -> Answered:
        try:
            async with asyncio.timeout(self._policy.deadline):
                try:
                    return await send()
                except NothingSent:
                    return await send()
        except TimeoutError:
            raise OutOfReach("the source did not answer in time") from None
