"""What is to be reached, and whether it was: a row for each promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.speed import in_memory, on_postgresql
from benchmarks.speed.peers import APOLLO, BARE, KEEPING_NONE, MERCURIUS_JIT, NODES, OURS, STRAWBERRY
from benchmarks.speed.results import Results


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: `reached` is ours, `must` and `aim` the bounds; `least` where more is better."""

    work: str
    beside: str
    reached: float
    must: float
    aim: float | None
    unit: str = "×"
    least: bool = True
    by_cpu: float | None = None

    @property
    def said(self) -> str:
        """What was reached, with its unit."""
        return f"{self.reached:,.0f}{self.unit}" if self.reached >= 100 else f"{self.reached:.2f}{self.unit}"

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.aim is not None and self._within(self.aim):
            return "aim reached"
        return "must reached" if self._within(self.must) else "**not reached**"

    def _within(self, bound: float) -> bool:
        return self.reached >= bound if self.least else self.reached <= bound


def rows(memory: Results | None, postgresql: Results | None) -> Iterator[Row]:
    """All that can be said of what was measured."""
    if memory is not None:
        yield _ratio(memory, in_memory.HUNDRED, MERCURIUS_JIT, 1.0, 2.0)
        yield _ratio(memory, in_memory.HUNDRED, APOLLO, 7.0, None)
        yield _ratio(memory, in_memory.HUNDRED, STRAWBERRY, 30.0, None)
        yield _ratio(memory, in_memory.FIVE_HUNDRED, MERCURIUS_JIT, 1.3, 3.0)
        yield _ratio(memory, in_memory.ONE, BARE, 0.6, 0.8)
    if postgresql is not None:
        hundred, appointing = on_postgresql.HUNDRED, on_postgresql.APPOINTMENTS
        twice = KEEPING_NONE in postgresql.figures[hundred]  # earlier runs had no fragments
        yield _ratio(postgresql, hundred, _best(postgresql, hundred), 1.0, 2.0, KEEPING_NONE if twice else OURS)
        if twice:
            yield _ratio(postgresql, hundred, _best(postgresql, hundred), 5.0, None)
        yield _ratio(postgresql, appointing, _best(postgresql, appointing), 0.8, 1.0)
        for name, by_server in postgresql.crowds.items():
            ours = by_server[OURS]
            yield Row(
                f"{_told(postgresql, name)}: p95",
                f"{ours['errors']:.0f} errors",
                ours["p95"],
                250,
                100,
                " ms",
                least=False,
            )
        yield _memory("memory of the process under load, the median", postgresql.memory)
        if postgresql.most_memory:  # earlier runs only looked when all was over
            yield _memory("memory of the process at most", postgresql.most_memory)
            yield _memory("memory of the process when all was over", postgresql.last_memory)
        yield Row("start to first answer", "", postgresql.starts[OURS], 2.0, 1.0, " s", least=False)


def _ratio(results: Results, question: str, beside: str, must: float, aim: float | None, who: str = OURS) -> Row:
    ours, theirs = results.figures[question][who], results.figures[question][beside]
    work = f"{question}, keeping no fragments" if who == KEEPING_NONE else _told(results, question)
    return Row(work, beside, ours.rate / theirs.rate, must, aim, by_cpu=theirs.cpu / ours.cpu)


def _best(results: Results, question: str) -> str:
    """The fastest on Node."""
    by_server = results.figures[question]
    return max(NODES, key=lambda name: by_server[name].rate)


def _told(results: Results, name: str) -> str:
    """The work, and how much of it a cache did."""
    hits = results.hits.get(name)
    return name if hits is None else f"{name}, {hits:.0%} from fragments (a cache)"


def _memory(work: str, held: Mapping[str, float]) -> Row:
    leanest = min(NODES, key=lambda name: held[name])
    return Row(work, f"{leanest}, the leanest on Node", held[OURS] / held[leanest], 1.0, 0.5, least=False)
