"""An event of a subscription is answered by a plan as graphql-core answers it, to the byte; or the plan steps aside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import orjson
import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.engine import Engine
from execution.plan import CompiledQueries, ShadowedQueries
from execution.plan.signals import Reason
from tests.execution.plan import events, moods, world
from tests.execution.plan.both import AT_ONCE
from tests.execution.plan.both_events import BothEvents, heard
from tests.execution.plan.documents import Asked, plain_events, subscriptions
from tests.execution.plan.test_sameness import HEALTHY, UNHURRIED, VARIATIONS, WRONG

FIELDS = ["things", "found", "many", "named", "paired", "colours"]
SUBSCRIPTIONS = subscriptions(plain_events(world.schema(events.Subscription)), FIELDS, VARIATIONS)
FEW, MANY = 400, 20_000


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    """Every test leaves a healthy world."""
    yield
    moods.MOOD[0] = moods.Mood()


def compared(count: int, drawn: st.SearchStrategy[moods.Mood]) -> BothEvents:
    """Subscribe with `count` documents both ways."""
    both = BothEvents()
    with asyncio.Runner() as runner:

        @settings(max_examples=count // VARIATIONS, deadline=None, database=None, suppress_health_check=UNHURRIED)
        @given(asked=SUBSCRIPTIONS, mood=drawn)
        def equal(asked: list[Asked], mood: moods.Mood) -> None:
            moods.MOOD[0] = mood
            for each in asked:
                runner.run(both.compare(*each))

        equal()
    return both


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # graphql-core drops siblings
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("drawn", [HEALTHY, WRONG], ids=["healthy", "wrong"])
@pytest.mark.parametrize("count", [FEW // 2, pytest.param(MANY // 2, marks=pytest.mark.slow)])
def test_events_are_answered_alike(count: int, drawn: st.SearchStrategy[moods.Mood]) -> None:
    both = compared(count, drawn)
    assert both.outcomes["answered"] > count // 10, both.outcomes
    assert drawn is HEALTHY or both.outcomes["aside"] > count // 10, both.outcomes


class Refusing(Exception):
    """What a field of an event raises."""


async def _later() -> str:
    return "later"


@strawberry.type
class Event:
    number: int
    text: str = "at once"

    @strawberry.field
    def even(self) -> int | None:
        if self.number % 2:
            raise Refusing
        return self.number

    @strawberry.field
    def context(self, info: strawberry.Info) -> str:
        return f"{info.context.calls} {info.root_value.number}"

    @strawberry.field
    async def called(self, info: strawberry.Info) -> int:
        info.context.calls.append(("called", self.number))
        return len(info.context.calls)


@strawberry.type
class Telling:
    @strawberry.subscription
    async def numbers(self) -> AsyncGenerator[Event, None]:
        for number in range(4):
            yield Event(number=number)

    @strawberry.subscription
    async def awaited(self) -> AsyncGenerator[Event, None]:
        yield Event(number=0, text=_later())  # type: ignore[arg-type]

    @strawberry.subscription
    async def promised(self) -> AsyncGenerator[str, None]:
        yield _later()  # type: ignore[misc]


def by_plans(schema: strawberry.Schema) -> tuple[CompiledQueries, Engine, Engine]:
    """The plans, an engine that uses them, and one that does not."""
    plans = CompiledQueries(schema, AT_ONCE)
    return plans, Engine(schema, executor=plans), Engine(schema)


async def all_of(engine: Engine, text: str, **asked: Any) -> list[bytes]:
    return [each async for each in heard(engine, text, **asked)]


async def test_a_field_that_raises_is_told_as_ever_and_the_next_event_is_planned_again() -> None:
    plans, compiled, plain = by_plans(world.schema(Telling))
    text = "subscription { numbers { number even } }"
    found = await all_of(compiled, text)
    assert found == await all_of(plain, text)
    assert [b'"errors"' in each for each in found] == [False, True, False, True]
    assert (plans.figures.answered, plans.figures.aside[Reason.RAISED]) == (2, 2)


async def test_every_event_has_a_context_and_a_root_of_its_own() -> None:
    plans, compiled, plain = by_plans(world.schema(Telling))
    text = "subscription { numbers { called context } }"
    found = await all_of(compiled, text)
    assert found == await all_of(plain, text)
    assert [orjson.loads(each)["data"]["numbers"]["called"] for each in found] == [1] * 4
    assert plans.figures.answered == 4


@pytest.mark.parametrize("text", ["subscription { awaited { text number } }", "subscription { promised }"])
async def test_what_an_event_lets_wait_for_is_left_to_the_interpreter(text: str) -> None:
    plans, compiled, plain = by_plans(world.schema(Telling))
    assert await all_of(compiled, text) == await all_of(plain, text)
    assert (plans.figures.answered, plans.figures.aside[Reason.VALUE]) == (0, 1)


async def test_a_subscription_that_makes_something_else_of_its_events_is_not_planned() -> None:
    schema = world.schema(Telling)
    subscription = schema._schema.subscription_type
    assert subscription is not None
    subscription.fields["numbers"].resolve = lambda event, _info: Event(number=event.number + 10)
    plans, compiled, _ = by_plans(schema)
    found = await all_of(compiled, "subscription { numbers { number } }")
    assert found[0] == b'{"data":{"numbers":{"number":10}}}'
    assert (plans.figures.answered, plans.figures.aside[Reason.UNPLANNABLE]) == (0, 4)


async def test_a_cost_that_is_asked_for_stands_beside_a_planned_event() -> None:
    plans, compiled, plain = by_plans(world.schema(Telling))
    text = "subscription { numbers { number } }"
    found = await all_of(compiled, text, report_cost=True)
    assert found == await all_of(plain, text, report_cost=True)
    assert b'"extensions":{"cost"' in found[0]
    assert plans.figures.answered == 4


async def test_in_shadow_events_are_compared_and_a_difference_is_told() -> None:
    schema = world.schema(Telling)
    told: list[str] = []
    plans = CompiledQueries(schema, AT_ONCE)
    engine = Engine(schema, executor=ShadowedQueries(plans, schema, told.append))
    text = "subscription { numbers { number } }"
    honest = await all_of(engine, text)
    assert (plans.figures.compared, plans.figures.mismatched) == (4, 0)
    (plan,) = plans._plans._made._items.values()

    async def lie(running: Any) -> bytes:
        return b'{"data":{"numbers":{"number":1}}}'

    plan.run = lie
    assert await all_of(engine, text) == honest
    assert (plans.figures.compared, plans.figures.mismatched, len(told)) == (8, 3, 3)
