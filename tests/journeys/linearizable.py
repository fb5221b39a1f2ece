"""Whether what callers saw at once can have happened one after the other (Wing and Gong 1993, as Lowe 2017 prunes it).

A search through the orders in which each operation takes effect at one moment between its being sent and its being
answered. Two ways to one state by the same operations are one way, so that a long history costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Generic, TypeAlias, TypeVar

State = TypeVar("State", bound=Hashable)
Asked = TypeVar("Asked")

Step: TypeAlias = Callable[[State, Asked], tuple[State, object]]
"""The object as it should behave: its state after what was asked, and the answer."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Asked]):
    """What was asked, with its answer: `sent` and `answered` are readings of one clock."""

    asked: Asked
    answer: object
    sent: float
    answered: float


@dataclass(frozen=True, slots=True)
class _Place(Generic[State]):
    """How far a way has come: all operations before `first`, and those `ahead` of it."""

    first: int
    ahead: frozenset[int]
    state: State

    def behind(self, index: int, state: State) -> _Place[State]:
        """The place after one more operation."""
        first, ahead = self.first, self.ahead | {index}
        while first in ahead:
            ahead -= {first}
            first += 1
        return _Place(first, ahead, state)


def linearization(
    history: Sequence[Operation[Asked]], state: State, step: Step[State, Asked]
) -> list[Operation[Asked]] | None:
    """An order that explains every answer, None where there is none."""
    operations = sorted(history, key=lambda each: each.sent)
    if not operations:
        return []
    seen: set[_Place[State]] = set()
    order: list[int] = []
    ways = [_ways(operations, _Place(0, frozenset(), state), step)]
    while ways:
        found = next(ways[-1], None)
        if found is None:
            ways.pop()
            del order[-1:]
            continue
        index, place = found
        if place in seen:
            continue
        seen.add(place)
        order.append(index)
        if place.first == len(operations):
            return [operations[each] for each in order]
        ways.append(_ways(operations, place, step))
    return None


def _ways(
    operations: Sequence[Operation[Asked]], place: _Place[State], step: Step[State, Asked]
) -> Iterator[tuple[int, _Place[State]]]:
    """What may have come next: nothing that is left was answered before it was sent, and its answer is as it should."""
    earliest, left = inf, []
    for index in range(place.first, len(operations)):
        if index in place.ahead:
            continue
        if operations[index].sent > earliest:
            break
        earliest = min(earliest, operations[index].answered)
        left.append(index)
    for index in left:
        if operations[index].sent > earliest:
            continue
        state, answer = step(place.state, operations[index].asked)
        if answer == operations[index].answer:
            yield index, place.behind(index, state)
