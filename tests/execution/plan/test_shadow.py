"""Shadow mode: every difference is told, but where what was read changed between the two ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import strawberry

from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.operation import OperationRequest
from execution.plan import CompiledQueries, ShadowedQueries
from tests.execution.plan.both import AT_ONCE, QUERY

NAME = ["Els"]
"""What is read."""

READ: list[str] = []
"""What was read so far."""


@strawberry.type
class Named:
    @strawberry.field
    async def name(self, info: strawberry.Info) -> str:
        """Reads once a context, as loaders do."""
        READ.append(info.context.setdefault("name", NAME[0]))
        return READ[-1]


class Shadowed:
    """An engine in shadow mode, whose plan can be made to answer something else."""

    def __init__(self) -> None:
        NAME[0] = "Els"
        READ.clear()
        schema = SubgraphSchema(query=Named)
        self.told: list[str] = []
        self.plans = CompiledQueries(schema, AT_ONCE)
        self.engine = Engine(schema, executor=ShadowedQueries(self.plans, schema, self.told.append, lambda _: {}))

    async def answer(self, text: str = "{ name }") -> Any:
        return orjson.loads((await self.engine.execute(OperationRequest(text), {}, allowed=QUERY)).body)

    def planned(self, answers: Callable[[], str]) -> None:
        (plan,) = self.plans._plans._made._items.values()

        async def run(running: Any) -> bytes:
            return orjson.dumps({"data": {"name": answers()}})

        plan.run = run

    @property
    def counted(self) -> tuple[int, int, int]:
        return self.plans.figures.compared, self.plans.figures.mismatched, len(self.told)


async def test_both_answer_and_a_difference_is_told() -> None:
    shadowed = Shadowed()
    assert await shadowed.answer() == {"data": {"name": "Els"}}
    assert shadowed.counted == (1, 0, 0)
    shadowed.planned(lambda: "Emma")
    assert await shadowed.answer() == {"data": {"name": "Els"}}
    assert shadowed.counted == (2, 1, 1)


async def test_a_plan_that_is_wrong_but_once_is_not_excused() -> None:
    shadowed, answers = Shadowed(), iter(("Emma", "Els", "Els"))
    await shadowed.answer()
    shadowed.planned(lambda: next(answers))
    await shadowed.answer()
    await shadowed.answer()
    assert shadowed.counted == (3, 1, 1)


async def test_a_difference_is_excused_where_what_was_read_has_changed_meanwhile() -> None:
    shadowed = Shadowed()
    await shadowed.answer()

    def while_it_changes() -> str:
        NAME[0] = "Emma"
        return NAME[0]

    shadowed.planned(while_it_changes)
    assert await shadowed.answer() == {"data": {"name": "Els"}}
    assert shadowed.counted == (1, 0, 0)


async def test_what_no_plan_answers_is_interpreted_once() -> None:
    shadowed = Shadowed()
    assert (await shadowed.answer("{ __typename name __schema { queryType { name } } }"))["data"]["name"] == "Els"
    assert (READ, shadowed.counted) == (["Els"], (0, 0, 0))
