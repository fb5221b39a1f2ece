"""What uvicorn's protocol hands over whole, asked by an application that looks twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn.protocols.http import httptools_impl

from execution.hooks import Receive, Scope, Send
from execution.streaming import Streams
from execution.whole import offered
from tests.execution import streams_toy
from tests.execution.listening import Served, serving
from tests.execution.test_uvicorn_http import looks

LINES = b"content-length: %d\r\n"
LARGE = 4_000_000


def asked(path: bytes = b"/", method: bytes = b"POST") -> bytes:
    return b"%s %s HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody" % (method, path)


class App:
    """Does what the path says; `seen` is what came of it."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.done = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = offered(scope)
        assert whole is not None
        match scope["path"]:
            case "/leave":
                self.seen += [whole.body(receive), whole.body(receive), (await receive())["type"]]
                self.seen += [whole.body(receive), whole.answer(send, LINES % 0, b"")]
            case "/wait":
                whole.body(receive)
                waiting = asyncio.create_task(receive())  # type: ignore[arg-type]
                await asyncio.sleep(0)
                self.seen += [whole.answer(send, LINES % 2, b"xx"), whole.body(receive)]
                self.seen += [(await waiting)["type"], whole.answer(send, LINES % 2, b"xx")]
            case path:
                if path == "/slow":
                    await asyncio.wait_for(self.go_on.wait(), 5)
                body = b"x" * (LARGE if path == "/large" else 2)
                self.seen.append(whole.answer(send, LINES % len(body), body))
                if not self.seen[-1]:
                    headers = [(b"content-length", b"%d" % len(body))]
                    await send({"type": "http.response.start", "status": 200, "headers": headers})
                    await send({"type": "http.response.body", "body": body})
        self.done.set()


@contextlib.asynccontextmanager
async def connected(
    app: App, **options: Any
) -> AsyncIterator[tuple[Served, asyncio.StreamReader, asyncio.StreamWriter]]:
    async with serving(app, Streams(streams_toy.engine()), **{"access_log": False, **options}) as served:
        host, _, port = served.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        yield served, reader, writer
        writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The next answer, without its body of two bytes."""
    return (await asyncio.wait_for(reader.readuntil(b"\r\n\r\nxx"), 5))[:-2]


async def test_a_body_is_given_once_and_who_left_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httptools_impl, "HIGH_WATER_LIMIT", 3)
    app = App()
    async with connected(app) as (_, _reader, writer):
        writer.write(asked(b"/leave"))
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.close()
        await asyncio.wait_for(app.done.wait(), 5)
    assert app.seen == [b"body", None, "http.disconnect", None, False]


async def test_an_answer_is_given_once_and_whoever_waits_for_more_is_told_that_it_is_over() -> None:
    app = App()
    async with connected(app) as (_, reader, writer):
        writer.write(asked(b"/wait"))
        await answer(reader)
        await asyncio.wait_for(app.done.wait(), 5)
    assert app.seen == [True, None, "http.disconnect", False]


async def test_an_answer_without_a_body_and_one_that_is_written_to_a_log_go_by_messages() -> None:
    for app, method, access_log in (App(), b"HEAD", False), (App(), b"POST", True):
        async with connected(app, access_log=access_log) as (_, reader, writer):
            writer.write(asked(method=method))
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).startswith(b"HTTP/1.1 200 ")
        assert app.seen == [False]


async def test_an_answer_waits_until_the_one_before_it_is_read() -> None:
    app = App()
    async with connected(app) as (_, reader, writer):
        writer.write(asked(b"/large"))
        await asyncio.wait_for(app.done.wait(), 5)
        writer.write(asked())
        assert len(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)) > 0
        await asyncio.wait_for(reader.readexactly(LARGE), 5)
        await answer(reader)
    assert app.seen == [True, False]


async def test_each_answer_has_the_headers_that_the_server_gives_all_and_is_counted() -> None:
    async with connected(App()) as (served, reader, writer):
        for day in (b"today", b"tomorrow"):
            served.server.server_state.default_headers = [(b"date", day)]
            writer.write(asked())
            assert b"\r\ndate: %s\r\n" % day in await answer(reader)
        assert served.server.server_state.total_requests == 2


async def test_requests_that_are_sent_ahead_do_not_keep_later_ones_from_being_read() -> None:
    async with connected(App()) as (_, reader, writer):
        writer.write(asked() * 3)
        for _ in range(3):
            await answer(reader)
        writer.write(asked())
        await answer(reader)


async def test_a_connection_whose_request_is_being_answered_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App()
    app.go_on = looks(monkeypatch)
    async with connected(app, timeout_keep_alive=0.05) as (_, reader, writer):
        writer.write(asked())
        await answer(reader)
        writer.write(asked(b"/slow"))
        await answer(reader)
        assert await asyncio.wait_for(reader.read(), 5) == b""
