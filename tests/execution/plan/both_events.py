"""Subscribes to the same with plans and without, and compares what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import orjson

from execution.engine import Engine
from execution.operation import Answer, OperationRequest
from execution.plan import CompiledQueries
from tests.execution.plan import events, world
from tests.execution.plan.both import AT_ONCE


def renewed(_: world.WorldContext) -> world.WorldContext:
    """The context of one event."""
    return world.WorldContext()


async def heard(
    engine: Engine, text: str, variables: dict[str, Any] | None = None, **asked: Any
) -> AsyncIterator[bytes]:
    """The bytes of every event, or of the refusal."""
    request = OperationRequest(text, variables=variables, request_id="r", **asked)
    stream = await engine.subscribe(request, world.WorldContext(), renewed)
    if isinstance(stream, Answer):
        yield stream.body
        return
    async for answer in stream:
        yield answer.body


class BothEvents:
    """One schema, two engines. `outcomes` counts what became of events."""

    def __init__(self) -> None:
        schema = world.schema(events.Subscription)
        self.plans = CompiledQueries(schema, AT_ONCE)
        self.compiled, self.plain = Engine(schema, executor=self.plans), Engine(schema)
        self.outcomes: Counter[str] = Counter()

    async def compare(self, text: str, variables: dict[str, Any]) -> None:
        """Assert that an event which a plan answered is the interpreter's to the byte, and all others in their data.

        Where several fields fail, which of them are told depends on which was the first: not on plans.
        """
        said = f"{text}\n{variables}"
        interpreted = [each async for each in heard(self.plain, text, variables)]
        before, place = self.plans.figures.answered, 0
        async for answer in heard(self.compiled, text, variables):
            planned = self.plans.figures.answered > before
            before = self.plans.figures.answered
            self.outcomes["answered" if planned else "aside"] += 1
            if planned:
                assert answer == interpreted[place], f"{said}\n{answer!r}\n{interpreted[place]!r}"
            else:
                ours, theirs = orjson.loads(answer), orjson.loads(interpreted[place])
                assert ours.get("data") == theirs.get("data"), said
                assert bool(ours.get("errors")) is bool(theirs.get("errors")), said
            place += 1
        assert place == len(interpreted), said
