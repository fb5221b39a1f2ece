"""An answer is written to each connection the moment it is made, unless something of theirs waits already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from graphql import OperationType

from execution.graphql_transport_ws import Subscribe
from execution.interruption import Interruption
from execution.multiplex import Multiplex
from execution.outbox import LentOutbox
from execution.runs import StreamSettings
from execution.streaming import Streams
from tests.execution import streams_toy as toy

TOLD = '{"id":"%s","type":"next","payload":{"data":{"follow":{"number":%d}}}}'


class Wire:
    """A socket that is full when told so."""

    def __init__(self, told: list[str], name: str) -> None:
        self._told, self._name = told, name
        self.on_writable: Callable[[], None] | None = None
        self.on_write: Callable[[], None] = lambda: None
        self.full = self.broken = False
        self.together: list[int] = []
        self.multiplex: Multiplex

    def write_texts(self, texts: Sequence[bytes]) -> bool:
        if self.broken:
            raise RuntimeError("closed")
        self.together.append(len(texts))
        self.on_write()
        self._told.extend(f"{self._name} {text.decode()}" for text in texts)
        return not self.full

    def abort(self) -> None:
        """Nobody is dropped here."""


class Crowd:
    """Connections that hear one station by one execution; `told` is what was written, in order."""

    def __init__(self, gap: float = 0.0) -> None:
        self.told: list[str] = []
        self.station = toy.Station()
        self.contexts, self.most_contexts = 0, 100
        self.streams = Streams(
            toy.engine(),
            toy.renewed,
            sharing_key=lambda _: "all",
            joinable=toy.joinable,
            settings=StreamSettings(gap=gap),
        )

    async def _make(self, interruption: Interruption) -> Any:
        self.contexts += 1
        if self.contexts > self.most_contexts:
            raise RuntimeError("nobody knows")
        return toy.RadioContext(self.station, "Ann", interruption)

    async def wire(self, name: str, *identifiers: str) -> Wire:
        """A connection that follows under each of these ids."""
        wire = Wire(self.told, name)
        multiplex = wire.multiplex = Multiplex(self.streams, self._make, frozenset(OperationType), 10)
        multiplex.outbox = LentOutbox(wire, multiplex.flush, lambda: None, 10)
        for identifier in identifiers:
            multiplex.subscribe(Subscribe(identifier, "subscription { follow { number } }", None, {}, {}))
        await self.station.until(started=1)
        return wire

    async def heard(self, *expected: str) -> None:
        async with asyncio.timeout(5):
            while len(self.told) < len(expected):  # noqa: ASYNC110 each is a turn of the loop
                await asyncio.sleep(0)
        assert sorted(self.told) == sorted(expected)


async def test_every_connection_has_it_before_the_next_is_told_and_under_its_own_ids() -> None:
    crowd = Crowd()
    await crowd.wire("A", "1", "2")
    await crowd.wire("B", "1")
    crowd.station.say(7)
    await crowd.heard("A " + TOLD % ("1", 7), "A " + TOLD % ("2", 7), "B " + TOLD % ("1", 7))


async def test_what_comes_soon_after_waits_for_its_turn_and_stays_in_order() -> None:
    crowd = Crowd(gap=0.01)
    await crowd.wire("A", "1")
    for number in (7, 8, 9):
        crowd.station.say(number)
    await crowd.heard(*("A " + TOLD % ("1", number) for number in (7, 8, 9)))
    assert crowd.told == ["A " + TOLD % ("1", number) for number in (7, 8, 9)]


async def test_who_does_not_read_is_written_to_when_they_do_and_others_meanwhile() -> None:
    crowd = Crowd()
    slow, _ = await crowd.wire("slow", "1"), await crowd.wire("quick", "1")
    slow.full = True
    for number in (7, 8):
        crowd.station.say(number)
    await crowd.heard("slow " + TOLD % ("1", 7), "quick " + TOLD % ("1", 7), "quick " + TOLD % ("1", 8))
    slow.full = False
    assert slow.on_writable is not None
    slow.on_writable()
    assert crowd.told[3:] == ["slow " + TOLD % ("1", 8)]


async def test_a_connection_that_cannot_be_written_to_harms_no_other() -> None:
    crowd, failures = Crowd(), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
    broken, _ = await crowd.wire("A", "1"), await crowd.wire("B", "1")
    broken.broken = True
    crowd.station.say(7)
    await crowd.heard("B " + TOLD % ("1", 7))
    assert [str(each) for each in failures] == ["closed"]
