"""Asks a plan and graphql-core the same, and compares bytes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
from graphql import OperationType

from execution.engine import Engine
from execution.errors import never_translated
from execution.interpreter import executor, result_of
from execution.operation import Answer, OperationRequest
from execution.plan import CompiledQueries, PlanSettings
from execution.variables import coerced
from tests.execution.plan import world

QUERY = frozenset({OperationType.QUERY})
AT_ONCE = PlanSettings(interpreted_first=0, patience=10**9)


class Both:
    """One schema, both ways. `outcomes` counts what the plans did."""

    def __init__(self, settings: PlanSettings = AT_ONCE) -> None:
        self.schema = world.schema()
        self.engine = Engine(self.schema)
        self.plans = CompiledQueries(self.schema, settings)
        self.outcomes: Counter[str] = Counter()
        self.documents: set[int] = set()

    async def planned(
        self, text: str, variables: dict[str, Any] | None = None, context: world.WorldContext | None = None
    ) -> bytes | None:
        """What the plan answers, None where it stepped aside. Asserts that graphql-core answers the same."""
        self.documents.add(hash((text, str(variables))))
        prepared = self.engine.prepare(OperationRequest(text), QUERY)
        if isinstance(prepared, Answer):
            self.outcomes["refused"] += 1
            return None
        values = coerced(self.schema._schema, prepared, variables, 5, never_translated)
        if isinstance(values, list):
            self.outcomes["refused"] += 1
            return None
        answer = await self.plans(prepared, values, context or world.WorldContext())
        if answer is None:
            self.outcomes["aside"] += 1
            return None
        self.outcomes["answered"] += 1
        result = await result_of(executor(self.schema, prepared, values, world.WorldContext(), {}))
        assert not result.errors, f"{text}\n{variables}\nplanned {answer!r}\nbut {result.errors}"
        interpreted = orjson.dumps({"data": result.data})
        assert answer == interpreted, f"{text}\n{variables}\nplanned     {answer!r}\ninterpreted {interpreted!r}"
        return answer
