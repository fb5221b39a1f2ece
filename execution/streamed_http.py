"""Answers over one HTTP response that stays open: what server-sent events and multipart subscriptions share."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from graphql import OperationType

from execution.errors import RefusedRequest
from execution.hooks import ContextFactory, Receive, RequestInfo, Scope, Send
from execution.http import written
from execution.interruption import Interruption, InterruptionReason
from execution.negotiation import JSON
from execution.operation import Answer, OperationRequest
from execution.outbox import LENT
from execution.preferences import wants_stream
from execution.streaming import Streams, batches, interruptible
from execution.subscription import Subscription
from execution.websocket import never, utc_now


@dataclass(frozen=True, slots=True)
class StreamedHTTPSettings:
    """Bounds on streamed responses: seconds between signs of life, seconds a client may not read, how many at once."""

    heartbeat: float = 5.0
    send_deadline: float = 10.0
    responses: int = 2_000


class StreamedHTTP(ABC):
    """A `StreamTransport` whose answers are parts of one response body."""

    media: ClassVar[str]
    content_type: ClassVar[bytes]
    opening: ClassVar[bytes]
    heartbeat: ClassVar[bytes]
    closing: ClassVar[bytes]

    def __init__(
        self,
        streams: Streams,
        context_factory: ContextFactory,
        *,
        expires_at: Callable[[Any], datetime | None] = never,
        now: Callable[[], datetime] = utc_now,
        settings: StreamedHTTPSettings | None = None,
    ) -> None:
        self._streams = streams
        self._context_factory = context_factory
        self._expires_at = expires_at
        self._now = now
        self._settings = settings or StreamedHTTPSettings()
        self._open = 0

    @abstractmethod
    def part(self, body: bytes) -> bytes:
        """One answer as it stands in the response."""

    def accepts(self, info: RequestInfo, accept: str, request: OperationRequest) -> bool:
        """Whether the client would have this stream rather than another, or JSON."""
        return wants_stream(accept, self.media, request, self._streams.engine)

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        info: RequestInfo,
        request: OperationRequest,
        context: Any,
        allowed: frozenset[OperationType],
    ) -> None:
        """Answer one request; refusals that have an HTTP status are plain JSON, all others are part of the stream."""
        if self._streams.stopping or self._open >= self._settings.responses:
            refused = self._streams.engine.refused(Answer.of(unavailable()), info.request_id)
            await written(send, refused, JSON, info.request_id)
            return
        response = _Response(scope, send, self._settings.send_deadline, info.request_id)
        self._open += 1
        self._streams.entered(response, _nothing)
        try:
            await self._answered(response, receive, info, request, context, allowed)
        except Exception as error:
            if response.begun:
                raise
            engine = self._streams.engine
            answer = (
                engine.refused(Answer.of(error), info.request_id)
                if isinstance(error, RefusedRequest)
                else engine.broke(info.request_id, error)
            )
            await written(send, answer, JSON, info.request_id)
        finally:
            self._open -= 1
            self._streams.left(response)

    async def _answered(
        self,
        response: _Response,
        receive: Receive,
        info: RequestInfo,
        request: OperationRequest,
        context: Any,
        allowed: frozenset[OperationType],
    ) -> None:
        prepared = self._streams.engine.prepare(request, allowed)
        if isinstance(prepared, Answer):
            refused = self._streams.engine.refused(prepared, info.request_id)
            await while_listening(receive, self._write(response, _once(refused)))
        elif prepared.type is not OperationType.SUBSCRIPTION:
            answer = await self._streams.engine.execute(request, context, allowed=allowed)
            await while_listening(receive, self._write(response, _once(answer)))
        else:

            async def make_context(interruption: Interruption) -> Any:
                return await self._context_factory(interruptible(info, interruption))

            interruption, ready = Interruption(), asyncio.Event()
            own = await make_context(interruption)
            expiry = self._expires_at(own)
            subscription = self._streams.open(request, prepared, own, interruption, make_context, ready.set)
            timer = expiring(subscription, expiry, self._now)
            try:
                answers = batches(subscription, ready, self._settings.heartbeat)
                await while_listening(receive, self._write(response, answers))
            finally:
                if timer is not None:
                    timer.cancel()
                subscription.close()

    async def _write(self, response: _Response, answers: AsyncIterator[Sequence[Answer]]) -> None:
        await response.begin(self.content_type, self.opening)
        async for ready in answers:
            await response.write(b"".join([self.part(answer.body) for answer in ready]) or self.heartbeat)
        await response.write(self.closing, last=True)


class _Response:
    """The writing side of one response, which drops a client that does not read."""

    def __init__(self, scope: Scope, send: Send, deadline: float, request_id: str) -> None:
        self.send = send
        self._request_id = request_id
        self._lent = (scope.get("extensions") or {}).get(LENT)
        self._deadline = deadline
        self.begun = False

    async def begin(self, content_type: bytes, opening: bytes) -> None:
        headers = [
            (b"content-type", content_type),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
            (b"x-request-id", self._request_id.encode()),
            (b"vary", b"Accept"),
            (b"x-content-type-options", b"nosniff"),
        ]
        self.begun = True
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.write(opening)

    async def write(self, body: bytes, *, last: bool = False) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                await self.send({"type": "http.response.body", "body": body, "more_body": not last})
        except TimeoutError:
            if self._lent is not None:
                self._lent.abort()
                await asyncio.sleep(0)
            raise ConnectionAbortedError("The client does not read.") from None


def unavailable() -> RefusedRequest:
    """No stream can be opened here and now; another replica, or a moment later, may."""
    return RefusedRequest("UNAVAILABLE", 503, "No stream can be opened now.", headers={"retry-after": "5"})


def _nothing() -> None:
    """What runs has been told to stop; a response ends with it."""


async def _once(answer: Answer) -> AsyncIterator[list[Answer]]:
    yield [answer]


def expiring(
    subscription: Subscription, expiry: datetime | None, now: Callable[[], datetime]
) -> asyncio.TimerHandle | None:
    """Interrupt a subscription at its token's end."""
    if expiry is None:
        return None
    remaining = max(0.0, (expiry - now()).total_seconds())
    return asyncio.get_running_loop().call_later(remaining, subscription.interrupt, InterruptionReason.EXPIRED)


async def while_listening(receive: Receive, writing: Any) -> None:
    """Write until done or until the client is gone, whichever is first. A client that is gone is no fault."""
    writer = asyncio.ensure_future(writing)
    listener = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({writer, listener}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        writer.cancel()
        listener.cancel()
        results = await asyncio.gather(writer, listener, return_exceptions=True)
    if isinstance(results[0], Exception) and not isinstance(results[0], OSError):
        raise results[0]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
