"""graphql-transport-ws, spoken with a third party's client over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from execution.connection import WebSocketSettings
from execution.streaming import Streams
from execution.websocket import WebSocketEndpoint
from tests.execution import streams_toy as toy
from tests.execution.listening import Client, Served, client, serving


@pytest.fixture
def doorman() -> toy.Doorman:
    return toy.Doorman()


@pytest.fixture
def streams() -> Streams:
    return Streams(toy.engine(), toy.renewed)


@pytest.fixture(params=[True, False], ids=["lent", "asgi"])
async def served(request: pytest.FixtureRequest, doorman: toy.Doorman, streams: Streams) -> AsyncIterator[Served]:
    """Both ways of writing: with the server's own socket, and with plain ASGI."""
    settings = WebSocketSettings(operations=100, allowed_origins=frozenset({"https://app.example"}))
    endpoint = WebSocketEndpoint(streams, doorman, expires_at=toy.expires_at, settings=settings)
    async with serving(endpoint, streams, lent=request.param) as served:
        yield served


@pytest.fixture
async def talker(served: Served) -> AsyncIterator[Client]:
    async with client(served) as opened:
        yield await opened.introduced()


async def test_a_subscription_is_heard_to_its_end(talker: Client) -> None:
    await talker.subscribe("1", "subscription { count(to: 3) }")
    heard = [await talker.hear() for _ in range(4)]
    assert [each["payload"]["data"]["count"] for each in heard[:3]] == [1, 2, 3]
    assert heard[3] == {"id": "1", "type": "complete"}


async def test_queries_and_mutations_are_answered_once(talker: Client) -> None:
    await talker.subscribe("q", "query($name: String!) { hello(name: $name) }", variables={"name": "Ann"})
    assert await talker.hear() == {"id": "q", "type": "next", "payload": {"data": {"hello": "Hello Ann"}}}
    assert await talker.hear() == {"id": "q", "type": "complete"}
    await talker.subscribe("m", "mutation { say(number: 5) }")
    assert (await talker.hear())["payload"] == {"data": {"say": 5}}


async def test_one_bad_document_ends_one_operation_only(talker: Client, doorman: toy.Doorman) -> None:
    await talker.subscribe("good", "subscription { deaf { number } }")
    await doorman.station.until(started=1)
    bad = {"syntax": "subscription {", "field": "subscription { nothing }", "name": "{ hello }"}
    for identifier, query in bad.items():
        extra = {"operationName": "Other"} if identifier == "name" else {}
        await talker.subscribe(identifier, query, **extra)
        error = await talker.hear()
        assert (error["id"], error["type"]) == (identifier, "error")
        assert error["payload"][0]["extensions"]["code"]
    doorman.station.say(7)
    assert (await talker.hear())["payload"] == {"data": {"deaf": {"number": 7}}}


