"""Measuring servers in turns: the same question to each, round after round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.speed.client import ask, load
from benchmarks.speed.servers import Server


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked under this name, by how many connections."""

    name: str
    body: bytes
    connections: int


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


async def same_answers(servers: Sequence[Server], question: Question, headers: Mapping[str, str]) -> dict[str, int]:
    """Ask every server twice; the lengths of their answers, heads included. Exits where two answers differ by a byte.

    White space around an answer is left out of the comparison: Apollo Server ends its answers with a new line.
    """
    lengths: dict[str, int] = {}
    first: bytes | None = None
    for server in servers:
        for _ in range(3):
            answered = await ask(server.port, server.path, question.body, headers)
            body = answered.body.strip()
            first = body if first is None else first
            if answered.status != 200 or b'"errors"' in body or body != first:
                raise SystemExit(f"{question.name}: {server.name} answers {body[:600]!r}, others {first[:600]!r}")
        lengths[server.name] = answered.length
    assert first is not None
    print(f"{question.name}: {len(servers)} servers answer the same {len(first)} bytes", flush=True)
    return lengths


async def measured(
    servers: Sequence[Server], questions: Sequence[Question], pace: Pace, headers: Mapping[str, str]
) -> dict[str, dict[str, Figures]]:
    """Figures by question and server."""
    for server in servers:
        await server.first_answer(questions[0].body, headers)
    found: dict[str, dict[str, Figures]] = {}
    for question in questions:
        lengths = await same_answers(servers, question, headers)
        figures = found[question.name] = {server.name: Figures() for server in servers}
        for turn in range(pace.rounds + 1):
            for server in servers:
                seconds = pace.seconds if turn else pace.warming
                cpu = server.cpu
                made = await load(
                    server.port,
                    server.path,
                    question.body,
                    headers,
                    length=lengths[server.name],
                    connections=question.connections,
                    seconds=seconds,
                )
                if turn:
                    _add(figures[server.name], made, server.cpu - cpu)
    return found


def _add(to: Figures, made, cpu: float) -> None:
    count = len(made.latencies)
    to.rates.append(made.rate)
    to.cpu_microseconds.append(cpu / count * 1e6)
    to.p99_milliseconds.append(sorted(made.latencies)[int(count * 0.99)])
    to.client_share.append(made.client_cpu / made.seconds)
