"""Shadow mode: the plan and graphql-core both answer, and the answers must be equal to the byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from graphql import ExecutionResult
from graphql.execution.values import VariableValues
from strawberry import Schema

from execution.interpreter import executor, result_of
from execution.operation import Prepared
from execution.plan.figures import Figures
from execution.plan.fragments import FragmentedQueries
from execution.plan.queries import CompiledQueries

Told = Callable[[str], None]


def untold(document_hash: str) -> None:
    """The default: a mismatch is counted, and told to nobody."""


class ShadowedQueries:
    """Runs both ways on the same context and answers what graphql-core says. Costs both; meant for tests and trials.

    `mismatched(document_hash)` is called for every answer of a plan that differs from the interpreter's.
    """

    def __init__(
        self, compiled: CompiledQueries | FragmentedQueries, schema: Schema, mismatched: Told = untold
    ) -> None:
        self._compiled = compiled
        self._schema = schema
        self._mismatched = mismatched

    @property
    def figures(self) -> Figures:
        """Those of the plans, with what was compared."""
        return self._compiled.figures

    async def __call__(self, prepared: Prepared, variables: VariableValues, context: Any) -> ExecutionResult | None:
        """The interpreter's result where a plan answered; None where none did."""
        planned = await self._compiled(prepared, variables, context)
        if planned is None:
            return None
        result = await result_of(executor(self._schema, prepared, variables, context, {}))
        if not _equal(planned, result):  # what they read may have changed between the two of them
            planned = await self._compiled(prepared, variables, context) or planned
        return self._compared(prepared, planned, result)

    async def event(
        self, prepared: Prepared, variables: VariableValues, context: Any, payload: Any
    ) -> ExecutionResult | None:
        """The same for one event of a subscription."""
        planned = await self._compiled.event(prepared, variables, context, payload)
        if planned is None:
            return None
        interpreter: Any = executor(self._schema, prepared, variables, context, {})
        result = await result_of(interpreter.build_per_event_executor(payload), serially=False)
        return self._compared(prepared, planned, result)

    def _compared(self, prepared: Prepared, planned: bytes, result: ExecutionResult) -> ExecutionResult:
        self.figures.compared += 1
        if not _equal(planned, result):
            self.figures.mismatched += 1
            self._mismatched(prepared.document_hash)
        return result


def _equal(planned: bytes, result: ExecutionResult) -> bool:
    return not result.errors and planned == orjson.dumps({"data": result.data})
