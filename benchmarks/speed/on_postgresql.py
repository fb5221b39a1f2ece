"""Setting (b): the whole service on PostgreSQL, with tokens, admission and loaders."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.speed import invented
from benchmarks.speed.measure import Figured, Pace, Question, measured
from benchmarks.speed.mixed import Clients, Served, crowded
from benchmarks.speed.peers import KEEPING_NONE, NODES, OURS, on_postgresql
from benchmarks.speed.question import appointments, entities
from benchmarks.speed.register import APPOINTED, Seeded, seeded
from benchmarks.speed.servers import Recipe, Server, running

HUNDRED, APPOINTMENTS = "_entities × 100 on PostgreSQL", "appointments on PostgreSQL"
WITHOUT_PAUSE, WITH_PAUSE = "many clients without a pause", "many clients, a second between"
WRITERS = (OURS, *NODES)
READ = 2_000
"""So many enterprises are asked about; appointments are made in those behind them, where many clients ask in both."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    enterprises: int
    clients: int
    starts: int
    crowd_rounds: int
    crowd_seconds: float


@dataclass(slots=True)
class Found:
    """What was found, by server: figures by question, rounds by crowd, bytes in memory, seconds to an answer.

    `held` are the bytes in memory whenever a stretch of load was over, whoever's it was, and `most` the highest ever.
    `hits` is by question and crowd: which share of the entities ours answered from memory.
    """

    figures: Figured = field(default_factory=dict)
    crowds: dict[str, dict[str, list[Served]]] = field(default_factory=dict)
    held: dict[str, list[int]] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)
    hits: dict[str, float] = field(default_factory=dict)


async def found(pace: Pace, size: Size) -> Found:
    """Everything of this setting."""
    made = Found()
    async with seeded(size.enterprises, size.clients) as register:
        recipes = on_postgresql(Path(register.environment["BENCH_HOME"]))
        one = Question("one enterprise", entities([invented.number(invented.FIRST)]), 1, register.reading)
        for _ in range(size.starts):
            for recipe in recipes:
                made.starts.setdefault(recipe.name, []).append(await _start(recipe, register, one))
        with running(recipes, register.environment) as servers:
            for server in servers:
                await server.first_answer(one.one(), one.headers)
            await _measure(made, servers, register, pace, size)
        await register.verified()
    return made


async def _start(recipe: Recipe, register: Seeded, one: Question) -> float:
    with running([recipe], register.environment) as (server,):
        seconds, _ = await server.first_answer(one.one(), one.headers)
        return seconds


async def _measure(made: Found, servers: Sequence[Server], register: Seeded, pace: Pace, size: Size) -> None:
    async def tidy() -> None:
        for server in servers:
            made.held.setdefault(server.name, []).append(server.memory)
        await register.forget_readers()

    numbers = [invented.number(serial) for serial in range(invented.FIRST, invented.FIRST + READ)]
    hundred = Question(HUNDRED, entities(numbers[100:200]), 16, register.reading)
    with _counted(made, HUNDRED, servers[0]):
        made.figures[HUNDRED] = await measured(servers, hundred, pace, tidy)
    behind = (invented.number(serial) for serial in count(invented.FIRST + READ))
    new = appointments(behind, APPOINTED)
    writing = [server for server in servers if server.name in WRITERS]
    appointing = Question(APPOINTMENTS, new, 16, register.appointing)
    made.figures[APPOINTMENTS] = await measured(writing, appointing, pace, tidy)

    def some(chance: random.Random) -> bytes:
        return entities(chance.sample(numbers, 10))

    def single(chance: random.Random) -> bytes:
        return entities([chance.choice(numbers)])

    mingled = appointments(_mingled(random.Random(8).sample(numbers, READ), behind), APPOINTED)
    many = [server for server in servers if server.name in (*WRITERS, KEEPING_NONE)]
    for crowd, pause in ((WITHOUT_PAUSE, 0.0), (WITH_PAUSE, 1.0)):
        clients = Clients(register.readers, register.chief, some, single, mingled, pause)
        with _counted(made, crowd, servers[0]):
            made.crowds[crowd] = await _crowds(many, clients, tidy, size)
    made.most = {server.name: server.most_memory for server in servers}


def _mingled(asked: Sequence[str], behind: Iterator[str]) -> Iterator[str]:
    """Every second appointment changes an enterprise that is asked about, as long as there are any without one."""
    for number in asked:
        yield number
        yield next(behind)
    yield from behind


@contextmanager
def _counted(made: Found, name: str, ours: Server) -> Iterator[None]:
    """Notes which share of the entities asked of ours in the block was answered from memory."""
    kept, read = (ours.figure(f"btb_fragments_{how}") for how in ("kept", "read"))
    yield
    kept, read = ours.figure("btb_fragments_kept") - kept, ours.figure("btb_fragments_read") - read
    made.hits[name] = kept / max(kept + read, 1)


async def _crowds(
    servers: Sequence[Server], clients: Clients, tidy: Callable[[], Awaitable[None]], size: Size
) -> dict[str, list[Served]]:
    found: dict[str, list[Served]] = {server.name: [] for server in servers}
    for _ in range(size.crowd_rounds):
        for server in servers:
            served = await crowded(server, clients, size.crowd_seconds)
            found[server.name].append(served)
            if served.errors:
                print(f"{server.name}: {len(served.errors)} errors, among them {served.errors[0]!r}", flush=True)
            await tidy()
    return found
