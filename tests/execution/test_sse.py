"""Server-sent events over the room's own HTTP endpoint."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from execution.http import GraphQLHttp
from execution.multipart import MultipartSubscription
from execution.sse import ServerSentEvents
from execution.streamed_http import StreamedHTTPSettings
from execution.streaming import Streams
from tests.execution import streams_toy as toy
from tests.execution.listening import Served, serving

EVENTS = "text/event-stream"


@pytest.fixture
def doorman() -> toy.Doorman:
    return toy.Doorman()


@pytest.fixture
def streams() -> Streams:
    return Streams(toy.engine(), toy.renewed)


@pytest.fixture
async def served(doorman: toy.Doorman, streams: Streams) -> AsyncIterator[Served]:
    settings = StreamedHTTPSettings(heartbeat=0.2, send_deadline=0.3, responses=2)
    transports = [
        each(streams, doorman, expires_at=toy.expires_at, settings=settings)
        for each in (ServerSentEvents, MultipartSubscription)
    ]
    async with serving(GraphQLHttp(streams.engine, doorman, streams=transports), streams) as served:
        yield served


@pytest.fixture
async def http(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://{served.host}") as session:
        yield session


def asked(query: str, accept: str = EVENTS, **more: Any) -> dict[str, Any]:
    return {"json": {"query": query, **more}, "headers": {"accept": accept}}


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, as a reader that splits at LF LF sees them."""
    assert "\r" not in text
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"]) if fields["data"] else None))
    return found


async def test_a_subscription_is_streamed_to_its_end(http: aiohttp.ClientSession) -> None:
    async with http.post("/graphql", **asked("subscription { count(to: 2) }")) as response:
        assert response.status == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "no-cache" in response.headers["cache-control"]
        assert response.headers["x-accel-buffering"] == "no"
        assert len(response.headers["x-request-id"]) == 32
        assert response.headers["x-content-type-options"] == "nosniff"
        assert events(await response.text()) == [
            ("next", {"data": {"count": 1}}),
            ("next", {"data": {"count": 2}}),
            ("complete", None),
        ]


async def test_a_subscription_may_be_asked_for_by_get(http: aiohttp.ClientSession) -> None:
    parameters = {"query": "subscription($n: Int!) { count(to: $n) }", "variables": '{"n": 1}'}
    async with http.get("/graphql", params=parameters, headers={"accept": EVENTS}) as response:
        assert events(await response.text())[0] == ("next", {"data": {"count": 1}})


@pytest.mark.parametrize("query", ["mutation { say(number: 1) }", "{ hello }"])
async def test_nothing_else_is_executed_by_get(http: aiohttp.ClientSession, query: str) -> None:
    async with http.get("/graphql", params={"query": query}, headers={"accept": EVENTS}) as response:
        told = await response.text()
        assert "OPERATION_TYPE_NOT_ALLOWED" in told
        assert "data" not in json.loads(told.split("data: ")[1].split("\n")[0])


@pytest.mark.parametrize("query", ["subscription {", "subscription { nothing }", "{ hello } { hello }"])
async def test_what_cannot_run_is_told_inside_of_the_stream(http: aiohttp.ClientSession, query: str) -> None:
    async with http.post("/graphql", **asked(query)) as response:
        assert response.status == 200
        (kind, answer), last = events(await response.text())
        assert kind == "next"
        assert set(answer) == {"errors"}
        assert last == ("complete", None)


@pytest.mark.parametrize(("authorization", "status"), [("nobody", 401), ("banned", 403), ("crash", 500)])
async def test_who_may_not_enter_gets_a_status(http: aiohttp.ClientSession, authorization: str, status: int) -> None:
    request = asked("subscription { count(to: 1) }")
    request["headers"]["authorization"] = authorization
    async with http.post("/graphql", **request) as response:
        assert response.status == status
        assert "85073003328" not in await response.text()


