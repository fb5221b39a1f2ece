"""One running operation, and the subscriptions that hear it: who waits for whom, and who ends whom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from execution.engine import Engine, Renew
from execution.interruption import Interruption, InterruptionReason
from execution.operation import Answer, OperationRequest

if TYPE_CHECKING:
    from execution.subscription import Subscription

MakeContext: TypeAlias = Callable[[Interruption], Awaitable[Any]]
"""A context for one stream whose source hears of its end through this interruption."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Bounds on streams.

    `queue_items` and `queue_bytes` bound what waits for one subscriber of a shared execution; `ahead` and
    `ahead_bytes` are how far a source of its own may be ahead of its subscriber, in answers and in bytes of them;
    `farewell` is how many seconds a last word may take; `gap` is the seconds between two writes of the same sockets
    while much happens.
    """

    queue_items: int = 256
    queue_bytes: int = 1_048_576
    ahead: int = 16
    ahead_bytes: int = 65_536
    farewell: float = 1.0
    gap: float = 0.005


class Home(Protocol):
    """What a run needs of the house it lives in: `streaming.Streams`."""

    engine: Engine
    renew: Renew | None
    settings: StreamSettings

    def forget(self, run: Run, key: Hashable | None) -> None:
        """The run ended or lost its last hearer."""
        ...

    def last_word(self, request: OperationRequest, context: Any, interruption: Interruption) -> Run:
        """Start a short execution in which an interrupted source says why it ended."""
        ...


class Run:
    """One running operation, in a task of its own, and the subscriptions that hear it."""

    __slots__ = (
        "_home",
        "_key",
        "_make_context",
        "_request",
        "_room",
        "_task",
        "begun",
        "ended",
        "hearers",
        "interruption",
        "mark",
    )

    def __init__(
        self,
        home: Home,
        request: OperationRequest,
        interruption: Interruption,
        make_context: MakeContext,
        key: Hashable | None,
    ) -> None:
        self._home = home
        self._request = request
        self._make_context = make_context
        self._key = key
        self._room: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.interruption = interruption
        self.hearers: set[Subscription] = set()
        self.mark: Any = None
        self.ended = False
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def shared(self) -> bool:
        """Whether others may join it."""
        return self._key is not None

    def start(self) -> None:
        """Begin; the task closes the source whatever ends it."""
        self._task = asyncio.get_running_loop().create_task(self._drive())
        self._task.add_done_callback(self._finish)

    async def _drive(self) -> None:
        try:
            context = await self._make_context(self.interruption)
            source = await self._home.engine.subscribe(self._request, context, self._home.renew)
            if isinstance(source, Answer):
                self._refuse(source)
                return
            self._began()
            try:
                async for answer in source:
                    self._tell(answer)
                    await self._space()
            finally:
                await source.aclose()
        except Exception as error:
            self._refuse(self._home.engine.broke(self._request.request_id or "", error))

    def _refuse(self, answer: Answer) -> None:
        """Nothing ran. A subscriber who only waited for a last word hears nothing of it."""
        if not self.interruption.told:
            self._tell(answer)

    def _tell(self, answer: Answer) -> None:
        self.mark = self.interruption.reached
        for hearer in tuple(self.hearers):
            hearer.offer(answer, self.mark)

    async def _space(self) -> None:
        """Let a subscriber take what it was given; the source of an only one never runs far ahead of it."""
        if self.shared:
            await asyncio.sleep(0)
            return
        while any(hearer.behind for hearer in self.hearers):
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def taken(self) -> None:
        """A subscriber took its answers."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def _began(self) -> None:
        if not self.begun.done():
            self.begun.set_result(None)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self.ended = True
        self._began()
        self._home.forget(self, self._key)
        for hearer in tuple(self.hearers):
            hearer.end()

    def interrupt(self, reason: InterruptionReason) -> None:
        """End the whole execution: at once where its source has no last word, within the farewell where it may."""
        observed = self.interruption.observed
        self.interruption.interrupt(reason)
        self.cut_after(self._home.settings.farewell if observed else 0)

    def cut_after(self, seconds: float) -> None:
        """Cancel what still runs by then."""
        if self._task is not None:
            asyncio.get_running_loop().call_later(seconds, self._task.cancel)

    def leave(self, subscription: Subscription) -> None:
        """One subscriber less; without any the source is closed."""
        self.hearers.discard(subscription)
        if not self.hearers and self._task is not None:
            self._home.forget(self, self._key)
            self._task.cancel()
