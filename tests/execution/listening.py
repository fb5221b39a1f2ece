"""A real server in the test's own event loop, and a client of graphql-transport-ws that says what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from execution.streaming import Streams
from execution.uvicorn_http import LendingHttpProtocol
from execution.uvicorn_sockets import DrainingServer, LendingProtocol

SUBPROTOCOL = "graphql-transport-ws"


class _Server(DrainingServer):
    """Starts and stops at once, where uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config, streams)
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        self.ready.set()
        await self.leave.wait()


@dataclass
class Served:
    """A server that runs: where, and how to stop it."""

    host: str
    server: _Server
    task: asyncio.Task[None]

    def stop(self) -> None:
        """As a signal would."""
        self.server.leave.set()


@contextlib.asynccontextmanager
async def serving(app: Any, streams: Streams, *, lent: bool = True, **options: Any) -> AsyncIterator[Served]:
    """Serve an ASGI application on a free port of the loopback."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level=logging.CRITICAL,
        ws=LendingProtocol if lent else "websockets-sansio",
        http=LendingHttpProtocol if lent else "httptools",
        timeout_graceful_shutdown=2,
        **options,
    )
    server = _Server(config, streams)
    task = asyncio.create_task(server._serve([listening]))
    await asyncio.wait_for(server.ready.wait(), 5)
    served = Served(f"127.0.0.1:{listening.getsockname()[1]}", server, task)
    try:
        yield served
    finally:
        server.leave.set()
        await task
        listening.close()


@dataclass
class Client:
    """One connection, frames in and frames out."""

    socket: ClientConnection

    async def say(self, *frames: Any) -> None:
        """Send frames: text and bytes as they are, anything else as JSON."""
        for frame in frames:
            await self.socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))

    async def hear(self) -> dict[str, Any]:
        """The next frame."""
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 5))
        return answer

    async def introduced(self, payload: Any = None) -> Client:
        """After connection_init and its acknowledgement."""
        await self.say(
            {"type": "connection_init"} if payload is None else {"type": "connection_init", "payload": payload}
        )
        assert await self.hear() == {"type": "connection_ack"}
        return self

    async def subscribe(self, identifier: str, query: str, **payload: Any) -> None:
        """Start an operation."""
        await self.say({"id": identifier, "type": "subscribe", "payload": {"query": query, **payload}})

    async def ended(self) -> tuple[int, str, list[dict[str, Any]]]:
        """How the connection was closed, and what was heard before."""
        heard: list[dict[str, Any]] = []
        try:
            while True:
                heard.append(await self.hear())
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason, heard) if closed.rcvd else (1006, "", heard)


@contextlib.asynccontextmanager
async def client(served: Served, *, subprotocols: Any = (SUBPROTOCOL,), **options: Any) -> AsyncIterator[Client]:
    """A connection to the server."""
    async with connect(f"ws://{served.host}/graphql", subprotocols=subprotocols or None, **options) as opened:
        yield Client(opened)
