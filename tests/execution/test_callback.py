"""Apollo's callback protocol, with a gateway of our own at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest

from execution.callback import CallbackSubscriptions
from execution.http import GraphQLHttp
from execution.receiver import CallbackSettings, origin
from execution.sse import ServerSentEvents
from execution.streaming import Streams
from tests.execution import streams_toy as toy
from tests.execution.listening import Served, serving

ACCEPT = "application/json;callbackSpec=1.0"


@dataclass
class Gateway:
    """Hears what is posted. `answers` gives the statuses of the next posts of an action; afterwards 204."""

    host: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[bytes, bytes]] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        told = orjson.loads(body)
        self.heard.append(told)
        self.headers.append(dict(scope["headers"]))
        self.changed.set()
        if self.hold is not None:
            await self.hold.wait()
        statuses = self.answers.get(told["action"], [])
        status = statuses.pop(0) if statuses else 204
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        self.changed.set()

    @property
    def actions(self) -> list[str]:
        return [each["action"] for each in self.heard]

    async def until(self, action: str, times: int = 1) -> None:
        """Return when an action was heard so often."""
        while self.actions.count(action) < times:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 5)

    def asking(self, query: str, accept: str = ACCEPT, **changes: Any) -> dict[str, Any]:
        """What a gateway asks a subgraph."""
        subscription = {
            "callbackUrl": f"http://{self.host}/callback/s1",
            "subscriptionId": "s1",
            "verifier": "v1",
            "heartbeatIntervalMs": 0,
            **changes,
        }
        return {"json": {"query": query, "extensions": {"subscription": subscription}}, "headers": {"accept": accept}}


@pytest.fixture
def doorman() -> toy.Doorman:
    return toy.Doorman()


@pytest.fixture
def streams() -> Streams:
    return Streams(toy.engine(), toy.renewed)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    async with serving(gateway, Streams(toy.engine())) as served:
        gateway.host = served.host
        yield gateway


@pytest.fixture
async def served(doorman: toy.Doorman, streams: Streams, gateway: Gateway) -> AsyncIterator[Served]:
    settings = CallbackSettings(
        origins=frozenset({f"http://{gateway.host}"}),
        subscriptions=2,
        shortest_interval=0.01,
        tries=3,
        first_pause=0.001,
    )
    async with aiohttp.ClientSession() as session:

        async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
            async with session.post(url, headers=headers, data=body, allow_redirects=False) as response:
                return response.status

        callbacks = CallbackSubscriptions(streams, doorman, post, settings=settings, expires_at=toy.expires_at)
        app = GraphQLHttp(streams.engine, doorman, streams=[callbacks, ServerSentEvents(streams, doorman)])
        async with serving(app, streams) as served:
            yield served


@pytest.fixture
async def http(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://{served.host}") as session:
        yield session


async def test_a_subscription_is_checked_then_posted_to_its_end(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    async with http.post("/graphql", **gateway.asking("subscription { count(to: 2) }")) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        assert await response.json() == {"data": None}
    await gateway.until("complete")
    named = {"kind": "subscription", "id": "s1", "verifier": "v1"}
    assert gateway.heard == [
        {**named, "action": "check"},
        {**named, "action": "next", "payload": {"data": {"count": 1}}},
        {**named, "action": "next", "payload": {"data": {"count": 2}}},
        {**named, "action": "complete"},
    ]
    assert all(each[b"subscription-protocol"] == b"callback/1.0" for each in gateway.headers)
    assert all(each[b"content-type"] == b"application/json" for each in gateway.headers)


async def test_checks_are_posted_in_every_interval(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    question = gateway.asking("subscription { deaf { number } }", heartbeatIntervalMs=50)
    async with http.post("/graphql", **question):
        await gateway.until("check", 4)


async def test_a_404_ends_it_without_another_word(
    http: aiohttp.ClientSession, gateway: Gateway, doorman: toy.Doorman, streams: Streams
) -> None:
    async with http.post("/graphql", **gateway.asking("subscription { deaf { number } }")):
        await doorman.station.until(started=1)
        gateway.answers["next"] = [404]
        doorman.station.say(1)
        await doorman.station.until(closed=1)
    assert await streams.drained(5)
    assert gateway.actions == ["check", "next"]


async def test_a_404_on_a_check_ends_it(http: aiohttp.ClientSession, gateway: Gateway, doorman: toy.Doorman) -> None:
    gateway.answers["check"] = [204, 404]
    question = gateway.asking("subscription { deaf { number } }", heartbeatIntervalMs=50)
    async with http.post("/graphql", **question):
        await doorman.station.until(closed=1)


async def test_a_5xx_is_tried_again(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    gateway.answers["next"] = [503, 500]
    async with http.post("/graphql", **gateway.asking("subscription { count(to: 1) }")):
        await gateway.until("complete")
    assert gateway.actions == ["check", "next", "next", "next", "complete"]


async def test_a_gateway_that_stays_broken_is_given_up(
    http: aiohttp.ClientSession, gateway: Gateway, streams: Streams
) -> None:
    gateway.answers["next"] = [500] * 9
    async with http.post("/graphql", **gateway.asking("subscription { count(to: 1) }")):
        assert await streams.drained(5)
    assert gateway.actions == ["check", "next", "next", "next"]


@pytest.mark.parametrize("statuses", [[404], [400], [200], [302], [500, 500, 500]])
async def test_without_a_check_that_is_confirmed_nothing_starts(
    http: aiohttp.ClientSession, gateway: Gateway, streams: Streams, statuses: list[int]
) -> None:
    gateway.answers["check"] = list(statuses)
    async with http.post("/graphql", **gateway.asking("subscription { deaf { number } }")) as response:
        assert response.status == 400
        assert (await response.json())["errors"][0]["extensions"]["code"] == "CALLBACK_REFUSED"
    assert await streams.drained(5)
    assert set(gateway.actions) == {"check"}


@pytest.mark.parametrize("query", ["subscription { nothing }", "subscription {"])
async def test_what_cannot_run_is_never_posted(http: aiohttp.ClientSession, gateway: Gateway, query: str) -> None:
    async with http.post("/graphql", **gateway.asking(query)) as response:
        assert set(await response.json()) == {"errors"}
    assert gateway.heard == []


async def test_a_variable_that_does_not_fit_is_never_posted(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    question = gateway.asking("subscription($n: Int!) { count(to: $n) }")
    async with http.post("/graphql", **question) as response:
        assert response.status == 400
        assert set(await response.json()) == {"errors"}
    assert gateway.heard == []


@pytest.mark.parametrize(("authorization", "status"), [("nobody", 401), ("banned", 403)])
async def test_who_may_not_enter_is_never_posted(
    http: aiohttp.ClientSession, gateway: Gateway, authorization: str, status: int
) -> None:
    question = gateway.asking("subscription { count(to: 1) }")
    question["headers"]["authorization"] = authorization
    async with http.post("/graphql", **question) as response:
        assert response.status == status
    assert gateway.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://HOST@evil.example/",
        "http://evil.example\\@HOST/",
        "https://HOST/",
        "ftp://HOST/",
        "http://HOST.evil.example/",
        "http://[bad/",
        "//HOST/",
        "http:///x",
    ],
)
async def test_other_hosts_are_never_posted_to(http: aiohttp.ClientSession, gateway: Gateway, url: str) -> None:
    question = gateway.asking("subscription { count(to: 1) }", callbackUrl=url.replace("HOST", gateway.host))
    async with http.post("/graphql", **question) as response:
        assert response.status == 403
        assert (await response.json())["errors"][0]["extensions"]["code"] == "CALLBACK_HOST_NOT_ALLOWED"
    assert gateway.heard == []


@pytest.mark.parametrize(
    "changes",
    [
        {"callbackUrl": None},
        {"callbackUrl": 1},
        {"callbackUrl": "http://x/" + "x" * 3_000},
        {"subscriptionId": ""},
        {"subscriptionId": "a\nb"},
        {"verifier": None},
        {"verifier": "x" * 300},
        {"heartbeatIntervalMs": -1},
        {"heartbeatIntervalMs": "5"},
        {"heartbeatIntervalMs": True},
        {"heartbeatIntervalMs": 1},
        {"heartbeatIntervalMs": 10**9},
    ],
)
async def test_a_malformed_extension_is_refused(
    http: aiohttp.ClientSession, gateway: Gateway, changes: dict[str, Any]
) -> None:
    async with http.post("/graphql", **gateway.asking("subscription { count(to: 1) }", **changes)) as response:
        assert response.status == 400
    assert gateway.heard == []


async def test_so_many_run_at_once(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    question = gateway.asking("subscription { deaf { number } }")
    for status in (200, 200, 503):
        async with http.post("/graphql", **question) as response:
            assert response.status == status


async def test_those_that_wait_for_their_check_count_among_them(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    gateway.hold = asyncio.Event()
    waiting = [asyncio.create_task(_status(http, gateway)) for _ in range(2)]
    await gateway.until("check", 2)
    assert await _status(http, gateway) == 503
    gateway.hold.set()
    assert await asyncio.gather(*waiting) == [200, 200]


async def _status(http: aiohttp.ClientSession, gateway: Gateway) -> int:
    async with http.post("/graphql", **gateway.asking("subscription { follow { number } }")) as response:
        return response.status


async def test_a_query_of_such_a_gateway_is_an_ordinary_one(http: aiohttp.ClientSession, gateway: Gateway) -> None:
    async with http.post("/graphql", **gateway.asking("{ hello }")) as response:
        assert await response.json() == {"data": {"hello": "Hello world"}}
    assert gateway.heard == []


async def test_it_ends_with_its_token(http: aiohttp.ClientSession, gateway: Gateway, doorman: toy.Doorman) -> None:
    doorman.lifetime = timedelta(seconds=0.2)
    async with http.post("/graphql", **gateway.asking("subscription { follow(after: 2) { reason } }")):
        await gateway.until("complete")
    assert gateway.heard[-2]["payload"] == {"data": {"follow": {"reason": "EXPIRED"}}}


async def test_a_shutdown_delivers_the_last_word(
    http: aiohttp.ClientSession, gateway: Gateway, served: Served, doorman: toy.Doorman
) -> None:
    async with http.post("/graphql", **gateway.asking("subscription { follow { reason } }")):
        await doorman.station.until(started=1)
    served.stop()
    await served.task
    assert gateway.actions == ["check", "next", "complete"]
    assert gateway.heard[1]["payload"] == {"data": {"follow": {"reason": "SHUTTING_DOWN"}}}


def test_an_origin_has_a_port_even_where_none_is_written() -> None:
    assert origin("https://gateway.example/x") == ("https", "gateway.example", 443)
    assert origin("http://Gateway.Example") == ("http", "gateway.example", 80)
    assert origin("http://gateway.example:99999") is None
