"""Measuring servers in turns: the same question to each, round after round."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.speed.client import Load, ask, load
from benchmarks.speed.servers import Server


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked under this name, by how many connections: one body, or others that are answered alike."""

    name: str
    bodies: bytes | Iterator[bytes]
    connections: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def one(self) -> bytes:
        """The next body."""
        return self.bodies if isinstance(self.bodies, bytes) else next(self.bodies)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, and how long each time; seconds."""

    rounds: int
    seconds: float
    warming: float


@dataclass(slots=True)
class Figures:
    """One server under one question, a figure per round: answers a second, server CPU, tail, the client's share."""

    rates: list[float] = field(default_factory=list)
    cpu_microseconds: list[float] = field(default_factory=list)
    p99_milliseconds: list[float] = field(default_factory=list)
    client_share: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of answers a second."""
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """The median of processor microseconds of the server for one answer."""
        return statistics.median(self.cpu_microseconds)

    @property
    def p99(self) -> float:
        """The median of the rounds' p99, in milliseconds."""
        return statistics.median(self.p99_milliseconds)

    def add(self, made: Load, cpu: float) -> None:
        """One round; `cpu` is what the server worked meanwhile, in seconds."""
        count = len(made.latencies)
        self.rates.append(made.rate)
        self.cpu_microseconds.append(cpu / count * 1e6)
        self.p99_milliseconds.append(sorted(made.latencies)[int(count * 0.99)])
        self.client_share.append(made.client_cpu / made.seconds)


Figured = dict[str, dict[str, Figures]]
"""By question, then by server."""


async def nothing() -> None:
    """What is tidied up between two stretches of load where there is nothing to tidy."""


async def same_answers(servers: Sequence[Server], question: Question) -> dict[str, int]:
    """Ask every server; the lengths of their answers, heads included. Exits where two answers differ by a byte.

    White space around an answer is left out of the comparison: Apollo Server ends its answers with a new line.
    """
    lengths: dict[str, int] = {}
    first: bytes | None = None
    for server in servers:
        for _ in range(3):
            answered = await ask(server.port, server.path, question.one(), question.headers)
            body = answered.body.strip()
            first = body if first is None else first
            if answered.status != 200 or b'"errors"' in body or body != first:
                raise SystemExit(f"{question.name}: {server.name} answers {body[:600]!r}, others {first[:600]!r}")
        lengths[server.name] = answered.length
    assert first is not None
    print(f"{question.name}: {len(servers)} servers answer the same {len(first)} bytes", flush=True)
    return lengths


async def measured(
    servers: Sequence[Server],
    question: Question,
    pace: Pace,
    tidy: Callable[[], Awaitable[object]] = nothing,
) -> dict[str, Figures]:
    """Figures by server; the first turn of each only warms it up."""
    lengths = await same_answers(servers, question)
    figures = {server.name: Figures() for server in servers}
    for turn in range(pace.rounds + 1):
        for server in servers:
            cpu = server.cpu
            made = await load(
                server.port,
                server.path,
                question.bodies,
                question.headers,
                length=lengths[server.name],
                connections=question.connections,
                seconds=pace.seconds if turn else pace.warming,
            )
            if turn:
                figures[server.name].add(made, server.cpu - cpu)
            await tidy()
    return figures
