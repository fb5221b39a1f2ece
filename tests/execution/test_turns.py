"""Few operations run at once, the others in the order they came; whoever waits for something lets others work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
import strawberry

from execution.engine import Engine, Limits
from execution.turns import Turns
from tests.execution import toy
from tests.execution.asking import Watcher, answered, codes
from tests.execution.virtual_time import run

LONG = 0.1


class Crowd:
    """Operations that note when they begin, each for so many seconds."""

    def __init__(self, at_once: int) -> None:
        self.turns = Turns(at_once, LONG, lambda: asyncio.get_running_loop().time())
        self.began: list[tuple[str, float]] = []
        self.most = 0

    def comes(self, name: str, seconds: float) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._works(name, seconds))

    async def _works(self, name: str, seconds: float) -> None:
        place = await self.turns.place()
        try:
            self.most = max(self.most, self.turns.running)
            self.began.append((name, round(asyncio.get_running_loop().time(), 6)))
            await asyncio.sleep(seconds)
        finally:
            self.turns.leave(place)


def test_no_more_run_at_once_and_the_others_follow_in_the_order_they_came() -> None:
    async def told() -> Crowd:
        crowd = Crowd(2)
        await asyncio.gather(*(crowd.comes(name, 0.05) for name in "abcde"))
        return crowd

    crowd = run(told())
    assert crowd.began == [("a", 0), ("b", 0), ("c", 0.05), ("d", 0.05), ("e", 0.1)]
    assert (crowd.most, crowd.turns.running, crowd.turns.waiting) == (2, 0, 0)


def test_without_a_bound_everybody_runs() -> None:
    async def told() -> Crowd:
        crowd = Crowd(0)
        await asyncio.gather(*(crowd.comes(name, 0.05) for name in "abc"))
        return crowd

    assert run(told()).began == [("a", 0), ("b", 0), ("c", 0)]


def test_who_waits_long_for_a_source_lets_the_next_one_run_and_is_done_all_the_same() -> None:
    async def told() -> Crowd:
        crowd = Crowd(2)
        hanging = [crowd.comes(name, 4.0) for name in "ab"]
        await asyncio.sleep(0.03)
        await asyncio.gather(crowd.comes("c", 0.01), crowd.comes("d", 0.01), crowd.comes("e", 0.01))
        assert asyncio.get_running_loop().time() < 0.2
        await asyncio.gather(*hanging)
        return crowd

    crowd = run(told())
    assert crowd.began == [("a", 0), ("b", 0), ("c", LONG), ("d", LONG), ("e", 0.11)]
    assert (crowd.turns.running, crowd.turns.waiting) == (0, 0)


def test_a_crowd_of_the_slow_is_no_wall() -> None:
    async def told() -> Crowd:
        crowd = Crowd(1)
        await asyncio.gather(*(crowd.comes(name, 4.0) for name in "abc"))
        return crowd

    assert run(told()).began == [("a", 0), ("b", LONG), ("c", 2 * LONG)]


def test_who_gives_up_waiting_is_passed_over() -> None:
    async def told() -> Crowd:
        crowd = Crowd(1)
        first, second, third = (crowd.comes(name, 0.05) for name in "abc")
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.gather(first, third)
        assert second.cancelled()
        return crowd

    crowd = run(told())
    assert crowd.began == [("a", 0), ("c", 0.05)]
    assert (crowd.turns.running, crowd.turns.waiting) == (0, 0)


@pytest.mark.parametrize("called_up_first", [True, False])
def test_a_place_is_not_lost_with_one_who_is_cancelled_as_it_is_called_up(called_up_first: bool) -> None:
    async def told() -> Crowd:
        crowd = Crowd(1)
        place = await crowd.turns.place()
        second, third = crowd.comes("b", 0), crowd.comes("c", 0)
        await asyncio.sleep(0)
        steps = [lambda: crowd.turns.leave(place), lambda: second.cancel() and None]
        for step in steps if called_up_first else reversed(steps):
            step()
        await third
        return crowd

    crowd = run(told())
    assert [name for name, _ in crowd.began] == ["c"]
    assert (crowd.turns.running, crowd.turns.waiting) == (0, 0)


@strawberry.type
class Query:
    @strawberry.field
    async def wait(self, seconds: float) -> float:
        await asyncio.sleep(seconds)
        return asyncio.get_running_loop().time()


def engine(**limits: Any) -> tuple[Engine, Watcher]:
    watcher = Watcher.new()
    return Engine(strawberry.Schema(Query), limits=Limits(**limits), observers=[watcher]), watcher


async def _both(*asked: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*asked)


def test_the_deadline_counts_from_arrival() -> None:
    async def told() -> tuple[list[Any], Watcher, Engine]:
        one, watcher = engine(at_once=1, deadline=0.09)
        return await _both(*(answered(one, "{ wait(seconds: 0.06) }") for _ in range(3))), watcher, one

    (first, second, third), watcher, one = run(told())
    assert first["data"] == {"wait": 0.06}
    assert codes(second) == codes(third) == ["DEADLINE_EXCEEDED"]
    assert len(watcher.reports) == 3
    assert (one.turns.running, one.turns.waiting) == (0, 0)


def test_queries_wait_for_one_another_in_the_engine() -> None:
    async def told() -> list[Any]:
        one, _ = engine(at_once=1)
        return await _both(*(answered(one, "{ wait(seconds: 0.06) }") for _ in range(3)))

    assert [body["data"]["wait"] for body in run(told())] == pytest.approx([0.06, 0.12, 0.18])


async def test_what_is_refused_needs_no_turn() -> None:
    watcher = Watcher.new()
    assert codes(await answered(toy.engine(observers=[watcher]), "{ nothing }")) == ["GRAPHQL_VALIDATION_FAILED"]
    assert watcher.reports[0].turn_at is None
