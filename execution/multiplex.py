"""The operations of one WebSocket connection, and the frames that they write to it."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from time import monotonic

import orjson
from graphql import OperationType

from execution.errors import RefusedRequest
from execution.graphql_transport_ws import CloseCode, Frames, ProtocolViolation, Subscribe
from execution.interruption import Interruption, InterruptionReason
from execution.operation import Answer, OperationRequest
from execution.outbox import Outbox
from execution.pacing import unwritten
from execution.request_ids import new_request_id
from execution.runs import MakeContext
from execution.streaming import Streams
from execution.subscription import Subscription

TOO_MANY_OPERATIONS = RefusedRequest("TOO_MANY_OPERATIONS", 429, "Too many operations on this connection.")


class Operation:
    """One operation: first a task, then, where it is a subscription, what it hears."""

    __slots__ = ("frames", "subscription", "task")

    def __init__(self, identifier: str) -> None:
        self.frames = Frames.of(identifier)
        self.task: asyncio.Task[None] | None = None
        self.subscription: Subscription | None = None

    def stop(self) -> None:
        """Let go of everything; nothing more is heard."""
        if self.task is not None:
            self.task.cancel()
        if self.subscription is not None:
            self.subscription.close()


class Multiplex:
    """Runs at most `limit` operations at once, each under its id; writes from callbacks, not from tasks.

    Everything that becomes ready in one turn of the event loop leaves in one write; answers to subscriptions, of
    which many connections have the same, at the pace that is common to all: the first after a silence at once.
    """

    __slots__ = (
        "_allowed", "_due", "_flushing", "_idle", "_limit", "_loop", "_make_context", "_operations", "_ready",
        "_streams", "_tasks", "_texts", "_written", "outbox",
    )  # fmt: skip

    outbox: Outbox

    def __init__(
        self, streams: Streams, make_context: MakeContext, allowed: frozenset[OperationType], limit: int
    ) -> None:
        self._streams = streams
        self._make_context = make_context
        self._allowed = allowed
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._operations: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready: list[Operation] = []
        self._texts: list[bytes] = []
        self._flushing = False
        self._due = False
        self._written = -math.inf
        self._idle: asyncio.Future[None] | None = None

    @property
    def waiting(self) -> int:
        """Frames that wait because the client does not read."""
        return len(self._texts)

    def subscribe(self, received: Subscribe) -> None:
        """Start an operation. Raises ProtocolViolation where its id is in use; one too many is refused by itself."""
        if received.id in self._operations:
            raise ProtocolViolation(CloseCode.SUBSCRIBER_ALREADY_EXISTS, "Subscriber for this id already exists")
        operation = Operation(received.id)
        if len(self._operations) >= self._limit:
            answer = self._streams.engine.refused(Answer.of(TOO_MANY_OPERATIONS), new_request_id())
            self.write(operation.frames.error(orjson.dumps(answer.errors)))
            return
        self._operations[received.id] = operation
        request = OperationRequest(
            received.query, received.operation_name, received.variables, received.extensions, new_request_id()
        )
        operation.task = self._loop.create_task(self._run(operation, request))
        self._tasks.add(operation.task)
        operation.task.add_done_callback(self._tasks.discard)

    def complete(self, identifier: str) -> None:
        """The client wants no more of this operation, if it is still known."""
        if (operation := self._operations.get(identifier)) is not None:
            operation.stop()
            self._forget(operation)

    async def _run(self, operation: Operation, request: OperationRequest) -> None:
        try:
            answer = await self._start(operation, request)
        except RefusedRequest as refused:
            answer = self._streams.engine.refused(Answer.of(refused), request.request_id or "")
        except Exception as error:
            answer = self._streams.engine.broke(request.request_id or "", error)
        operation.task = None
        if answer is not None:
            self._forget(operation)
            self._texts.extend(_last_frames(operation.frames, answer))
            self._schedule()

    async def _start(self, operation: Operation, request: OperationRequest) -> Answer | None:
        """The answer of a query or mutation, or of what cannot run; None where a subscription now runs."""
        prepared = self._streams.engine.prepare(request, self._allowed)
        if isinstance(prepared, Answer):
            return self._streams.engine.refused(prepared, request.request_id or "")
        interruption = Interruption()
        context = await self._make_context(interruption)
        if prepared.type is not OperationType.SUBSCRIPTION:
            return await self._streams.engine.execute(request, context, allowed=self._allowed)
        operation.subscription = self._streams.open(
            request,
            prepared,
            context,
            interruption,
            self._make_context,
            partial(self._has_answers, operation),
            partial(self._say, operation),
        )
        return None

    def _forget(self, operation: Operation) -> None:
        self._operations.pop(operation.frames.id, None)
        if not self._operations and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _say(self, operation: Operation, answer: Answer) -> bool:
        """Write an answer the moment it is made, where nothing waits and it is not too soon; whether it was written.

        Of a change that a thousand hear, this is what the last of them waits for: so it calls as little as it can.
        """
        if self._texts or self._ready or not answer.executed or not self.outbox.ready:
            return False
        pace, frames = self._streams.pace, operation.frames
        began = pace.moment(self._written)
        if not began or self._operations.get(frames.id) is not operation:
            return False
        self._written = began
        try:
            self.outbox.write((frames.next(answer.body),))
        except Exception as error:
            unwritten(error)
        pace.spend(began)
        return True

    def _has_answers(self, operation: Operation) -> None:
        self._ready.append(operation)
        if operation.subscription is not None and operation.subscription.pressing:
            self._schedule()
        elif not self._due:
            self._due = not self._streams.pace.due(self._write_answers, self._written)

    def _write_answers(self) -> None:
        self._due = False
        self.flush()

    def write(self, text: bytes) -> None:
        """Write one frame with what else is ready."""
        self._texts.append(text)
        self._schedule()

    def _schedule(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write all that is ready, if the client reads."""
        self._flushing = False
        if not self.outbox.ready:
            return
        texts, self._texts = self._texts, []
        ready, self._ready = self._ready, []
        for operation in ready:
            texts.extend(self._taken(operation))
        if texts:
            self._written = monotonic()
            self.outbox.write(texts)

    def _taken(self, operation: Operation) -> list[bytes]:
        subscription, frames = operation.subscription, operation.frames
        if subscription is None or self._operations.get(frames.id) is not operation:
            return []
        texts: list[bytes] = []
        for answer in subscription.take():
            if not answer.executed:
                subscription.close()
                self._forget(operation)
                return [*texts, *_last_frames(frames, answer)]
            texts.append(frames.next(answer.body))
        if subscription.finished:
            self._forget(operation)
            texts.append(frames.complete())
        return texts

    def interrupt(self, reason: InterruptionReason) -> None:
        """Tell every subscription that it must end."""
        for operation in list(self._operations.values()):
            if operation.subscription is not None:
                operation.subscription.interrupt(reason)

    async def ended(self, seconds: float) -> None:
        """Wait until nothing runs; end with `complete` what still runs after so long."""
        if self._operations:
            self._idle = self._loop.create_future()
            await asyncio.wait({self._idle}, timeout=seconds)
        for operation in list(self._operations.values()):
            operation.stop()
            self._forget(operation)
            self.write(operation.frames.complete())

    async def aclose(self) -> None:
        """The client is gone: end everything, and return when it has ended."""
        self.outbox.close()
        for operation in self._operations.values():
            operation.stop()
        self._operations.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _last_frames(frames: Frames, answer: Answer) -> tuple[bytes, ...]:
    """An answer after which nothing follows: an error where nothing was executed, else the answer and the end."""
    if answer.executed:
        return (frames.next(answer.body), frames.complete())
    return (frames.error(orjson.dumps(answer.errors)),)
