"""What one client may take of a server that speaks HTTP, seen from a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from execution.http import GraphQLHttp, HttpSettings
from execution.streaming import Streams
from execution.uvicorn_http import LendingHttpProtocol
from tests.execution import streams_toy, toy
from tests.execution.listening import SUBPROTOCOL, client, serving

LARGE = 4_000_000
PATIENCE = 0.2
HEAD = b"POST /answer HTTP/1.1\r\nhost: x\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers before it has read anything; `/large` with more than sockets hold."""
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LendingHttpProtocol, "patience", PATIENCE)


@contextlib.asynccontextmanager
async def connected(
    limit: int = 65_536, to: Any = app, **options: Any
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with serving(to, Streams(streams_toy.engine()), **options) as served:
        host, _, port = served.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=limit)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def looks(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once it was looked whether a connection is idle."""
    looked, look = asyncio.Event(), LendingHttpProtocol._look_whether_idle

    def noted(self: LendingHttpProtocol) -> None:
        look(self)
        looked.set()

    monkeypatch.setattr(LendingHttpProtocol, "_look_whether_idle", noted)
    return looked


async def heard(reader: asyncio.StreamReader) -> bytes:
    """Everything until the server closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := await asyncio.wait_for(reader.read(65_536), 5):
            parts.append(part)
    return b"".join(parts)


async def flooded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opening: bytes, part: bytes) -> int:
    """How many bytes were taken of what never ends, before the server closed the connection."""
    sent = 0
    writer.write(opening)
    with contextlib.suppress(ConnectionError):
        while sent < 50_000_000 and not reader.at_eof():
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
            sent += len(part)
    return sent


@pytest.mark.parametrize(
    ("opening", "part"),
    [
        (HEAD + b"x-long: ", b"a" * 16_384),
        (HEAD, b"x-again: and again\r\n" * 800),
        (b"GET /?", b"a" * 16_384),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x-again: and again\r\n" * 800),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5;x=", b"a" * 16_384),
    ],
    ids=["a header", "headers", "an address", "trailers", "a chunk's extension"],
)
async def test_what_never_ends_and_brings_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, opening: bytes, part: bytes
) -> None:
    monkeypatch.setattr(LendingHttpProtocol, "patience", 60.0)
    async with connected() as (reader, writer):
        assert await flooded(reader, writer, opening, part) < 20_000_000


async def test_a_head_that_is_too_large_is_told_so() -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD + b"x-long: " + b"a" * LendingHttpProtocol.head_bytes)
        assert (await heard(reader)).startswith(b"HTTP/1.1 431 ")


async def test_a_head_of_many_kilobytes_is_read() -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD + b"x-long: " + b"a" * 60_000 + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        assert (await heard(reader)).startswith(b"HTTP/1.1 200 ")


async def test_who_connects_and_says_nothing_is_let_go() -> None:
    async with connected() as (reader, _):
        assert await heard(reader) == b""


async def test_half_a_head_is_not_waited_for_for_ever() -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD)
        assert (await heard(reader)).startswith(b"HTTP/1.1 408 ")


async def test_half_a_head_after_an_answer_is_not_waited_for_either() -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD + b"content-length: 0\r\n\r\n" + HEAD)
        assert b"HTTP/1.1 408 " in await heard(reader)


async def test_a_body_that_drips_in_after_its_answer_keeps_no_connection() -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD + b"content-length: 1000000\r\n\r\n")

        async def drip() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(PATIENCE / 10)

        dripping = asyncio.create_task(drip())
        try:
            assert (await heard(reader)).startswith(b"HTTP/1.1 200 ")
        finally:
            dripping.cancel()


async def test_a_body_that_is_too_large_and_sent_whole_is_told_so() -> None:
    """A connection that is closed while its client still sends is reset, and the client never reads why."""
    small = GraphQLHttp(toy.engine(), toy.context, HttpSettings(body_bytes=1_000))
    async with connected(to=small) as (reader, writer):
        writer.write(HEAD + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % LARGE)
        for _ in range(4):
            await asyncio.sleep(0.01)
            writer.write(b" " * (LARGE // 4))
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_arrives_after_its_answer_is_no_idleness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LendingHttpProtocol, "patience", 60.0)
    looked = looks(monkeypatch)
    async with connected(timeout_keep_alive=0.05) as (reader, writer):
        writer.write(HEAD + b"content-length: 4\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"xx"), 5)
        await asyncio.wait_for(looked.wait(), 5)
        writer.write(b"rest" + HEAD + b"content-length: 0\r\n\r\n")
        assert (await heard(reader)).startswith(b"HTTP/1.1 200 ")


async def test_who_reads_nothing_of_an_answer_is_dropped() -> None:
    async with connected(limit=1_024) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(PATIENCE * 4)
        assert len(await heard(reader)) < LARGE


async def test_who_reads_slowly_gets_the_whole_answer() -> None:
    async with connected(limit=1_024) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        read = 0
        while read < LARGE:
            part = await asyncio.wait_for(reader.read(200_000), 5)
            assert part
            read += len(part)
            await asyncio.sleep(0.001)


async def test_a_connection_that_is_over_is_freed_without_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lived for more than a moment is old, and what is old is collected once in many minutes, if ever."""
    monkeypatch.setattr(LendingHttpProtocol, "patience", 60.0)
    made: list[weakref.ref[Any]] = []
    connection_made = LendingHttpProtocol.connection_made

    def noted(self: LendingHttpProtocol, transport: asyncio.Transport) -> None:
        made.append(weakref.ref(self))
        connection_made(self, transport)

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            await receive()

    monkeypatch.setattr(LendingHttpProtocol, "connection_made", noted)
    gc.collect()
    gc.disable()
    try:
        async with serving(both, Streams(streams_toy.engine())) as served:
            host, _, port = served.host.partition(":")
            for _ in range(3):
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(HEAD + b"content-length: 0\r\n\r\n")
                await asyncio.wait_for(reader.readuntil(b"xx"), 5)
                writer.close()
                await writer.wait_closed()
            async with client(served):
                await until(lambda: len(made) == 4 and not any(each() for each in made))
    finally:
        gc.enable()


async def until(true: Callable[[], bool]) -> None:
    """Return once something is so."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 nobody tells when something is freed
            await asyncio.sleep(0.001)
