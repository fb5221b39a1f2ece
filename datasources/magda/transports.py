"""How a message travels, and the way to an ASGI application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from datasources.outages import NothingSent, OutOfReach

# ASGI's own types: what is in a message depends on its kind.
AsgiMessage = MutableMapping[str, Any]
AsgiApp = Callable[
    [AsgiMessage, Callable[[], Awaitable[AsgiMessage]], Callable[[AsgiMessage], Awaitable[None]]], Awaitable[None]
]


class Transport(Protocol):
    """Posts one message. Time is not its business: whoever calls cancels it when the deadline has passed."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The status and the whole body. Raises NothingSent where no connection was made, else OutOfReach."""
        ...

    async def close(self) -> None:
        """Give back what is held."""
        ...


class AsgiTransport:
    """To an ASGI application in this process, through the same messages; its start and stop events are not sent.

    A cancelled question cancels the application, as a closed connection would.
    """

    def __init__(self, app: AsgiApp, maximum_answer: int = 4 * 1024 * 1024) -> None:
        self._app = app
        self._limit = maximum_answer

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Run the application for one request."""
        exchange = _Exchange(body, self._limit)
        try:
            await self._app(_scope(url, body, headers), exchange.receive, exchange.send)
        except OutOfReach:
            raise
        except ConnectionRefusedError:
            raise NothingSent("the source refuses the connection") from None
        except Exception as error:
            # A server that crashes breaks the connection; its own trouble is kept for whoever reads the log.
            raise OutOfReach("the connection to the source broke") from error
        if exchange.status is None or not exchange.complete:
            raise OutOfReach("the connection to the source broke")
        return exchange.status, bytes(exchange.received)

    async def close(self) -> None:
        """Nothing is held."""


class _Exchange:
    """One request and its answer on their way."""

    def __init__(self, body: bytes, limit: int) -> None:
        self._parts: list[AsgiMessage] = [{"type": "http.request", "body": body, "more_body": False}]
        self._limit = limit
        self._over = asyncio.Event()
        self.status: int | None = None
        self.received = bytearray()
        self.complete = False

    async def receive(self) -> AsgiMessage:
        if self._parts:
            return self._parts.pop()
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        elif message["type"] == "http.response.body":
            self.received += message.get("body", b"")
            self.complete = not message.get("more_body", False)
            if self.complete:
                self._over.set()
            if len(self.received) > self._limit:
                raise OutOfReach("the answer is too large")


def _scope(url: str, body: bytes, headers: Mapping[str, str]) -> AsgiMessage:
    parts = urlsplit(url)
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": parts.scheme,
        "path": parts.path or "/",
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", parts.netloc.encode()), (b"content-length", str(len(body)).encode()), *named],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "localhost", parts.port or 80),
    }
