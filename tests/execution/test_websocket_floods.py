"""Frames that are no messages, sent without end by one client: answered while they are few, never kept."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from execution.streaming import Streams
from execution.uvicorn_sockets import FRAMES_A_SECOND
from execution.websocket import WebSocketEndpoint
from tests.execution import toy
from tests.execution.listening import SUBPROTOCOL, serving

TEXT, CONTINUATION, PING, PONG = 1, 0, 9, 10
INIT = b'{"type":"connection_init"}'


def frame(opcode: int, payload: bytes = b"", *, final: bool = True) -> bytes:
    """A client's frame, masked with zeros."""
    return bytes((opcode | 0x80 * final, 0x80 | len(payload))) + bytes(4) + payload


@contextlib.asynccontextmanager
async def connected(
    app: Any, streams: Streams, **options: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """The bytes behind the greetings."""
    async with serving(app, streams, **options) as served:
        host, _, port = served.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        handshake = (
            "GET / HTTP/1.1", "host: x", "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13",
            f"sec-websocket-key: {b64encode(bytes(16)).decode()}", f"sec-websocket-protocol: {SUBPROTOCOL}", "", "",
        )  # fmt: skip
        writer.write("\r\n".join(handshake).encode())
        await reader.readuntil(b"\r\n\r\n")
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def endpoint() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    streams = Streams(toy.engine())
    async with connected(WebSocketEndpoint(streams, toy.context), streams) as opened:
        yield opened


@pytest.mark.parametrize(
    "flood",
    [frame(PING, b"x" * 100), frame(PONG), frame(CONTINUATION, final=False), frame(CONTINUATION, b"x", final=False)],
    ids=["pings", "pongs", "empty parts", "small parts"],
)
async def test_a_flood_of_frames_that_are_no_messages_ends_the_connection_with_1008(flood: bytes) -> None:
    async with endpoint() as (reader, writer):
        if not flood[0]:
            writer.write(frame(TEXT, b"x", final=False))
        writer.write(flood * (FRAMES_A_SECOND + 1))
        heard = await asyncio.wait_for(reader.read(), 5)
        assert heard.endswith(bytes((0x88, 2 + len("Too many frames"))) + (1008).to_bytes(2) + b"Too many frames")


async def test_a_few_pings_and_empty_parts_are_as_good_as_none() -> None:
    async with endpoint() as (reader, writer):
        writer.write(
            frame(TEXT, INIT[:10], final=False) + frame(CONTINUATION, final=False) * 20 + frame(PING, b"there")
        )
        writer.write(frame(CONTINUATION, INIT[10:], final=False) + frame(CONTINUATION))
        assert await reader.readexactly(7) == bytes((0x80 | PONG, 5)) + b"there"
        acknowledgement = b'{"type":"connection_ack"}'
        assert await reader.readexactly(2 + len(acknowledgement)) == bytes((0x81, 25)) + acknowledgement
