"""Multipart subscriptions, read as Apollo Client reads them: a part is known only by the delimiter behind it."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from tests.execution import streams_toy as toy
from tests.execution.test_sse import asked, doorman, http, served, streams  # noqa: F401

ACCEPT = (
    "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9"
)


def parts(body: bytes) -> list[Any]:
    """The JSON of every part that is complete."""
    opening, *found = (b"\r\n" + body).split(b"\r\n--graphql")
    assert opening == b""
    read = []
    for part in found[:-1]:
        header, _, content = part.partition(b"\r\n\r\n")
        assert header == b"\r\ncontent-type: application/json"
        read.append(json.loads(content))
    return read


async def test_a_subscription_is_streamed_in_parts(http: aiohttp.ClientSession) -> None:  # noqa: F811
    async with http.post("/graphql", **asked("subscription { count(to: 2) }", ACCEPT)) as response:
        assert response.status == 200
        assert response.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        body = await response.read()
    assert body.endswith(b"\r\n--graphql--\r\n")
    assert parts(body) == [{"payload": {"data": {"count": 1}}}, {"payload": {"data": {"count": 2}}}]


async def test_an_answer_is_readable_before_the_next_one_comes(
    http: aiohttp.ClientSession,  # noqa: F811
    doorman: toy.Doorman,  # noqa: F811
) -> None:
    async with http.post("/graphql", **asked("subscription { deaf { number } }", ACCEPT)) as response:
        await doorman.station.until(started=1)
        doorman.station.say(7)
        heard = b""
        while {"payload": {"data": {"deaf": {"number": 7}}}} not in parts(heard or b"--graphql"):
            heard += await response.content.readany()
        while {} not in parts(heard):
            heard += await response.content.readany()
        response.close()
        await doorman.station.until(closed=1)


async def test_a_query_that_accepts_nothing_else_is_one_part(http: aiohttp.ClientSession) -> None:  # noqa: F811
    async with http.post("/graphql", **asked("{ hello }", "multipart/mixed;subscriptionSpec=1.0")) as response:
        assert parts(await response.read()) == [{"payload": {"data": {"hello": "Hello world"}}}]


async def test_a_query_that_accepts_json_gets_json(http: aiohttp.ClientSession) -> None:  # noqa: F811
    async with http.post("/graphql", **asked("{ hello }", ACCEPT)) as response:
        assert response.content_type == "application/graphql-response+json"


async def test_what_cannot_run_is_json_where_that_is_accepted(http: aiohttp.ClientSession) -> None:  # noqa: F811
    async with http.post("/graphql", **asked("subscription { nothing }", ACCEPT)) as response:
        assert (response.status, response.content_type) == (400, "application/graphql-response+json")
        assert set(await response.json(content_type=None)) == {"errors"}


async def test_what_cannot_run_is_a_part_where_nothing_else_is_accepted(http: aiohttp.ClientSession) -> None:  # noqa: F811
    async with http.post("/graphql", **asked("{", "multipart/mixed;subscriptionSpec=1.0")) as response:
        (part,) = parts(await response.read())
        assert set(part["payload"]) == {"errors"}
