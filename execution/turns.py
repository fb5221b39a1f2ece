"""How many operations run at once. The others wait in the order they came, so that each is done in few turns of a loop.

Every wait of an operation costs it one turn of the event loop, and a turn lasts as long as all that are ready in it: of
two hundred that run together each is late, and what it holds locked is held by all of them. Few at a time answer as
many a second or more, and each soon after it began.

A place is meant for work, not for patience: who has had one for longer than `longest` seconds, because a source hangs,
keeps running and gives the place to whoever waits.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

LONGEST = 0.1
_EVERYBODY = object()


class Turns:
    """Places for `at_once` operations of one event loop; 0: everybody runs, nobody waits."""

    __slots__ = ("_at_once", "_clock", "_longest", "_running", "_timer", "_waiting")

    def __init__(self, at_once: int, longest: float = LONGEST, clock: Callable[[], float] = monotonic) -> None:
        self._at_once = at_once
        self._clock = clock
        self._longest = longest
        self._running: OrderedDict[object, float] = OrderedDict()
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> int:
        """How many have a place."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    def free_place(self) -> object | None:
        """A place where one is free; give it to `leave`."""
        if not self._at_once:
            return _EVERYBODY
        if len(self._running) >= self._at_once:
            return None
        taken = object()
        self._running[taken] = self._clock()
        return taken

    async def place(self) -> object:
        """A place, once there is one; give it to `leave`. Whoever is cancelled while waiting has none."""
        if (taken := self.free_place()) is not None:
            return taken
        mine = asyncio.get_running_loop().create_future()
        self._waiting[mine] = None
        self._watch()
        try:
            await mine
        except asyncio.CancelledError:
            self._waiting.pop(mine, None)
            self.leave(mine)  # called up and cancelled in one turn of the loop
            raise
        return mine

    def leave(self, place: object) -> None:
        """Done; the next one's turn, unless it came already because this one took so long."""
        if self._running.pop(place, None) is not None and self._waiting:
            self._call_up()

    def _call_up(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            next_one, _ = self._waiting.popitem(last=False)
            if not next_one.cancelled():
                self._running[next_one] = self._clock()
                next_one.set_result(None)

    def _watch(self) -> None:
        """Look again when the one that runs longest has had its time; nobody looks while nobody waits."""
        if self._timer is None and self._waiting:
            began = next(iter(self._running.values()))
            left = began + self._longest - self._clock()
            self._timer = asyncio.get_running_loop().call_later(max(left, 0), self._relieve)

    def _relieve(self) -> None:
        self._timer = None
        while self._waiting and self._running:
            place, began = next(iter(self._running.items()))
            if self._clock() < began + self._longest:
                break
            del self._running[place]
            self._call_up()
        self._watch()
