"""One subscriber's end of a stream: what waits for it, and how it alone is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from execution.interruption import Interruption, InterruptionReason
from execution.operation import Answer, OperationRequest
from execution.runs import Home, Run


def never(answer: Answer) -> bool:
    """The default: a transport takes its answers when it comes for them."""
    return False


class Subscription:
    """One subscriber's end of a stream: answers wait here until its transport takes them."""

    __slots__ = (
        "_at_once",
        "_bytes",
        "_context",
        "_enough",
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
        at_once: Callable[[Answer], bool] = never,
    ) -> None:
        self._home = home
        self._request = request
        self._context = context
        self._interruption = interruption
        self._on_ready = on_ready
        self._at_once = at_once
        self._enough = min(home.settings.ahead, home.settings.queue_items // 2)
        self._queue: list[Answer] = []
        self._bytes = 0
        self._mark: Any = None
        self._run: Run | None = None
        self.interrupted = False
        self.ended = False

    @property
    def behind(self) -> bool:
        """Whether so much waits that a source of its own waits with it."""
        settings = self._home.settings
        return len(self._queue) >= settings.ahead or self._bytes >= settings.ahead_bytes

    @property
    def pressing(self) -> bool:
        """Whether so much waits that its source would soon have to wait, or would drop it."""
        return len(self._queue) >= self._enough or self._bytes >= self._home.settings.ahead_bytes

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
        if not self._queue:
            if self._at_once(answer):
                self._mark = mark
                return
            self._keep(answer, mark)
            self._on_ready()
            return
        full = len(self._queue) >= self._home.settings.queue_items or self._bytes > self._home.settings.queue_bytes
        if full and self._run is not None and self._run.shared:
            self.interrupt(InterruptionReason.TOO_SLOW)
            return
        pressed = self.pressing
        self._keep(answer, mark)
        if self.pressing > pressed:
            self._on_ready()

    def _keep(self, answer: Answer, mark: Any) -> None:
        self._queue.append(answer)
        self._bytes += len(answer.body)
        self._mark = mark

    def take(self) -> list[Answer]:
        """Everything that waits, oldest first."""
        if not self._queue:
            return []
        answers, self._queue = self._queue, []
        self._bytes = 0
        if self._run is not None and not self._run.shared:
            self._run.taken()
        return answers

    async def begun(self) -> Answer | None:
        """Wait until the source has begun; an Answer is why it did not, and nothing else follows."""
        if self._run is not None:
            await asyncio.shield(self._run.begun)
        if self._queue and not self._queue[0].executed:
            return self._queue[0]
        return None

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
