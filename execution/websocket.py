"""GraphQL over WebSocket: an ASGI application that speaks graphql-transport-ws and nothing else.

One connection is one task that reads, plus what its operations run. It is closed by this side only with a code of
`CloseCode`; one bad document ends one operation, never the connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from graphql import OperationType

from execution.connection import Connection, WebSocketSettings
from execution.graphql_transport_ws import SUBPROTOCOL, CloseCode
from execution.hooks import ContextFactory, Receive, Scope, Send
from execution.streaming import Streams


def never(context: Any) -> None:
    """The default for what a context may tell: no expiry, no principal."""
    return


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class WebSocketEndpoint:
    """The ASGI application for WebSocket scopes."""

    def __init__(
        self,
        streams: Streams,
        context_factory: ContextFactory,
        *,
        expires_at: Callable[[Any], datetime | None] = never,
        principal: Callable[[Any], Hashable | None] = never,
        now: Callable[[], datetime] = utc_now,
        settings: WebSocketSettings | None = None,
    ) -> None:
        self.streams = streams
        self.context_factory = context_factory
        self.expires_at = expires_at
        self.principal = principal
        self.now = now
        self.settings = settings or WebSocketSettings()
        self.connections: Counter[Hashable] = Counter()
        kinds = {OperationType.SUBSCRIPTION}
        if self.settings.queries_and_mutations:
            kinds |= {OperationType.QUERY, OperationType.MUTATION}
        self.allowed = frozenset(kinds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it is gone."""
        await receive()
        if not self._welcome(scope):
            await send({"type": "websocket.close", "code": CloseCode.FORBIDDEN})
            return
        offered = SUBPROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if offered else None})
        await Connection(self, scope, receive, send).serve(offered)

    def _welcome(self, scope: Scope) -> bool:
        """Whether a page of this origin may connect. A client that is no browser sends no origin."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None or origin.decode("latin-1") in self.settings.allowed_origins:
            return True
        own = headers.get(b"host", b"").decode("latin-1")
        return bool(own) and urlsplit(origin.decode("latin-1")).netloc.lower() == own.lower()
