"""One running operation, and the subscriptions that hear it: who waits for whom, and who ends whom."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from execution.engine import Engine, Renew
from execution.errors import INTERNAL_ERROR, INTERNAL_MESSAGE
from execution.interruption import Interruption, InterruptionReason
from execution.operation import Answer, OperationRequest

logger = logging.getLogger(__name__)

MakeContext: TypeAlias = Callable[[Interruption], Awaitable[Any]]
"""A context for one stream whose source hears of its end through this interruption."""

INTERNAL_FAULT = Answer.refused({"message": INTERNAL_MESSAGE, "extensions": {"code": INTERNAL_ERROR}}, status=500)
"""What a subscriber sees where something of ours broke outside of its operation's fields."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Bounds on streams.

    `queue_items` and `queue_bytes` bound what waits for one subscriber of a shared execution; `ahead` is how many
    answers a source of its own may be ahead of its subscriber; `farewell` is how many seconds a last word may take.
    """

    queue_items: int = 256
    queue_bytes: int = 1_048_576
    ahead: int = 16
    farewell: float = 1.0


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
            try:
                async for answer in source:
                    self._tell(answer)
                    if not self.shared:
                        await self._space()
            finally:
                await source.aclose()
        except Exception:
            logger.exception("A subscription failed.")
            self._refuse(INTERNAL_FAULT)

    def _refuse(self, answer: Answer) -> None:
        """Nothing ran. A subscriber who only waited for a last word hears nothing of it."""
        if not self.interruption.told:
            self._tell(answer)

    def _tell(self, answer: Answer) -> None:
        self.mark = self.interruption.reached
        for hearer in tuple(self.hearers):
            hearer.offer(answer, self.mark)

    async def _space(self) -> None:
        """Wait until the only subscriber has taken what it was given: its source never runs far ahead of it."""
        while any(hearer.waiting >= self._home.settings.ahead for hearer in self.hearers):
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def taken(self) -> None:
        """A subscriber took its answers."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self.ended = True
        if not task.cancelled() and (fault := task.exception()) is not None:
            logger.error("A subscription's source could not be closed.", exc_info=fault)
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


class Subscription:
    """One subscriber's end of a stream: answers wait here until its transport takes them."""

    __slots__ = (
        "_bytes",
        "_context",
        "_home",
        "_interruption",
        "_mark",
        "_on_ready",
        "_queue",
        "_request",
        "_run",
        "ended",
        "interrupted",
    )  # fmt: skip

    def __init__(
        self,
        home: Home,
        request: OperationRequest,
        context: Any,
        interruption: Interruption,
        on_ready: Callable[[], None],
    ) -> None:
        self._home = home
        self._request = request
        self._context = context
        self._interruption = interruption
        self._on_ready = on_ready
        self._queue: deque[Answer] = deque()
        self._bytes = 0
        self._mark: Any = None
        self._run: Run | None = None
        self.interrupted = False
        self.ended = False

    @property
    def waiting(self) -> int:
        """Answers that the transport has not taken."""
        return len(self._queue)

    @property
    def finished(self) -> bool:
        """Whether nothing is left and nothing will come."""
        return self.ended and not self._queue

    def attach(self, run: Run) -> None:
        """Hear this run from now on."""
        self._run = run
        if run.shared:
            self._mark = run.mark
        run.hearers.add(self)

    def offer(self, answer: Answer, mark: Any) -> None:
        """Queue one answer of a run; a shared run's subscriber whose queue is full is told that it is too slow."""
        full = len(self._queue) >= self._home.settings.queue_items or self._bytes > self._home.settings.queue_bytes
        if full and self._run is not None and self._run.shared:
            self.interrupt(InterruptionReason.TOO_SLOW)
            return
        self._queue.append(answer)
        self._bytes += len(answer.body)
        self._mark = mark
        self._on_ready()

    def take(self) -> list[Answer]:
        """Everything that waits, oldest first."""
        if not self._queue:
            return []
        answers = list(self._queue)
        self._queue.clear()
        self._bytes = 0
        if self._run is not None and not self._run.shared:
            self._run.taken()
        return answers

    def end(self) -> None:
        """Nothing more will come; what waits may still be taken."""
        if not self.ended:
            self.ended = True
            self._run = None
            self._on_ready()

    def close(self) -> None:
        """The subscriber wants no more, or is gone: forget what waits and let go of the source."""
        run, self._run, self.ended = self._run, None, True
        self._queue.clear()
        if run is not None:
            run.leave(self)

    def interrupt(self, reason: InterruptionReason) -> None:
        """End this subscriber's stream, and no other's; its source may say a last word. A second call does nothing."""
        run = self._run
        if self.interrupted or run is None:
            return
        self.interrupted = True
        if not run.shared:
            run.interrupt(reason)
            return
        self._run = None
        run.leave(self)
        if not run.interruption.observed:
            self.end()
            return
        reached = self._mark if self._mark is not None else run.interruption.started_at
        self._interruption.reached = reached
        self._interruption.interrupt(reason)
        self.attach(self._home.last_word(self._request, self._context, self._interruption))
