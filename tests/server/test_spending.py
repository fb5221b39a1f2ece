"""A budget of cost for each caller."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from execution.errors import RefusedRequest
from server.spending import CostBudget
from tests.schema.world import opened


@dataclass
class Clock:
    """A clock that stands still unless told."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def refused(budget: CostBudget, caller: Hashable, cost: int) -> int | None:
    """After how many seconds to come again; None where the caller had enough."""
    try:
        budget.spend(caller, cost)
    except RefusedRequest as error:
        return int(error.headers["retry-after"])
    return None


def test_a_caller_spends_its_own_budget_and_nobody_elses() -> None:
    budget = CostBudget(100, clock=Clock())
    assert [refused(budget, "one", 60), refused(budget, "one", 60), refused(budget, "other", 60)] == [None, 12, None]


def test_a_budget_fills_up_evenly_and_no_further_than_it_was() -> None:
    clock = Clock()
    budget = CostBudget(60, clock=clock)
    assert refused(budget, "one", 60) is None
    assert refused(budget, "one", 10) == 10
    clock.seconds = 10
    assert refused(budget, "one", 10) is None
    clock.seconds = 10_000
    assert [refused(budget, "one", 60), refused(budget, "one", 1)] == [None, 1]


def test_what_costs_nothing_costs_one_and_what_costs_more_than_all_needs_a_full_budget() -> None:
    clock = Clock()
    budget = CostBudget(60, clock=clock)
    assert refused(budget, "one", 0) is None
    assert refused(budget, "one", 500) == 1
    clock.seconds = 1
    assert refused(budget, "one", 500) is None
    assert refused(budget, "one", 1) == 441


def test_callers_are_forgotten_beyond_a_number() -> None:
    budget = CostBudget(10, callers=2, clock=Clock())
    for caller in ("one", "two", "three"):
        assert refused(budget, caller, 10) is None
    assert refused(budget, "three", 1) is not None
    assert refused(budget, "one", 1) is None


async def test_a_caller_whose_budget_is_used_up_is_answered_429_and_others_are_answered(
    tmp_path: Path,
) -> None:
    """The domains cost 10, of which the smallest budget has enough for one."""
    async with opened(f"sqlite:///{tmp_path / 'btb.sqlite'}", tmp_path, BTB_LIMIT_COST_PER_MINUTE="12") as world:
        els, koen = world.person("els"), world.person("koen")
        told = [await world.ask("{ domains { code } }", token) for token in (els, els, koen, None, None)]
    assert [answer.codes for answer in told] == [[], ["BUDGET_EXCEEDED"], [], [], ["BUDGET_EXCEEDED"]]
    assert [answer.status for answer in told] == [200, 429, 200, 200, 429]