async def test_a_source_that_breaks_is_masked(talker: Client) -> None:
    await talker.subscribe("1", "subscription { broken }")
    assert (await talker.hear())["payload"] == {"data": {"broken": 1}}
    told = await talker.hear()
    assert "85073003328" not in json.dumps(told)
    assert told["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert await talker.hear() == {"id": "1", "type": "complete"}


async def test_a_source_may_refuse_with_a_code(talker: Client) -> None:
    await talker.subscribe("1", "subscription { refused }")
    told = await talker.hear()
    assert "NOT_YOURS" in json.dumps(told)


async def test_complete_closes_the_source_and_frees_the_id(talker: Client, doorman: toy.Doorman) -> None:
    for turn in (1, 2):
        await talker.subscribe("1", "subscription { deaf { number } }")
        await doorman.station.until(started=turn)
        await talker.say({"id": "1", "type": "complete"})
        await doorman.station.until(closed=turn)


async def test_complete_cancels_a_query(talker: Client, doorman: toy.Doorman) -> None:
    await talker.subscribe("1", "{ slow }")
    await doorman.station.until(started=1)
    await talker.say({"id": "1", "type": "complete"})
    await doorman.station.until(closed=1)


async def test_a_client_that_leaves_ends_everything_it_ran(
    served: Served, doorman: toy.Doorman, streams: Streams
) -> None:
    async with client(served) as opened:
        await opened.introduced()
        await opened.subscribe("1", "subscription { deaf { number } }")
        await opened.subscribe("2", "{ slow }")
        await doorman.station.until(started=2)
    await doorman.station.until(closed=2)
    assert await streams.drained(5)


async def test_a_connection_that_breaks_off_ends_everything_it_ran(served: Served, doorman: toy.Doorman) -> None:
    async with client(served) as opened:
        await opened.introduced()
        await opened.subscribe("1", "subscription { deaf { number } }")
        await doorman.station.until(started=1)
        opened.socket.transport.abort()
        await doorman.station.until(closed=1)


async def test_pings_come_back_and_pongs_are_welcome(talker: Client) -> None:
    await talker.say({"type": "ping"}, {"type": "pong", "payload": {"a": 1}}, {"type": "ping", "payload": {"n": [1]}})
    assert await talker.hear() == {"type": "pong"}
    assert await talker.hear() == {"type": "pong", "payload": {"n": [1]}}


async def test_pings_are_answered_before_the_introduction(served: Served) -> None:
    async with client(served) as opened:
        await opened.say({"type": "ping"})
        assert await opened.hear() == {"type": "pong"}


async def test_an_unknown_complete_is_no_fault(talker: Client) -> None:
    await talker.say({"id": "never", "type": "complete"}, {"type": "ping"})
    assert await talker.hear() == {"type": "pong"}


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Ann"}])
async def test_an_introduction_may_have_any_object_or_null(served: Served, payload: Any) -> None:
    async with client(served) as opened:
        await opened.say({"type": "connection_init", "payload": payload})
        assert await opened.hear() == {"type": "connection_ack"}


async def test_the_context_knows_what_the_introduction_said(served: Served) -> None:
    async with client(served) as opened:
        await opened.introduced({"authorization": "Ann"})
        await opened.subscribe("1", "{ who }")
        assert (await opened.hear())["payload"] == {"data": {"who": "Ann"}}


async def test_each_event_has_a_context_of_its_own(talker: Client, doorman: toy.Doorman) -> None:
    await talker.subscribe("1", "subscription { deaf { event } }")
    await doorman.station.until(started=1)
    doorman.station.say(1)
    assert (await talker.hear())["payload"]["data"]["deaf"]["event"] == 1


async def test_operations_above_the_limit_are_refused_alone(talker: Client, doorman: toy.Doorman) -> None:
    for number in range(100):
        await talker.subscribe(str(number), "subscription { deaf { number } }")
    await talker.subscribe("more", "subscription { deaf { number } }")
    refused = await talker.hear()
    assert (refused["id"], refused["type"]) == ("more", "error")
    assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
    await doorman.station.until(started=100)
    doorman.station.say(1)
    heard = {(await talker.hear())["id"] for _ in range(100)}
    assert heard == {str(number) for number in range(100)}


INIT = {"type": "connection_init"}
START = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { deaf { number } }"}}


def started_with(**changes: Any) -> dict[str, Any]:
    return {**START, "payload": {**START["payload"], **changes}}  # type: ignore[dict-item]


HOSTILE: dict[str, tuple[int, list[Any]]] = {
    "array": (4400, ["[1]"]),
    "string": (4400, ['"x"']),
    "null": (4400, ["null"]),
    "number": (4400, ["7"]),
    "empty": (4400, [""]),
    "not json": (4400, ["{"]),
    "nan": (4400, ['{"type":"ping","payload":{"a":NaN}}']),
    "lone surrogate": (4400, ['{"type":"ping","payload":{"a":"\\ud800"}}']),
    "binary": (4400, [b'{"type":"connection_init"}']),
    "empty binary": (4400, [b""]),
    "deep": (4400, ['{"type":"ping","payload":' + '{"a":' * 50_000 + "1" + "}" * 50_001]),
    "fairly deep": (4400, ['{"type":"ping","payload":{"a":' + "[" * 40 + "]" * 40 + "}}"]),
    "long": (4400, ['{"type":"ping","payload":{"a":"' + "x" * 66_000 + '"}}']),
    "long in bytes": (4400, ['{"type":"ping","payload":{"a":"' + "é" * 40_000 + '"}}']),
    "no type": (4400, ["{}"]),
    "unknown type": (4400, [{"type": "start"}]),
    "type of a list": (4400, [{"type": ["ping"]}]),
    "type of the server": (4400, [INIT, {"id": "1", "type": "next", "payload": {}}]),
    "init with text": (4400, [{"type": "connection_init", "payload": "x"}]),
    "init with a list": (4400, [{"type": "connection_init", "payload": []}]),
    "ping with a number": (4400, [{"type": "ping", "payload": 1}]),
    "pong with text": (4400, [{"type": "pong", "payload": "1"}]),
    "numeric id": (4400, [INIT, {**START, "id": 1}]),
    "unhashable id": (4400, [INIT, {**START, "id": {}}]),
    "null id": (4400, [INIT, {**START, "id": None}]),
    "empty id": (4400, [INIT, {**START, "id": ""}]),
    "long id": (4400, [INIT, {**START, "id": "x" * 129}]),
    "no id": (4400, [INIT, {"type": "subscribe", "payload": {"query": "{ hello }"}}]),
    "complete without id": (4400, [INIT, {"type": "complete"}]),
    "no payload": (4400, [INIT, {"id": "1", "type": "subscribe"}]),
    "payload of a list": (4400, [INIT, {"id": "1", "type": "subscribe", "payload": []}]),
    "no query": (4400, [INIT, {"id": "1", "type": "subscribe", "payload": {}}]),
    "query of a number": (4400, [INIT, started_with(query=1)]),
    "query of an object": (4400, [INIT, started_with(query={"kind": "Document"})]),
    "variables of a list": (4400, [INIT, started_with(variables=[1])]),
    "variables of text": (4400, [INIT, started_with(variables="{}")]),
    "extensions of a list": (4400, [INIT, started_with(extensions=[])]),
    "operation name of a number": (4400, [INIT, started_with(operationName=1)]),
    "before the introduction": (4401, [START]),
    "same id twice": (4409, [INIT, START, START]),
    "two introductions": (4429, [INIT, INIT]),
    "banned": (4403, [{**INIT, "payload": {"authorization": "banned"}}]),
    "unauthenticated": (4403, [{**INIT, "payload": {"authorization": "nobody"}}]),
    "our own fault": (4500, [{**INIT, "payload": {"authorization": "crash"}}]),
}


async def test_a_hostile_frame_closes_its_own_connection_with_its_code(served: Served, talker: Client) -> None:
    for name, (code, frames) in HOSTILE.items():
        async with client(served) as opened:
            await opened.say(*frames)
            closed, reason, heard = await opened.ended()
        assert (name, closed) == (name, code)
        assert [each for each in heard if each["type"] != "connection_ack"] == []
        assert "85073003328" not in reason
    await talker.say({"type": "ping"})
    assert await talker.hear() == {"type": "pong"}


async def test_text_that_is_not_utf_8_is_the_clients_fault(served: Served) -> None:
    async with client(served) as opened:
        await opened.socket.send(b"\xff\xfe", text=True)
        assert (await opened.ended())[0] == 1007


@pytest.mark.parametrize("offered", [(), ("graphql-ws",), ("soap", "graphql-ws")])
async def test_another_subprotocol_is_not_acceptable(served: Served, offered: tuple[str, ...]) -> None:
    async with client(served, subprotocols=offered) as opened:
        assert (await opened.ended())[:2] == (4406, "Subprotocol not acceptable")


async def test_ours_is_chosen_among_several(served: Served) -> None:
    async with client(served, subprotocols=("graphql-ws", "graphql-transport-ws")) as opened:
        assert opened.socket.subprotocol == "graphql-transport-ws"
        await opened.introduced()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://", "https://app.example.evil.example"])
async def test_pages_of_other_origins_may_not_connect(served: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with client(served, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_allowed_and_own_origins_may_connect(served: Served) -> None:
    for origin in ("https://app.example", f"http://{served.host}"):
        async with client(served, origin=origin) as opened:
            await opened.introduced()


async def serve_with(
    settings: WebSocketSettings, doorman: toy.Doorman, frames: list[Any]
) -> tuple[int, str, list[Any]]:
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(streams, doorman, settings=settings, principal=lambda context: context.user)
    async with serving(endpoint, streams) as served, client(served) as opened:
        await opened.say(*frames)
        return await opened.ended()


async def test_silence_is_not_awaited_for_ever(doorman: toy.Doorman) -> None:
    code, reason, _ = await serve_with(WebSocketSettings(init_deadline=0.05), doorman, [{"type": "ping"}])
    assert (code, reason) == (4408, "Connection initialisation timeout")


async def test_an_introduction_that_takes_too_long_is_given_up(doorman: toy.Doorman) -> None:
    slow = {"type": "connection_init", "payload": {"authorization": "slow"}}
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(streams, doorman, settings=WebSocketSettings(init_deadline=0.05))
    async with serving(endpoint, streams) as served, client(served) as opened:
        await opened.say(slow)
        assert (await opened.ended())[0] == 4408
        doorman.station.forever.set()


async def test_queries_can_be_switched_off(doorman: toy.Doorman) -> None:
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(streams, doorman, settings=WebSocketSettings(queries_and_mutations=False))
    async with serving(endpoint, streams) as served, client(served) as opened:
        await opened.introduced()
        await opened.subscribe("1", "{ hello }")
        assert (await opened.hear())["type"] == "error"


async def test_one_principal_has_so_many_connections(doorman: toy.Doorman) -> None:
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(
        streams, doorman, settings=WebSocketSettings(connections=1), principal=lambda context: context.user
    )
    ann = {"authorization": "Ann"}
    async with serving(endpoint, streams) as served:
        async with client(served) as first, client(served) as second, client(served) as third:
            await first.introduced(ann)
            await third.introduced({"authorization": "Bob"})
            await second.say({"type": "connection_init", "payload": ann})
            assert (await second.ended())[:2] == (4403, "Too many connections")
        assert await streams.drained(5)
        assert not endpoint.connections
        async with client(served) as again:
            await again.introduced(ann)


async def test_a_live_connection_ends_with_its_token(doorman: toy.Doorman, streams: Streams, served: Served) -> None:
    doorman.lifetime = timedelta(seconds=0.3)
    loop = asyncio.get_running_loop()
    async with client(served) as opened:
        await opened.introduced()
        began = loop.time()
        await opened.subscribe("deaf", "subscription { deaf { number } }")
        await opened.subscribe("follow", "subscription { follow(after: 3) { reason resumeAfter } }")
        code, reason, heard = await opened.ended()
    assert (code, reason) == (4403, "expired")
    assert abs(loop.time() - began - 0.3) < 0.5
    last = {"data": {"follow": {"reason": "EXPIRED", "resumeAfter": 3}}}
    assert {"id": "follow", "type": "next", "payload": last} in heard
    assert [each["id"] for each in heard if each["type"] == "complete"] == ["deaf", "follow"]


async def test_an_expired_token_is_not_let_in(doorman: toy.Doorman, served: Served) -> None:
    doorman.lifetime = timedelta(seconds=-1)
    async with client(served) as opened:
        await opened.say({"type": "connection_init"})
        assert (await opened.ended())[:2] == (4403, "expired")


async def test_a_source_that_goes_on_is_cut(doorman: toy.Doorman, served: Served, streams: Streams) -> None:
    async with client(served) as opened:
        await opened.introduced()
        await opened.subscribe("1", "subscription { stubborn { number } }")
        await doorman.station.until(started=1)
        served.stop()
        code, _, heard = await opened.ended()
    assert (code, heard) == (1012, [{"id": "1", "type": "complete"}])
    await doorman.station.until(closed=1)


async def test_a_shutdown_is_told_before_the_connection_closes(doorman: toy.Doorman, served: Served) -> None:
    async with client(served) as idle, client(served) as opened:
        await opened.introduced()
        await opened.subscribe("1", "subscription { follow { number reason resumeAfter } }")
        await doorman.station.until(started=1)
        doorman.station.say(4)
        assert (await opened.hear())["payload"]["data"]["follow"]["number"] == 4
        served.stop()
        code, reason, heard = await opened.ended()
        assert (await idle.ended())[0] == 1012
    assert (code, reason) == (1012, "Service restarting")
    item = {"number": -1, "reason": "SHUTTING_DOWN", "resumeAfter": 4}
    assert heard == [
        {"id": "1", "type": "next", "payload": {"data": {"follow": item}}},
        {"id": "1", "type": "complete"},
    ]
    await served.task


async def test_a_client_that_does_not_read_is_dropped(doorman: toy.Doorman) -> None:
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(streams, doorman, settings=WebSocketSettings(send_deadline=0.3))
    async with serving(endpoint, streams) as served, client(served, max_queue=1) as opened:
        await opened.introduced()
        await opened.subscribe("1", "subscription { flood(size: 100000) }")
        await doorman.station.until(closed=1)
        assert await streams.drained(5)
        assert (await opened.ended())[0] == 1006


async def test_a_client_that_only_pings_and_never_reads_is_dropped(doorman: toy.Doorman) -> None:
    streams = Streams(toy.engine(), toy.renewed)
    endpoint = WebSocketEndpoint(streams, doorman, settings=WebSocketSettings(send_deadline=0.3))
    async with serving(endpoint, streams) as served, client(served, max_queue=1, compression=None) as opened:
        await opened.introduced()
        with pytest.raises(ConnectionClosed):
            await opened.say(*[{"type": "ping", "payload": {"a": "x" * 60_000}}] * 10_000)
        assert await streams.drained(5)
