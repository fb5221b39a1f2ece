"""An answer that is written at once overtakes nothing, and comes to nobody who is not to have it."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from execution import multiplex, pacing
from execution.graphql_transport_ws import Subscribe
from execution.interruption import InterruptionReason
from execution.subscription import Subscription
from tests.execution.test_websocket_at_once import TOLD, Crowd, Wire


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pacing, "monotonic", found)
    monkeypatch.setattr(multiplex, "monotonic", found)
    return found


async def pair(crowd: Crowd) -> tuple[Wire, Wire]:
    return await crowd.wire("A", "1"), await crowd.wire("B", "1")


async def test_what_is_written_at_once_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[object] = []
    monkeypatch.setattr(Subscription, "_keep", lambda *kept: waited.append(kept))
    crowd = Crowd()
    await pair(crowd)
    crowd.station.say(7)
    await crowd.heard("A " + TOLD % ("1", 7), "B " + TOLD % ("1", 7))
    assert waited == []


async def test_what_was_said_on_the_connection_before_comes_before() -> None:
    crowd = Crowd()
    a, b = await pair(crowd)

    def first(other: Wire) -> None:
        a.on_write = b.on_write = lambda: None
        other.multiplex.write(b"before")

    a.on_write, b.on_write = (lambda: first(b)), (lambda: first(a))
    crowd.station.say(7)
    async with asyncio.timeout(5):
        while len(crowd.told) < 3:  # noqa: ASYNC110 each is a turn of the loop
            await asyncio.sleep(0)
    assert "before" in crowd.told[1]
    assert crowd.told[1][0] == crowd.told[2][0] != crowd.told[0][0]


async def test_who_stops_while_others_are_told_hears_no_more() -> None:
    crowd = Crowd()
    a, b = await pair(crowd)
    a.on_write, b.on_write = (lambda: b.multiplex.complete("1")), (lambda: a.multiplex.complete("1"))
    crowd.station.say(7)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(crowd.told) == 1


async def test_what_comes_soon_after_is_written_together(clock: Clock) -> None:
    crowd = Crowd(gap=0.05)
    wire = await crowd.wire("A", "1")
    for number in (7, 8, 9):
        crowd.station.say(number)
    await crowd.heard(*("A " + TOLD % ("1", number) for number in (7, 8, 9)))
    assert wire.together == [1, 2]


async def test_one_operation_does_not_run_ahead_of_another_that_waits(clock: Clock) -> None:
    crowd = Crowd(gap=0.05)
    await crowd.wire("A", "1", "2")
    crowd.station.say(7)
    async with asyncio.timeout(5):
        while not crowd.told:  # noqa: ASYNC110 each is a turn of the loop
            await asyncio.sleep(0)
    clock.now += 1
    crowd.station.say(8)
    async with asyncio.timeout(5):
        while len(crowd.told) < 4:  # noqa: ASYNC110 the pause is over before long
            await asyncio.sleep(0)
    numbers = [orjson.loads(each[2:])["payload"]["data"]["follow"]["number"] for each in crowd.told]
    assert numbers == [7, 7, 8, 8]


async def test_what_writing_costs_makes_the_next_pause_longer_for_all(clock: Clock) -> None:
    crowd = Crowd()
    a, b = await pair(crowd)

    def costly() -> None:
        a.on_write = b.on_write = lambda: None
        clock.now += 0.04

    a.on_write = b.on_write = costly
    for number in (7, 8, 9):
        crowd.station.say(number)
    await crowd.heard(*(f"{name} " + TOLD % ("1", number) for name in "AB" for number in (7, 8, 9)))
    assert 2 in a.together + b.together


async def test_a_stream_that_cannot_begin_is_an_error_and_not_an_answer() -> None:
    crowd = Crowd()
    crowd.most_contexts = 1
    crowd.station.started = 1
    wire = await crowd.wire("A")
    wire.multiplex.subscribe(Subscribe("1", "subscription { follow { number } }", None, {}, {}))
    async with asyncio.timeout(5):
        while not crowd.told:  # noqa: ASYNC110 each is a turn of the loop
            await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    (told,) = crowd.told
    assert orjson.loads(told[2:])["type"] == "error"


async def test_the_last_word_knows_what_was_written_at_once() -> None:
    crowd = Crowd()
    document = "subscription { follow { number resumeAfter } }"
    wires = await pair(crowd)
    for wire in wires:
        wire.multiplex.subscribe(Subscribe("2", document, None, {}, {}))
    await crowd.station.until(started=2)
    crowd.station.say(7)
    async with asyncio.timeout(5):
        while len(crowd.told) < 4:  # noqa: ASYNC110 each is a turn of the loop
            await asyncio.sleep(0)
        wires[0].multiplex.interrupt(InterruptionReason.TOO_SLOW)
        while not any('"resumeAfter":7' in each for each in crowd.told):  # noqa: ASYNC110 the same
            await asyncio.sleep(0)
