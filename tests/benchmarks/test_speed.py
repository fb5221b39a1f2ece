"""The side-by-side benchmark tells what it saw, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

import pytest

from benchmarks.speed.client import load
from benchmarks.speed.measure import Figures, Pace, Question, measured, same_answers
from benchmarks.speed.report import BEGIN, END, markdown, quoted
from benchmarks.speed.results import Results
from benchmarks.speed.targets import Row

QUESTION = Question("a question", b"{}", connections=2)


@dataclass
class Answering:
    """A server in this process; it has worked a millisecond more whenever it is asked about it."""

    name: str
    port: int
    path: str = "/graphql"
    worked: float = 0.0

    @property
    def cpu(self) -> float:
        self.worked += 0.001
        return self.worked


class Giving(asyncio.Protocol):
    """Gives the next answer to every request; each ends with `{}`."""

    def __init__(self, answers: Iterator[bytes], status: str) -> None:
        self._answers, self._status = answers, status

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n{}"):
            body = next(self._answers)
            self._transport.write(f"HTTP/1.1 {self._status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)


@asynccontextmanager
async def answering(name: str, *answers: bytes, status: str = "200 OK") -> AsyncIterator[Answering]:
    """A server that gives these answers in turn, to whoever asks."""
    given, loop = cycle(answers), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Giving(given, status), "127.0.0.1", 0)
    async with server:
        yield Answering(name, server.sockets[0].getsockname()[1])


async def test_servers_that_answer_the_same_are_measured_in_turns() -> None:
    async with answering("ours", b'{"data":1}') as ours, answering("theirs", b'{"data":1}\n') as theirs:
        found = await measured([ours, theirs], QUESTION, Pace(rounds=3, seconds=0.02, warming=0.01))  # type: ignore[list-item]
    assert list(found) == ["ours", "theirs"]
    for figures in found.values():
        assert len(figures.rates) == 3
        assert figures.rate > 0
        assert figures.cpu == pytest.approx(1000 / (figures.rate * 0.02), rel=0.5)


@pytest.mark.parametrize("other", [b'{"data":2}', b'{"errors":[]}'])
async def test_an_answer_that_differs_ends_the_run(other: bytes) -> None:
    async with answering("ours", b'{"data":1}') as ours, answering("theirs", other) as theirs:
        with pytest.raises(SystemExit, match="theirs"):
            await same_answers([ours, theirs], QUESTION)  # type: ignore[list-item]


async def test_an_answer_that_fails_under_load_is_no_answer() -> None:
    async with answering("theirs", b"{}", status="500 Internal Server Error") as theirs:
        with pytest.raises(RuntimeError, match="Internal Server Error"):
            await load(theirs.port, "/", b"{}", {}, length=41, connections=1, seconds=0.05)


async def test_an_answer_longer_than_the_first_under_load_is_no_answer() -> None:
    async with answering("theirs", b'{"data":1}', b'{"data":12}') as theirs:
        with pytest.raises(RuntimeError, match="longer"):
            await load(
                theirs.port,
                "/",
                b"{}",
                {},
                length=len("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n") + 10,
                connections=1,
                seconds=5,
            )


@pytest.mark.parametrize(
    ("reached", "least", "verdict"),
    [
        (0.9, True, "**not reached**"),
        (1.0, True, "must reached"),
        (2.0, True, "aim reached"),
        (2.1, False, "**not reached**"),
    ],
)
def test_a_promise_is_kept_or_not(reached: float, least: bool, verdict: str) -> None:
    must, aim = (1.0, 2.0) if least else (2.0, 1.0)
    assert Row("work", "somebody", reached, must, aim, least=least).verdict == verdict


def results() -> Results:
    """Ours answers half as often as everybody, for twice the work."""
    from benchmarks.speed import in_memory
    from benchmarks.speed.peers import APOLLO, BARE, MERCURIUS_JIT, OURS, STRAWBERRY

    half, whole = Figures([50.0], [20.0], [1.0], [0.1]), Figures([100.0], [10.0], [1.0], [0.1])
    others = dict.fromkeys((APOLLO, BARE, MERCURIUS_JIT, STRAWBERRY), whole)
    questions = (in_memory.HUNDRED, in_memory.FIVE_HUNDRED, in_memory.ONE)
    return Results(1, {"Python": "3"}, {question: {OURS: half, **others} for question in questions})


def test_the_table_has_ratios_by_answers_and_by_work() -> None:
    page = markdown(results(), None)
    assert page.count("**0.50×** | 0.50× | **not reached**") == 5
    assert "| mercurius with JIT | 100 | 0.50× | 10 | 0.50× | 1.0 |" in page


def test_a_document_is_quoted_into_between_its_marks_only() -> None:
    document = f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n"
    once = quoted(document, results(), None)
    assert "old" not in once
    assert once.startswith(f"Before.\n{BEGIN}\n| work |")
    assert once.endswith(f"{END}\nAfter.\n")
    assert quoted(once, results(), None) == once
