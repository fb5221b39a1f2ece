"""One graphql-transport-ws connection: how it begins, what its client may say, and every way in which it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never

from msgspec.structs import replace

from execution.errors import RefusedRequest
from execution.graphql_transport_ws import (
    ACKNOWLEDGEMENT,
    CloseCode,
    Complete,
    ConnectionInit,
    FrameLimits,
    Ping,
    Pong,
    ProtocolViolation,
    Subscribe,
    message,
    pong,
)
from execution.hooks import Receive, Scope, Send
from execution.http import request_info
from execution.interruption import Interruption, InterruptionReason
from execution.multiplex import Multiplex
from execution.outbox import LENT, LentOutbox, SendingOutbox
from execution.streaming import interruptible

if TYPE_CHECKING:
    from execution.websocket import WebSocketEndpoint

CONGESTED = 64
"""So many frames may wait for a client that does not read before its own frames are no longer read."""


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """Bounds on connections; times in seconds.

    `allowed_origins` are those from which a browser may connect besides the service's own; `operations` run at most at
    once on one connection; `connections` are open at most for one principal.
    """

    allowed_origins: frozenset[str] = frozenset()
    init_deadline: float = 4.0
    send_deadline: float = 10.0
    operations: int = 10
    connections: int = 20
    queries_and_mutations: bool = True
    frames: FrameLimits = field(default_factory=FrameLimits)


class Connection:
    """Reads in the task of the ASGI call, and closes in another; an idle subscriber costs no more tasks than that."""

    def __init__(self, endpoint: WebSocketEndpoint, scope: Scope, receive: Receive, send: Send) -> None:
        self._endpoint = endpoint
        self._settings = endpoint.settings
        self._info = request_info(scope)
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._reader = asyncio.current_task()
        self._ending: set[asyncio.Task[None]] = set()
        self._dropped = False
        self._closing = False
        self._leaving = False
        self._initialised = False
        self._acknowledged = False
        self._principal: Hashable | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._multiplex = Multiplex(endpoint.streams, self._context, endpoint.allowed, self._settings.operations)
        self._lent = scope.get("extensions", {}).get(LENT)
        flush, deadline = self._multiplex.flush, self._settings.send_deadline
        self._multiplex.outbox = (
            SendingOutbox(send, flush, self._drop, deadline)
            if self._lent is None
            else LentOutbox(self._lent, flush, self._drop, deadline)
        )

    async def serve(self, subprotocol: bool) -> None:
        """Read until the connection is gone, whoever ended it; then let go of everything it ran."""
        self._endpoint.streams.entered(self, self._stop)
        try:
            if not subprotocol:
                self._close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            elif self._endpoint.streams.stopping:
                self._close(CloseCode.RESTARTING, "Service restarting")
            else:
                late = (CloseCode.INITIALISATION_TIMEOUT, "Connection initialisation timeout")
                self._timer = self._loop.call_later(self._settings.init_deadline, self._close, *late)
            await self._read()
        except asyncio.CancelledError:
            if not self._dropped or self._reader is None:
                raise
            self._reader.uncancel()
        finally:
            await self._gone()

    async def _read(self) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            if self._closing:
                continue
            try:
                await self._obey(event.get("text"))
            except ProtocolViolation as violation:
                self._close(violation.code, violation.reason)
            except Exception as error:
                self._endpoint.streams.engine.broke(self._info.request_id, error)
                self._close(CloseCode.INTERNAL, "Internal error")
            if self._multiplex.waiting > CONGESTED:
                await self._multiplex.outbox.room()

    async def _obey(self, text: str | None) -> None:
        received = message(text, self._settings.frames)
        match received:
            case ConnectionInit():
                await self._initialise(received)
            case Subscribe():
                if not self._acknowledged:
                    raise ProtocolViolation(CloseCode.UNAUTHORIZED, "Unauthorized")
                if not self._leaving:
                    self._multiplex.subscribe(received)
            case Complete():
                self._multiplex.complete(received.id)
            case Ping():
                self._multiplex.write(pong(received.payload))
            case Pong():
                pass
            case _:
                assert_never(received)

    async def _initialise(self, received: ConnectionInit) -> None:
        if self._initialised:
            raise ProtocolViolation(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        self._initialised = True
        self._info = replace(self._info, init_payload=received.payload)
        try:
            context = await self._context(Interruption())
        except RefusedRequest:
            raise ProtocolViolation(CloseCode.FORBIDDEN, "Forbidden") from None
        if self._closing or self._leaving:
            return
        self._admit(self._endpoint.principal(context))
        self._watch_expiry(self._endpoint.expires_at(context))
        self._acknowledged = True
        self._multiplex.write(ACKNOWLEDGEMENT)

    def _admit(self, principal: Hashable | None) -> None:
        """Count this connection for its principal."""
        if principal is None:
            return
        if self._endpoint.connections[principal] >= self._settings.connections:
            raise ProtocolViolation(CloseCode.FORBIDDEN, "Too many connections")
        self._endpoint.connections[principal] += 1
        self._principal = principal

    def _watch_expiry(self, expiry: datetime | None) -> None:
        """The timer of the initialisation becomes that of the token."""
        if self._timer is not None:
            self._timer.cancel()
        if expiry is None:
            return
        remaining = (expiry - self._endpoint.now()).total_seconds()
        if remaining <= 0:
            raise ProtocolViolation(CloseCode.FORBIDDEN, "expired")
        self._timer = self._loop.call_later(remaining, self._expire)

    async def _context(self, interruption: Interruption) -> Any:
        """A fresh context for each operation: what it loaded for one is never stale in the next."""
        return await self._endpoint.context_factory(interruptible(self._info, interruption))

    def _expire(self) -> None:
        """The token's end: every subscription hears of it, then the connection closes."""
        self._multiplex.interrupt(InterruptionReason.EXPIRED)
        self._leave(CloseCode.FORBIDDEN, "expired")

    def _stop(self) -> None:
        """The process shuts down; what runs has been told."""
        self._leave(CloseCode.RESTARTING, "Service restarting")

    def _leave(self, code: CloseCode, reason: str) -> None:
        if not self._leaving:
            self._leaving = True
            self._spawn(self._last_words(code, reason))

    async def _last_words(self, code: CloseCode, reason: str) -> None:
        await self._multiplex.ended(self._endpoint.streams.settings.farewell + 0.1)
        self._close(code, reason)

    def _close(self, code: CloseCode, reason: str) -> None:
        if not self._closing:
            self._closing = True
            self._spawn(self._say_goodbye(code, reason))

    async def _say_goodbye(self, code: CloseCode, reason: str) -> None:
        """Write what is ready, then the closing frame; drop a client that reads neither."""
        outbox = self._multiplex.outbox
        try:
            async with asyncio.timeout(self._settings.send_deadline):
                await outbox.room()
                self._multiplex.flush()
                await outbox.room()
                await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        except TimeoutError:
            self._drop()
        except OSError:
            return

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _drop(self) -> None:
        """The client does not read: nothing can be told to it any more."""
        if self._dropped:
            return
        self._dropped = True
        if self._lent is not None:
            self._lent.abort()
        if self._reader is not None:
            self._reader.cancel()

    async def _gone(self) -> None:
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._ending:
            task.cancel()
        await self._multiplex.aclose()
        await asyncio.gather(*self._ending, return_exceptions=True)
        if self._principal is not None:
            self._endpoint.connections[self._principal] -= 1
            if not self._endpoint.connections[self._principal]:
                del self._endpoint.connections[self._principal]
        self._endpoint.streams.left(self)
