"""What is handed over whole is as if it had gone by ASGI's messages: the same bytes, in the same order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from execution.hooks import Receive, Scope, Send
from execution.http import GraphQLHttp, HttpSettings
from execution.streaming import Streams
from execution.uvicorn_http import LendingHttpProtocol
from tests.execution import streams_toy, toy
from tests.execution.listening import serving

App = Callable[[Scope, Receive, Send], Awaitable[None]]
LINES = b"host: x\r\ncontent-type: application/json\r\nx-request-id: gateway-4711-abcdef\r\n"
LONG = "a" * 60_000


def asked(text: str, *, more: bytes = b"", version: bytes = b"1.1") -> bytes:
    """A request for this document."""
    body = orjson.dumps({"query": text})
    return b"POST /graphql HTTP/%s\r\n%s%scontent-length: %d\r\n\r\n%s" % (version, LINES, more, len(body), body)


@pytest.fixture
def app() -> GraphQLHttp:
    return GraphQLHttp(toy.engine(), toy.context, HttpSettings(body_bytes=100_000))


def by_messages(app: App, seen: list[Any]) -> App:
    """The same application behind somebody who wants to see every message."""

    async def between(scope: Scope, receive: Receive, send: Send) -> None:
        async def received() -> Any:
            seen.append(message := await receive())
            return message

        async def sent(message: Any) -> None:
            seen.append(message)
            await send(message)

        await app(scope, received, sent)

    return between


async def said(app: App, *parts: bytes) -> bytes:
    """Everything that one connection is answered to these parts, until it has been idle.

    As `btb serve` does, without uvicorn's own access log, whose lines are written message by message.
    """
    async with serving(app, Streams(streams_toy.engine()), timeout_keep_alive=0.2, access_log=False) as served:
        host, _, port = served.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        heard = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return heard


@pytest.mark.parametrize(
    "request_",
    [
        asked("{ hello }"),
        asked("{ refuse }"),
        asked("{ fail }"),
        asked("{ nope }"),
        asked("{"),
        asked("{ hello }", more=b"accept: application/graphql-response+json\r\n"),
        asked("{ nope }", more=b"accept: application/graphql-response+json\r\n"),
        asked("{ hello }", more=b"accept: text/html\r\n"),
        asked("{ hello }", more=b"connection: close\r\n"),
        asked("{ hello }", more=b"expect: 100-continue\r\n"),
        asked("{ hello }", version=b"1.0"),
        asked("{ hello } #" + LONG * 2),
        asked("{ hello }").replace(b"POST", b"HEAD"),
        asked("{ hello }") + asked("{ refuse }") + asked("{ hello }"),
        b"GET /graphql HTTP/1.1\r\nhost: x\r\nx-request-id: gateway-4711-abcdef\r\n\r\n",
    ],
    ids=lambda request_: str(request_[:9] + request_[-20:]),
)
async def test_whoever_sees_the_messages_hears_the_same_bytes(app: GraphQLHttp, request_: bytes) -> None:
    seen: list[Any] = []
    whole, apart = await said(app, request_), await said(by_messages(app, seen), request_)
    assert whole == apart
    assert seen
    assert b"HTTP/1.1 " in whole


async def test_somebody_between_sees_the_request_and_the_answer(app: GraphQLHttp) -> None:
    seen: list[Any] = []
    await said(by_messages(app, seen), asked("{ hello }"))
    assert [each["type"] for each in seen] == ["http.request", "http.response.start", "http.response.body"]


async def test_what_comes_whole_goes_by_no_message(app: GraphQLHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[bytes] = []
    answer = LendingHttpProtocol.answer

    def noted(self: LendingHttpProtocol, send: Send, headers: bytes, body: bytes) -> bool:
        done = answer(self, send, headers, body)
        answered.append(body if done else b"by messages")
        return done

    monkeypatch.setattr(LendingHttpProtocol, "answer", noted)
    heard = await said(app, asked("{ hello }"))
    assert heard.endswith(answered[0])


async def test_a_body_in_pieces_is_waited_for(app: GraphQLHttp) -> None:
    request = asked("{ hello }")
    assert await said(app, request[:-12], request[-12:-3], request[-3:]) == await said(app, request)


async def test_requests_that_are_sent_ahead_are_answered_in_their_order(app: GraphQLHttp) -> None:
    heard = await said(app, asked("{ hello }") + asked('{ hello(name: "you") }') + asked("{ hello }"))
    assert re.findall(rb"Hello \w+", heard) == [b"Hello world", b"Hello you", b"Hello world"]


async def test_half_a_head_behind_a_request_does_not_keep_it_from_its_answer(app: GraphQLHttp) -> None:
    ahead = asked('{ hello(name: "you") }')
    heard = await said(app, asked("{ hello }") + ahead[:9], ahead[9:])
    assert re.findall(rb"HTTP/1.1 (\d+)|Hello (\w+)", heard) == [
        (b"200", b""),
        (b"", b"world"),
        (b"200", b""),
        (b"", b"you"),
    ]


async def test_a_large_answer_is_whole(app: GraphQLHttp) -> None:
    heard = await said(app, asked(f'{{ hello(name: "{LONG}") }}'))
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"content-length: %d\r\n" % len(body) in head
    assert orjson.loads(body) == {"data": {"hello": f"Hello {LONG}"}}


async def test_a_connection_that_is_idle_is_closed_and_one_that_asks_again_is_not(app: GraphQLHttp) -> None:
    async with serving(app, Streams(streams_toy.engine()), timeout_keep_alive=0.3, access_log=False) as served:
        host, _, port = served.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(12):
            writer.write(asked("{ hello }"))
            assert await asyncio.wait_for(reader.readuntil(b'world"}}'), 5)
            await asyncio.sleep(0.05)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
