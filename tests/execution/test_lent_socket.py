"""A lent socket does what uvicorn's own does: nothing is said behind its last frame, whoever is silent is asked."""

from __future__ import annotations

import asyncio
from typing import Any

from execution.outbox import LENT
from execution.streaming import Streams
from execution.websocket import WebSocketEndpoint
from tests.execution import toy
from tests.execution.test_websocket_floods import INIT, PING, PONG, TEXT, connected, frame

CLOSE = 8


async def closing(scope: Any, receive: Any, send: Any) -> None:
    """An application that writes although it has closed."""
    await receive()
    await send({"type": "websocket.accept"})
    scope["extensions"][LENT].write_texts([b"before"])
    await send({"type": "websocket.close", "code": 1000})
    assert scope["extensions"][LENT].write_texts([b"behind"])


async def test_nothing_is_written_behind_the_closing_frame() -> None:
    async with connected(closing, Streams(toy.engine())) as (reader, writer):
        writer.write(frame(CLOSE))
        heard = await asyncio.wait_for(reader.read(), 5)
        assert heard == b"\x81\x06before" + b"\x88\x02" + (1000).to_bytes(2)


async def test_who_says_nothing_is_asked_whether_they_are_there_and_let_go_without_an_answer() -> None:
    streams = Streams(toy.engine())
    endpoint = WebSocketEndpoint(streams, toy.context)
    async with connected(endpoint, streams, ws_ping_interval=0.05, ws_ping_timeout=0.3) as (reader, writer):
        writer.write(frame(TEXT, INIT))
        await reader.readexactly(2 + len('{"type":"connection_ack"}'))
        for _ in range(2):
            asked = await asyncio.wait_for(reader.readexactly(6), 5)
            assert asked[:2] == bytes((0x80 | PING, 4))
            writer.write(frame(PONG, asked[2:]))
        heard = await asyncio.wait_for(reader.read(), 5)
        assert (1011).to_bytes(2) in heard
