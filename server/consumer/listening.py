"""Listens over graphql-transport-ws: one connection, one subscription at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from server.consumer.asking import OutOfReach, trouble

_PROTOCOL = Subprotocol("graphql-transport-ws")
_LARGEST = 64 * 1024 * 1024
"""Bytes of one message: a batch holds up to 500 changes."""


class Listening:
    """A connection that the service has acknowledged."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._operation = 0

    async def subscribe(self, document: str, variables: dict[str, Any]) -> None:
        """Start the subscription; what an earlier one still sends is not heard any more."""
        if self._operation:
            await self._send({"type": "complete", "id": str(self._operation)})
        self._operation += 1
        payload = {"query": document, "variables": variables}
        await self._send({"type": "subscribe", "id": str(self._operation), "payload": payload})

    async def item(self, within: float) -> dict[str, Any] | None:
        """The data of the next event; None where nothing came in so many seconds. Raises Trouble."""
        try:
            async with asyncio.timeout(within):
                while True:
                    said = await self._next()
                    if said is not None:
                        return said
        except TimeoutError:
            return None

    async def _next(self) -> dict[str, Any] | None:
        frame = json.loads(await _received(self._connection))
        if frame["type"] == "ping":
            await self._send({"type": "pong"})
        if frame.get("id") != str(self._operation):
            return None
        if frame["type"] == "complete":
            raise OutOfReach("the stream ended")
        errors = frame["payload"] if frame["type"] == "error" else frame["payload"].get("errors")
        for error in errors or ():
            raise trouble((error.get("extensions") or {}).get("code"))
        data: dict[str, Any] = frame["payload"]["data"]
        return data

    async def _send(self, frame: dict[str, Any]) -> None:
        try:
            await self._connection.send(json.dumps(frame))
        except (OSError, WebSocketException) as error:
            raise OutOfReach(type(error).__name__) from None


@asynccontextmanager
async def listening(url: str, token: str) -> AsyncIterator[Listening]:
    """An acknowledged connection, for as long as the block lasts. Raises Trouble."""
    address = url.replace("http", "ws", 1)
    try:
        connection = await connect(
            address, subprotocols=[_PROTOCOL], max_size=_LARGEST, open_timeout=5, close_timeout=1
        )
    except (OSError, WebSocketException, TimeoutError) as error:
        raise OutOfReach(type(error).__name__) from None
    try:
        listener = Listening(connection)
        await listener._send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        async with asyncio.timeout(5):
            while json.loads(await _received(connection))["type"] != "connection_ack":
                continue
        yield listener
    except TimeoutError:
        raise OutOfReach("not acknowledged") from None
    finally:
        await connection.close()


async def _received(connection: ClientConnection) -> str | bytes:
    try:
        return await connection.recv()
    except (OSError, WebSocketException) as error:
        raise OutOfReach(type(error).__name__) from None
