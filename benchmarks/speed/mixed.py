"""Many clients at once, each asking one thing after another: questions of two sizes, and appointments."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.speed.client import answer, request
from benchmarks.speed.servers import Server

ANSWERED, MADE = b'{"data":{"_entities":[{"enterpriseNumber"', b'"AppointmentMade"'


@dataclass(frozen=True, slots=True)
class Clients:
    """What they ask: of ten requests six are `several` enterprises, three are `one`, and one is an appointment.

    `readers` are the tokens of those who ask, one a client; `chief` is the token of who appoints. `pause` is for how
    many seconds a client does nothing between an answer and its next request, on the average.
    """

    readers: Sequence[str]
    chief: str
    several: Callable[[random.Random], bytes]
    one: Callable[[random.Random], bytes]
    appointments: Iterator[bytes]
    pause: float = 0.0


@dataclass(slots=True)
class Served:
    """How it went: milliseconds of every answer, and what was answered wrongly."""

    seconds: float = 0.0
    questions: list[float] = field(default_factory=list)
    appointed: list[float] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Of all answers, in milliseconds."""
        times = sorted(self.questions + self.appointed)
        return times[int(len(times) * share)]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return (len(self.questions) + len(self.appointed)) / self.seconds


async def crowded(server: Server, clients: Clients, seconds: float) -> Served:
    """All clients on one server, each with a connection of its own."""
    served = Served()
    began = time.perf_counter()
    until = began + seconds
    each = (_client(server, clients, served, until, place) for place in range(len(clients.readers)))
    async with asyncio.timeout(seconds + 60):
        await asyncio.gather(*each)
    served.seconds = time.perf_counter() - began
    return served


async def _client(server: Server, clients: Clients, served: Served, until: float, place: int) -> None:
    chance = random.Random(place)
    reading = {"authorization": f"Bearer {clients.readers[place]}"}
    appointing = {"authorization": f"Bearer {clients.chief}"}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**24)
    try:
        while time.perf_counter() < until:
            if clients.pause:
                await asyncio.sleep(chance.uniform(0, 2 * clients.pause))
            turn = chance.randrange(10)
            if turn == 0:
                asked, mark, times = (
                    request(server.path, next(clients.appointments), appointing),
                    MADE,
                    served.appointed,
                )
            else:
                body = clients.one(chance) if turn < 4 else clients.several(chance)
                asked, mark, times = request(server.path, body, reading), ANSWERED, served.questions
            at = time.perf_counter()
            writer.write(asked)
            answered = await answer(reader)
            times.append((time.perf_counter() - at) * 1000)
            if answered.status != 200 or mark not in answered.body or b'"errors"' in answered.body:
                served.errors.append(answered.body[:300])
    finally:
        writer.close()
