"""A connection that speaks HTTP and becomes a WebSocket: one of the two has it, never both."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from execution.uvicorn_http import LendingHttpProtocol
from tests.execution.test_uvicorn_http import HEAD, PATIENCE, app, connected, heard

UPGRADE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LendingHttpProtocol, "patience", PATIENCE)


async def test_a_connection_that_became_a_websocket_is_no_longer_looked_after() -> None:
    """Whether it is idle, or reads what it was answered before, is the new protocol's to say."""
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(PATIENCE * 2)
        await send({"type": "websocket.send", "text": "there"})

    async with connected(to=both, timeout_keep_alive=PATIENCE) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"x" * 10), 5)
        writer.write(UPGRADE)
        assert (await heard(reader)).count(b"\x81\x05there") == 1
    assert failures == []


async def test_an_upgrade_is_not_sent_ahead_of_an_answer() -> None:
    """The answer would be written between the frames of the WebSocket."""

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await asyncio.sleep(PATIENCE / 4)
        await app(scope, receive, send)

    async with connected(to=slow) as (reader, writer):
        writer.write(HEAD + b"content-length: 0\r\n\r\n" + UPGRADE)
        assert await heard(reader) == b""
