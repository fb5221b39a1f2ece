"""Running subscriptions and those who hear them, whatever the transport.

Equal subscriptions share one execution: same document, operation, variables and sharing key, where the source says
that it starts at the present. Its answers are computed once; each subscriber has a short queue of its own, and one
that does not keep up is told so and detached, alone. A subscription that may not be shared has its source for itself,
and the source waits for its subscriber.

A subscriber that must end while others go on (its token expired, it was too slow) gets its last word from a short
execution of its own: same operation, its own context, an interruption that is already set and knows the last item
that this subscriber was given.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from typing import Any

import orjson

from execution.engine import Engine, Renew
from execution.hooks import RequestInfo
from execution.interruption import Interruption, InterruptionReason
from execution.operation import Answer, OperationRequest, Prepared
from execution.pacing import Pace
from execution.runs import MakeContext, Run, StreamSettings
from execution.subscription import Subscription, never


class StreamInfo(RequestInfo, frozen=True):
    """What is known of a request whose source hears of its end: a context may keep `interruption` for it."""

    interruption: Interruption | None = None


def interruptible(info: RequestInfo, interruption: Interruption) -> StreamInfo:
    """The same request, with a notice of its end."""
    known = {name: getattr(info, name) for name in info.__struct_fields__}
    return StreamInfo(**known, interruption=interruption)


def never_shared(context: Any) -> Hashable | None:
    """The default: every subscription has an execution of its own."""
    return None


def never_joinable(prepared: Prepared, variables: Mapping[str, Any], context: Any) -> bool:
    """The default: no source promises to start at the present."""
    return False


class Streams:
    """All running subscriptions of this process: opens, shares, interrupts and drains them."""

    def __init__(
        self,
        engine: Engine,
        renew: Renew | None = None,
        *,
        sharing_key: Callable[[Any], Hashable | None] = never_shared,
        joinable: Callable[[Prepared, Mapping[str, Any], Any], bool] = never_joinable,
        settings: StreamSettings | None = None,
    ) -> None:
        self.engine = engine
        self.renew = renew
        self.settings = settings or StreamSettings()
        self.pace = Pace(self.settings.gap)
        self.stopping = False
        self._sharing_key = sharing_key
        self._joinable = joinable
        self._shared: dict[Hashable, Run] = {}
        self._runs: set[Run] = set()
        self._transports: dict[object, Callable[[], None]] = {}
        self._quiet = asyncio.Event()

    def open(
        self,
        request: OperationRequest,
        prepared: Prepared,
        context: Any,
        interruption: Interruption,
        make_context: MakeContext,
        on_ready: Callable[[], None],
        at_once: Callable[[Answer], bool] = never,
    ) -> Subscription:
        """Start a subscription, or join an equal one that runs. `on_ready` is called whenever `take()` has something.

        Where nothing waits, `at_once` is offered an answer before it does, and says whether it has told it.

        `context` and `interruption` are the subscriber's own; an execution that is shared gets a context of its own
        from `make_context`, because it may outlive the subscriber that started it.
        """
        subscription = Subscription(self, request, context, interruption, on_ready, at_once)
        key = self._key(request, prepared, context)
        if key is None:
            run = self._started(request, interruption, _given(context), None)
        elif (found := self._shared.get(key)) is not None:
            run = found
        else:
            run = self._shared[key] = self._started(request, Interruption(), make_context, key)
        subscription.attach(run)
        return subscription

    def _key(self, request: OperationRequest, prepared: Prepared, context: Any) -> Hashable | None:
        reader = self._sharing_key(context)
        if reader is None or not self._joinable(prepared, request.variables or {}, context):
            return None
        try:
            told = orjson.dumps(request.variables or {}, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return None
        return (prepared.document_hash, prepared.name, told, reader)

    def _started(
        self, request: OperationRequest, interruption: Interruption, make_context: MakeContext, key: Hashable | None
    ) -> Run:
        run = Run(self, request, interruption, make_context, key)
        self._runs.add(run)
        run.start()
        if self.stopping and not interruption.told:
            run.interrupt(InterruptionReason.SHUTTING_DOWN)
        return run

    def last_word(self, request: OperationRequest, context: Any, interruption: Interruption) -> Run:
        """A short execution in which an interrupted source says why it ended."""
        run = self._started(request, interruption, _given(context), None)
        run.cut_after(self.settings.farewell)
        return run

    def forget(self, run: Run, key: Hashable | None) -> None:
        """A run ended, or lost its last hearer: nobody may join it any more."""
        if key is not None and self._shared.get(key) is run:
            del self._shared[key]
        if run.ended:
            self._runs.discard(run)
            self._look()

    def entered(self, transport: object, on_stop: Callable[[], None]) -> None:
        """A transport opened; `on_stop` is called once, when this process shuts down."""
        self._transports[transport] = on_stop

    def left(self, transport: object) -> None:
        """A transport is gone."""
        self._transports.pop(transport, None)
        self._look()

    def stop(self) -> None:
        """Shut down: every stream may say its last word, then ends; nothing new is opened. May be called again."""
        if self.stopping:
            return
        self.stopping = True
        for run in list(self._runs):
            run.interrupt(InterruptionReason.SHUTTING_DOWN)
        for on_stop in list(self._transports.values()):
            on_stop()

    async def drained(self, seconds: float) -> bool:
        """Wait until no transport and no execution is left; False where that took longer than this."""
        try:
            async with asyncio.timeout(seconds):
                while self._runs or self._transports:
                    self._quiet.clear()
                    await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    def _look(self) -> None:
        if not self._runs and not self._transports:
            self._quiet.set()

    @property
    def executions(self) -> int:
        """How many sources run now."""
        return len(self._runs)

    @property
    def transports(self) -> int:
        """How many connections are open now."""
        return len(self._transports)


def _given(context: Any) -> MakeContext:
    async def same(_: Interruption) -> Any:
        return context

    return same


async def batches(
    subscription: Subscription, ready: asyncio.Event, silence: float | None
) -> AsyncIterator[list[Answer]]:
    """Answers as they become ready; an empty list after each `silence` seconds without any (None: never).

    `ready` is the event whose `set` was given to `Streams.open` as `on_ready`.
    """
    while True:
        ready.clear()
        if answers := subscription.take():
            yield answers
            continue
        if subscription.finished:
            return
        try:
            async with asyncio.timeout(silence):
                await ready.wait()
        except TimeoutError:
            yield []
