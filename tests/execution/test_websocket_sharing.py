"""Equal subscriptions share one execution, and each subscriber ends alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from execution.connection import WebSocketSettings
from execution.interruption import Interruption, InterruptionReason, until_interrupted
from execution.operation import OperationRequest, Prepared
from execution.preferences import ANY_KIND
from execution.runs import StreamSettings
from execution.streaming import Streams
from execution.websocket import WebSocketEndpoint
from tests.execution import streams_toy as toy
from tests.execution.listening import Client, Served, client, serving

FOLLOW = "subscription { follow { number reason resumeAfter } }"


@pytest.fixture
def doorman() -> toy.Doorman:
    return toy.Doorman()


@pytest.fixture
def streams() -> Streams:
    return Streams(
        toy.engine(),
        toy.renewed,
        sharing_key=toy.sharing_key,
        joinable=toy.joinable,
        settings=StreamSettings(queue_items=4, farewell=0.2),
    )


@pytest.fixture
async def served(doorman: toy.Doorman, streams: Streams) -> AsyncIterator[Served]:
    endpoint = WebSocketEndpoint(
        streams, doorman, expires_at=toy.expires_at, settings=WebSocketSettings(operations=100, send_deadline=1)
    )
    async with serving(endpoint, streams) as served:
        yield served


@contextlib.asynccontextmanager
async def listener(served: Served, name: str = "Ann", **options: Any) -> AsyncIterator[Client]:
    async with client(served, **options) as opened:
        yield await opened.introduced({"authorization": name})


async def settled(opened: Client) -> None:
    """What was asked before has begun."""
    await opened.say({"type": "ping"})
    assert await opened.hear() == {"type": "pong"}
    await asyncio.sleep(0)


async def test_fifty_equal_subscribers_start_one_source(doorman: toy.Doorman, streams: Streams, served: Served) -> None:
    async with contextlib.AsyncExitStack() as stack:
        everyone = [await stack.enter_async_context(listener(served)) for _ in range(50)]
        for number, opened in enumerate(everyone):
            await opened.subscribe(f"mine {number}", FOLLOW)
            await settled(opened)
        await doorman.station.until(started=1)
        for said in (1, 2, 3):
            doorman.station.say(said)
        for number, opened in enumerate(everyone):
            for said in (1, 2, 3):
                heard = await opened.hear()
                assert (heard["id"], heard["payload"]["data"]["follow"]["number"]) == (f"mine {number}", said)
        assert (doorman.station.started, streams.executions) == (1, 1)
    await doorman.station.until(closed=1)
    assert doorman.station.started == 1


@pytest.mark.parametrize(
    ("name", "query", "payload"),
    [
        ("Bob", FOLLOW, {}),
        ("Ann", "subscription { follow { number } }", {}),
        ("Ann", "subscription($after: Int) { follow(after: $after) { number } }", {"variables": {"after": 3}}),
    ],
    ids=["another reader", "another document", "a starting point"],
)
async def test_what_is_not_equal_is_not_shared(
    doorman: toy.Doorman, served: Served, name: str, query: str, payload: dict[str, Any]
) -> None:
    async with listener(served) as first, listener(served, name) as second:
        await first.subscribe("1", FOLLOW)
        await second.subscribe("1", query, **payload)
        await doorman.station.until(started=2)


async def test_a_subscription_with_a_starting_point_is_nobody_elses(doorman: toy.Doorman, served: Served) -> None:
    query, variables = "subscription($after: Int) { follow(after: $after) { number } }", {"after": 3}
    async with listener(served) as first, listener(served) as second:
        await first.subscribe("1", query, variables=variables)
        await second.subscribe("1", query, variables=variables)
        await doorman.station.until(started=2)


async def test_the_one_who_began_may_leave(doorman: toy.Doorman, served: Served) -> None:
    async with listener(served) as stays:
        async with listener(served) as leaves:
            await leaves.subscribe("1", FOLLOW)
            await doorman.station.until(started=1)
            await stays.subscribe("1", FOLLOW)
            await settled(stays)
        doorman.station.say(9)
        assert (await stays.hear())["payload"]["data"]["follow"]["number"] == 9
    await doorman.station.until(closed=1)


async def test_a_token_that_expires_ends_one_subscriber_where_it_was(doorman: toy.Doorman, served: Served) -> None:
    async with listener(served) as stays:
        await stays.subscribe("1", FOLLOW)
        await doorman.station.until(started=1)
        doorman.lifetime = timedelta(seconds=0.3)
        async with listener(served) as expires:
            await expires.subscribe("e", FOLLOW)
            await settled(expires)
            doorman.station.say(5)
            code, reason, heard = await expires.ended()
        assert (code, reason) == (4403, "expired")
        items = [each["payload"]["data"]["follow"] for each in heard[:-1]]
        assert items == [
            {"number": 5, "reason": None, "resumeAfter": None},
            {"number": -1, "reason": "EXPIRED", "resumeAfter": 5},
        ]
        assert heard[-1] == {"id": "e", "type": "complete"}
        doorman.station.say(6)
        assert [(await stays.hear())["payload"]["data"]["follow"]["number"] for _ in range(2)] == [5, 6]
    assert doorman.station.started == 1


async def test_one_who_heard_nothing_resumes_where_the_source_began(doorman: toy.Doorman, served: Served) -> None:
    doorman.lifetime = timedelta(seconds=0.2)
    async with listener(served) as expires:
        await expires.subscribe("e", FOLLOW)
        _, _, heard = await expires.ended()
    assert heard[0]["payload"]["data"]["follow"] == {"number": -1, "reason": "EXPIRED", "resumeAfter": 0}


async def test_a_source_without_a_last_word_is_just_complete(doorman: toy.Doorman, served: Served) -> None:
    doorman.lifetime = timedelta(seconds=0.2)
    async with listener(served) as expires:
        await expires.subscribe("e", "subscription { deaf { number } }")
        _, _, heard = await expires.ended()
    assert heard == [{"id": "e", "type": "complete"}]


async def test_a_shutdown_is_told_to_all_by_the_one_source(doorman: toy.Doorman, served: Served) -> None:
    async with listener(served) as first, listener(served) as second:
        for opened in (first, second):
            await opened.subscribe("1", FOLLOW)
            await settled(opened)
        await doorman.station.until(started=1)
        served.stop()
        for opened in (first, second):
            code, _, heard = await opened.ended()
            assert code == 1012
            assert heard[0]["payload"]["data"]["follow"]["reason"] == "SHUTTING_DOWN"
            assert heard[1] == {"id": "1", "type": "complete"}
    assert doorman.station.started == 1


class Ear:
    """A subscriber without a transport."""

    def __init__(self, streams: Streams, doorman: toy.Doorman) -> None:
        self.streams, self.doorman = streams, doorman
        self.ready = asyncio.Event()

    async def open(self, query: str = FOLLOW) -> Any:
        async def make_context(interruption: Interruption) -> toy.RadioContext:
            return toy.RadioContext(self.doorman.station, "Ann", interruption)

        request, own = OperationRequest(query), Interruption()
        prepared = self.streams.engine.prepare(request, ANY_KIND)
        assert isinstance(prepared, Prepared)
        context = await make_context(own)
        return self.streams.open(request, prepared, context, own, make_context, self.ready.set)


async def test_one_that_is_too_slow_is_told_and_slows_nobody(doorman: toy.Doorman, streams: Streams) -> None:
    slow, quick = Ear(streams, doorman), Ear(streams, doorman)
    first, second = await slow.open(), await quick.open()
    await doorman.station.until(started=1)
    heard = []
    for number in range(1, 9):
        quick.ready.clear()
        doorman.station.say(number)
        await asyncio.wait_for(quick.ready.wait(), 5)
        heard += second.take()
    assert [each.body for each in heard] == [
        b'{"data":{"follow":{"number":%d,"reason":null,"resumeAfter":null}}}' % n for n in range(1, 9)
    ]
    while not first.ended:
        slow.ready.clear()
        await asyncio.wait_for(slow.ready.wait(), 5)
    last = [each.body for each in first.take()]
    assert len(last) == 5
    assert last[-1] == b'{"data":{"follow":{"number":-1,"reason":"TOO_SLOW","resumeAfter":4}}}'
    assert not second.ended
    second.close()
    assert await streams.drained(5)


async def test_a_source_of_its_own_waits_for_its_subscriber(doorman: toy.Doorman) -> None:
    streams = Streams(toy.engine())
    ear = Ear(streams, doorman)
    subscription = await ear.open("subscription { count(to: 100) }")
    taken = []
    while not subscription.finished:
        given = subscription.take()
        assert len(given) <= streams.settings.ahead
        taken += given
        await asyncio.sleep(0)
    assert len(taken) == 100


async def test_a_shared_source_that_never_waits_leaves_its_subscribers_time(served: Served) -> None:
    async with listener(served) as opened:
        await opened.subscribe("1", "subscription { hurry(to: 100) }")
        heard = [await opened.hear() for _ in range(101)]
    assert [each["payload"]["data"]["hurry"] for each in heard[:-1]] == list(range(1, 101))


async def test_an_interrupted_source_is_closed_and_so_is_what_it_reads() -> None:
    station, notice = toy.Station(), Interruption()
    items = until_interrupted(station.listen(), notice)
    following = asyncio.ensure_future(anext(items))
    await station.until(started=1)
    notice.interrupt(InterruptionReason.EXPIRED)
    notice.interrupt(InterruptionReason.TOO_SLOW)
    with pytest.raises(StopAsyncIteration):
        await following
    assert (station.closed, notice.reason) == (1, InterruptionReason.EXPIRED)


async def test_a_cancelled_reader_closes_what_it_reads() -> None:
    station = toy.Station()

    async def read() -> None:
        async for _ in until_interrupted(station.listen(), Interruption()):
            pass

    reading = asyncio.ensure_future(read())
    await station.until(started=1)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    await station.until(closed=1)
