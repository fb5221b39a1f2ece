"""Shadow mode: the plan and graphql-core both answer, and the answers must be equal to the byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from graphql import ExecutionResult
from graphql.execution.values import VariableValues
from strawberry import Schema

from execution.engine import Renew
from execution.interpreter import executor, result_of
from execution.operation import Prepared
from execution.plan.figures import Figures
from execution.plan.fragments import FragmentedQueries
from execution.plan.queries import CompiledQueries
from execution.straight import Made

Told = Callable[[str], None]


def untold(document_hash: str) -> None:
    """The default: a mismatch is counted, and told to nobody."""


def unchanging(context: Any) -> Any:
    """The default: what a context read stands, so that every difference counts."""
    return context


class ShadowedQueries:
    """Runs both ways on the same context and answers what graphql-core says. Costs both; meant for tests and trials.

    `mismatched(document_hash)` is called for every answer of a plan that differs from the interpreter's.
    `renew(context)` gives the context of the same request with nothing read yet.
    """

    def __init__(
        self,
        compiled: CompiledQueries | FragmentedQueries,
        schema: Schema,
        mismatched: Told = untold,
        renew: Renew = unchanging,
    ) -> None:
        self._compiled = compiled
        self._schema = schema
        self._mismatched = mismatched
        self._renew = renew

    @property
    def figures(self) -> Figures:
        """Those of the plans, with what was compared."""
        return self._compiled.figures

    async def __call__(self, prepared: Prepared, variables: VariableValues, context: Any) -> ExecutionResult:
        """The interpreter's result. It is asked before the plan, and where they differ after it once more.

        If it then says something else, what they read has changed meanwhile, and nothing is known of the plan. To ask
        the plan again would excuse one that is wrong by fits and starts.
        """
        result = await self._interpreted(prepared, variables, context)
        planned = await self._compiled(prepared, variables, context)
        if planned is None:
            return result
        alike = _equal(planned, result)
        if not alike and _told(await self._interpreted(prepared, variables, self._renew(context))) != _told(result):
            return result
        self._compared(prepared, alike)
        return result

    async def mutation(
        self, prepared: Prepared, variables: VariableValues, context: Any, extensions: dict[str, Any]
    ) -> tuple[ExecutionResult | None, Made | None]:
        """The same for a mutation, which is called once: both answer for what was made."""
        planned, made = await self._compiled.mutation(prepared, variables, context, extensions)
        if planned is None:
            return None, made
        result = await result_of(executor(self._schema, prepared, variables, context, {}, made))
        self._compared(prepared, _equal(planned, result))
        return result, made

    async def event(
        self, prepared: Prepared, variables: VariableValues, context: Any, payload: Any
    ) -> ExecutionResult | None:
        """The same for one event of a subscription."""
        planned = await self._compiled.event(prepared, variables, context, payload)
        if planned is None:
            return None
        interpreter: Any = executor(self._schema, prepared, variables, context, {})
        result = await result_of(interpreter.build_per_event_executor(payload), serially=False)
        self._compared(prepared, _equal(planned, result))
        return result

    async def _interpreted(self, prepared: Prepared, variables: VariableValues, context: Any) -> ExecutionResult:
        return await result_of(executor(self._schema, prepared, variables, context, {}))

    def _compared(self, prepared: Prepared, alike: bool) -> None:
        self.figures.compared += 1
        if not alike:
            self.figures.mismatched += 1
            self._mismatched(prepared.document_hash)


def _equal(planned: bytes, result: ExecutionResult) -> bool:
    return not result.errors and planned == orjson.dumps({"data": result.data})


def _told(result: ExecutionResult) -> tuple[Any, list[str]]:
    return result.data, [str(error) for error in result.errors or ()]
