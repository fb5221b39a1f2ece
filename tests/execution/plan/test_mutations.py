"""A mutation under a plan is called once, whatever becomes of its answer, and answered as graphql-core answers it."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
import strawberry

from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.http import QUERIES_AND_MUTATIONS
from execution.limits import Limits
from execution.operation import OperationRequest
from execution.plan import CompiledQueries, PlanSettings, ShadowedQueries
from execution.plan.signals import Reason


class Calls(list[str]):
    """The context: what was called."""


@strawberry.type
class Bought:
    name: str
    price: int | None
    broken: bool = False

    @strawberry.field
    async def stock(self, info: strawberry.Info) -> int:
        info.context.append("stock")
        if self.broken:
            return None  # type: ignore[return-value]
        return len(self.name)


@strawberry.type
class Refused:
    reason: str


@strawberry.input
class Order:
    name: str
    count: int = 1


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def buy(self, info: strawberry.Info, order: Order) -> Bought | Refused:
        info.context.append(f"buy {order.name} {order.count}")
        await asyncio.sleep(0)
        match order.name:
            case "nothing":
                return Refused(reason="nothing is nothing")
            case "trouble":
                raise ValueError("CANARY")
            case "slow":
                await asyncio.Event().wait()
            case "lost":
                raise asyncio.CancelledError
        return Bought(name=order.name, price=None if order.count > 2 else 3, broken=order.name == "broken")

    @strawberry.mutation
    def plain(self, info: strawberry.Info, name: str = "plain") -> Bought:
        info.context.append(f"plain {name}")
        if name == "trouble":
            raise ValueError("CANARY")
        return Bought(name=name, price=1, broken=name == "broken")

    @strawberry.mutation
    async def tells(self, info: strawberry.Info) -> str:
        info.context.append("tells")
        return f"{info.path.as_list()} {info.path.typename} {info.input_extensions}"


@strawberry.type
class Query:
    nothing: str = ""


SCHEMA = SubgraphSchema(query=Query, mutation=Mutation, federation_version="2.9")
BUY = (
    "mutation($o: Order!) {"
    " buy(order: $o) { __typename ... on Bought { name price stock } ... on Refused { reason } } }"
)
PLAIN = "mutation($n: String) { plain(name: $n) { name stock } }"


def engine(executor: Any = None, **limits: float) -> Engine:
    return Engine(SCHEMA, executor=executor, limits=Limits(**limits))  # type: ignore[arg-type]


async def asked(engine: Engine, text: str, **variables: Any) -> tuple[Any, Calls]:
    calls = Calls()
    request = OperationRequest(text, variables=variables, request_id="r")
    return orjson.loads((await engine.execute(request, calls, allowed=QUERIES_AND_MUTATIONS)).body), calls


CASES: dict[str, tuple[str, dict[str, Any], Reason | None]] = {
    "one": (BUY, {"o": {"name": "bread"}}, None),
    "a null": (BUY, {"o": {"name": "bread", "count": 9}}, None),
    "the other type": (BUY, {"o": {"name": "nothing"}}, None),
    "one that raises": (BUY, {"o": {"name": "trouble"}}, Reason.RAISED),
    "one that others cancelled": (BUY, {"o": {"name": "lost"}}, Reason.RAISED),
    "an answer that is wrong": (BUY, {"o": {"name": "broken"}}, Reason.NULL),
    "one that waits for nothing": (PLAIN, {"n": "milk"}, None),
    "one that raises at once": (PLAIN, {"n": "trouble"}, Reason.RAISED),
    "one at once that is wrong": (PLAIN, {"n": "broken"}, Reason.NULL),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_it_is_called_once_and_answered_alike(case: tuple[str, dict[str, Any], Reason | None]) -> None:
    text, variables, aside = case
    interpreted, before = await asked(engine(), text, **variables)
    plans = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    planned, calls = await asked(engine(plans), text, **variables)
    assert planned == interpreted
    bought = [each for each in calls if each != "stock"]
    assert bought == [each for each in before if each != "stock"]
    assert len(bought) == 1
    assert plans.figures.answered == (aside is None)
    assert plans.figures.aside[aside or Reason.RAISED] == (aside is not None)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_in_shadow_mode_it_is_called_once_too(case: tuple[str, dict[str, Any], Reason | None]) -> None:
    text, variables, aside = case
    plans = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    _, calls = await asked(engine(ShadowedQueries(plans, SCHEMA)), text, **variables)
    assert len([each for each in calls if each != "stock"]) == 1
    assert (plans.figures.compared, plans.figures.mismatched) == (aside is None, 0)


@pytest.mark.parametrize(
    "text",
    [
        'mutation { a: plain(name: "a") { name } b: plain(name: "b") { name } }',
        'mutation { ...Two } fragment Two on Mutation { a: plain(name: "a") { name } b: plain(name: "b") { name } }',
        'mutation { plain(name: "a") @skip(if: false) { name } b: plain(name: "b") { name } }',
    ],
)
async def test_several_are_called_one_after_the_other_by_the_interpreter(text: str) -> None:
    plans = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    found, calls = await asked(engine(plans), text)
    assert calls == ["plain a", "plain b"]
    assert [each["name"] for each in found["data"].values()] == ["a", "b"]
    assert plans.figures.answered == 0


async def test_it_is_told_where_it_stands_and_with_which_extensions() -> None:
    plans = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    request = OperationRequest("mutation { here: tells }", extensions={"told": 1}, request_id="r")
    bodies, calls = [], Calls()
    for executor in (None, plans):
        answer = await engine(executor).execute(request, calls, allowed=QUERIES_AND_MUTATIONS)
        bodies.append(orjson.loads(answer.body))
    assert bodies == [{"data": {"here": "['here'] Mutation {'told': 1}"}}] * 2
    assert plans.figures.answered == 1
    assert calls == ["tells", "tells"]


async def test_one_that_takes_too_long_is_not_called_again() -> None:
    plans = CompiledQueries(SCHEMA, PlanSettings(interpreted_first=0))
    found, calls = await asked(engine(plans, deadline=0.05), BUY, o={"name": "slow"})
    assert calls == ["buy slow 1"]
    assert found["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