async def test_a_query_is_streamed_only_where_that_is_preferred(http: aiohttp.ClientSession) -> None:
    kinds = {
        EVENTS: EVENTS,
        f"{EVENTS}, application/json": "application/json",
        f"{EVENTS};q=0.5, application/json;q=0.4": EVENTS,
        f"application/json;q=0.3, {EVENTS};q=0.2": "application/json",
        f"{EVENTS};q=0, */*": "application/json",
        "multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json": "application/graphql-response+json",
    }
    for accept, kind in kinds.items():
        async with http.post("/graphql", **asked("{ hello }", accept)) as response:
            assert (accept, response.content_type) == (accept, kind)
            assert "Hello world" in await response.text()


async def test_a_subscription_takes_the_best_stream_that_is_named(http: aiohttp.ClientSession) -> None:
    kinds = {
        f"application/json, {EVENTS};q=0.1": EVENTS,
        f"multipart/mixed;subscriptionSpec=1.0, {EVENTS}": "multipart/mixed",
        f"multipart/mixed;subscriptionSpec=1.0;q=0.5, {EVENTS};q=0.9": EVENTS,
        f'{EVENTS};q=0, multipart/mixed;boundary=graphql;subscriptionSpec="1.0"': "multipart/mixed",
    }
    for accept, kind in kinds.items():
        async with http.post("/graphql", **asked("subscription { count(to: 1) }", accept)) as response:
            assert (accept, response.content_type) == (accept, kind)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "", f"{EVENTS};q=0", "multipart/mixed", f"{EVENTS};q=x"])
async def test_a_subscription_is_never_one_json_text(http: aiohttp.ClientSession, accept: str) -> None:
    async with http.post("/graphql", **asked("subscription { count(to: 1) }", accept)) as response:
        assert response.status == 406


async def test_a_client_that_leaves_closes_the_source(http: aiohttp.ClientSession, doorman: toy.Doorman) -> None:
    async with http.post("/graphql", **asked("subscription { deaf { number event } }")) as response:
        await doorman.station.until(started=1)
        doorman.station.say(3)
        heard = b""
        while b"next" not in heard:
            heard += await response.content.readany()
        assert b'{"number":3,"event":1}' in heard
        response.close()
        await doorman.station.until(closed=1)


async def test_silence_is_filled_with_comments(http: aiohttp.ClientSession, doorman: toy.Doorman) -> None:
    async with http.post("/graphql", **asked("subscription { deaf { number } }")) as response:
        heard = b""
        while heard.count(b":\n\n") < 3:
            heard += await response.content.readany()
        assert heard == b":\n\n" * 3


async def test_a_stream_ends_with_its_token(http: aiohttp.ClientSession, doorman: toy.Doorman) -> None:
    doorman.lifetime = timedelta(seconds=0.2)
    async with http.post("/graphql", **asked("subscription { follow(after: 2) { reason resumeAfter } }")) as response:
        heard = events(await response.text())
    assert heard == [("next", {"data": {"follow": {"reason": "EXPIRED", "resumeAfter": 2}}}), ("complete", None)]


async def test_a_shutdown_is_told(http: aiohttp.ClientSession, served: Served, doorman: toy.Doorman) -> None:
    async with http.post("/graphql", **asked("subscription { follow { reason } }")) as response:
        await doorman.station.until(started=1)
        served.stop()
        heard = events(await response.text())
    assert heard == [("next", {"data": {"follow": {"reason": "SHUTTING_DOWN"}}}), ("complete", None)]


async def test_a_client_that_does_not_read_is_dropped(http: aiohttp.ClientSession, doorman: toy.Doorman) -> None:
    async with http.post("/graphql", **asked("subscription { flood(size: 1000000) }")):
        await asyncio.wait_for(doorman.station.until(closed=1), 10)


async def test_streams_above_the_limit_are_refused(http: aiohttp.ClientSession, doorman: toy.Doorman) -> None:
    query = asked("subscription { deaf { number } }")
    async with http.post("/graphql", **query), http.post("/graphql", **query):
        await doorman.station.until(started=2)
        async with http.post("/graphql", **query) as response:
            assert response.status == 503
            assert response.headers["retry-after"] == "5"
