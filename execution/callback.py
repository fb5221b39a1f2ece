"""Subscriptions over Apollo's HTTP callback protocol 1.0: the answers are posted to the gateway that asked.

    POST, Accept: application/json;callbackSpec=1.0, extensions.subscription = {callbackUrl, subscriptionId, verifier,
    heartbeatIntervalMs}  →  check (204)  →  200 {"data":null}  →  next…, check every interval  →  complete

A document is validated, its caller admitted and its source begun before the first check is posted. Only listed hosts
are ever posted to: an address in a request would otherwise make this service knock on any door for anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from graphql import OperationType
from msgspec.structs import replace

from execution.errors import RefusedRequest
from execution.hooks import ContextFactory, Receive, RequestInfo, Scope, Send
from execution.http import written
from execution.interruption import Interruption
from execution.negotiation import JSON
from execution.operation import Answer, OperationRequest, Prepared
from execution.preferences import ANY_KIND, preferences
from execution.receiver import CallbackSettings, Post, Receiver
from execution.streamed_http import expiring, unavailable
from execution.streaming import Streams, batches, interruptible
from execution.subscription import Subscription
from execution.websocket import never, utc_now

_BEGUN = Answer(b'{"data":null}', executed=True)


class CallbackSubscriptions:
    """A `StreamTransport`. `post(url, headers, body)` sends one request and returns its status, without following
    redirects; it raises OSError or TimeoutError where there was no answer."""

    def __init__(
        self,
        streams: Streams,
        context_factory: ContextFactory,
        post: Post,
        *,
        settings: CallbackSettings,
        expires_at: Callable[[Any], datetime | None] = never,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._streams = streams
        self._context_factory = context_factory
        self._post = post
        self._settings = settings
        self._expires_at = expires_at
        self._now = now
        self._deliveries: set[asyncio.Task[None]] = set()
        self._starting = 0

    def accepts(self, info: RequestInfo, accept: str, request: OperationRequest) -> bool:
        """Whether a gateway asks for a subscription in this way; its queries are ordinary ones."""
        if info.method != "POST" or not isinstance((request.extensions or {}).get("subscription"), dict):
            return False
        if not any(each.media == JSON and each.parameters.get("callbackspec") == "1.0" for each in preferences(accept)):
            return False
        prepared = self._streams.engine.prepare(request, ANY_KIND)
        return isinstance(prepared, Prepared) and prepared.type is OperationType.SUBSCRIPTION

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
        """Begin a subscription, or say why not: 4xx, and nothing is posted but perhaps one check."""
        self._starting += 1
        try:
            answer = await self._begun(info, request, allowed)
        except RefusedRequest as refused:
            answer = self._streams.engine.refused(Answer.of(refused), info.request_id)
        except Exception as error:
            answer = self._streams.engine.broke(info.request_id, error)
        finally:
            self._starting -= 1
        if not answer.executed and answer.status == 200:
            answer = replace(answer, status=400)
        await written(send, answer, JSON, info.request_id)

    async def _begun(self, info: RequestInfo, request: OperationRequest, allowed: frozenset[OperationType]) -> Answer:
        receiver = Receiver.of((request.extensions or {})["subscription"], self._settings, self._post)
        if self._streams.stopping or self._starting + len(self._deliveries) > self._settings.subscriptions:
            raise unavailable()
        prepared = self._streams.engine.prepare(request, allowed)
        if isinstance(prepared, Answer):
            return self._streams.engine.refused(prepared, info.request_id)

        async def make_context(interruption: Interruption) -> Any:
            return await self._context_factory(interruptible(info, interruption))

        interruption, ready = Interruption(), asyncio.Event()
        own = await make_context(interruption)
        subscription = self._streams.open(request, prepared, own, interruption, make_context, ready.set)
        try:
            if (refused := await subscription.begun()) is not None:
                return refused
            if await receiver.check() != 204:
                raise RefusedRequest("CALLBACK_REFUSED", 400, "The callback address did not confirm the subscription.")
        except BaseException:
            subscription.close()
            raise
        delivery = self._deliver(receiver, subscription, ready, self._expires_at(own))
        task = asyncio.get_running_loop().create_task(delivery)
        self._deliveries.add(task)
        self._streams.entered(task, _nothing)
        task.add_done_callback(self._left)
        return _BEGUN

    def _left(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._streams.left(task)

    async def _deliver(
        self, receiver: Receiver, subscription: Subscription, ready: asyncio.Event, expiry: datetime | None
    ) -> None:
        """Post answers until the source or the gateway ends it, a check at least once in every interval."""
        loop = asyncio.get_running_loop()
        timer = expiring(subscription, expiry, self._now)
        half = receiver.interval / 2 if receiver.interval else None
        checked = loop.time()
        try:
            async for answers in batches(subscription, ready, half):
                for answer in answers:
                    if not await (receiver.next(answer) if answer.executed else receiver.complete(answer)):
                        return
                    if not answer.executed:
                        return
                if half is not None and loop.time() - checked >= half:
                    checked = loop.time()
                    if not await receiver.goes_on():
                        return
            await receiver.complete(None)
        finally:
            if timer is not None:
                timer.cancel()
            subscription.close()


def _nothing() -> None:
    """What runs has been told to stop; a delivery ends with it."""
