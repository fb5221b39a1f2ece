"""The executor that an Engine takes: finds or makes the plan of a document, runs it, and counts how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

from graphql import OperationType
from graphql.execution.values import VariableValues
from strawberry import Schema

from execution.operation import Prepared
from execution.plan.bounds import Bounds
from execution.plan.classes import Classes, PlainClasses
from execution.plan.figures import Figures
from execution.plan.once import is_alone
from execution.plan.positions import Running
from execution.plan.records import Records
from execution.plan.signals import Aside, Reason, Unplannable
from execution.plan.variants import Variants
from execution.plan.writing import Writer
from execution.straight import Made
from execution.time_limit import called_off

Answering: TypeAlias = Coroutine[Any, Any, bytes | None]


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """How many plans are kept (one per document, operation and values of its conditions), and how large one may be.

    A document is compiled when it comes for the time after `interpreted_first`. A plan that stepped aside `patience`
    times in a row rests, and is tried again every `patience * 4` requests.
    """

    kept: int = 1_000
    fields: int = 2_000
    compile_seconds: float = 0.1
    interpreted_first: int = 1
    patience: int = 8


class Plan:
    """A compiled document, or the reason why there is none."""

    __slots__ = ("aside_in_a_row", "reason", "rested", "run")

    def __init__(self, run: Callable[[Running], Any] | None, reason: Reason = Reason.UNPLANNABLE) -> None:
        self.run = run
        self.reason = reason
        self.aside_in_a_row = 0
        self.rested = 0


class CompiledQueries:
    """Answers queries, mutations and events by plans; None where the interpreter must. One per schema and process."""

    def __init__(self, schema: Schema, settings: PlanSettings | None = None) -> None:
        self.settings = settings or PlanSettings()
        self.figures = Figures()
        bounds = Bounds(self.settings.fields, self.settings.compile_seconds)
        records = Records(self.settings.kept)
        self._schema = schema
        self._writer = partial(Writer, schema, Classes(schema), PlainClasses(), records, bounds)
        self._plans = Variants(self.settings.kept, self.settings.interpreted_first, self._compiled)

    def __call__(self, prepared: Prepared, variables: VariableValues, context: Any) -> Answering:
        """The whole response, or None: the interpreter must answer."""
        return self._answer(prepared, Running(context, variables))

    async def mutation(
        self, prepared: Prepared, variables: VariableValues, context: Any, extensions: dict[str, Any]
    ) -> tuple[bytes | None, Made | None]:
        """The same for a mutation, and what was made, where it was called: the interpreter is to answer with that."""
        running = Running(context, variables, extensions=extensions)
        return await self._answer(prepared, running), running.made

    def event(self, prepared: Prepared, variables: VariableValues, context: Any, payload: Any) -> Answering:
        """The same for one event of a subscription; the payload is as it was where the plan stepped aside."""
        return self._answer(prepared, Running(context, variables, payload))

    async def _answer(self, prepared: Prepared, running: Running) -> bytes | None:
        plan = self._plan(prepared, running.variables.coerced)
        if isinstance(plan, Reason):
            self.figures.aside[plan] += 1
            return None
        assert plan.run is not None
        try:
            answer: bytes = await plan.run(running)
        except Aside as aside:
            reason = aside.reason
        except asyncio.CancelledError:
            if called_off():
                raise
            reason = Reason.RAISED  # somebody else cancelled what a field was waiting for
        except Exception:
            reason = Reason.RAISED  # the interpreter meets the same failure, reports and shapes it
        else:
            plan.aside_in_a_row = 0
            self.figures.answered += 1
            return answer
        plan.aside_in_a_row += 1
        self.figures.aside[reason] += 1
        return None

    def _plan(self, prepared: Prepared, variables: Mapping[str, Any]) -> Plan | Reason:
        plan = self._plans.of(prepared, variables)
        if plan is None:
            return Reason.RARE
        if plan.run is None:
            return plan.reason
        return Reason.RESTING if plan.aside_in_a_row and self._rests(plan) else plan

    def _rests(self, plan: Plan) -> bool:
        patience = self.settings.patience
        if plan.aside_in_a_row < patience:
            return False
        plan.rested = (plan.rested + 1) % (patience * 4)
        return plan.rested != 0

    def _compiled(self, prepared: Prepared, conditions: Mapping[str, Any]) -> Plan:
        started = perf_counter()
        try:
            if prepared.introspects or prepared.asks_service:
                raise Unplannable
            if prepared.type is OperationType.MUTATION and not is_alone(self._schema, prepared):
                raise Unplannable
            run = self._writer().plan(prepared, conditions)
        except Unplannable as why:
            return Plan(None, why.reason)
        except Exception:
            return Plan(None)  # an argument that does not fit: the interpreter says so where it stands
        finally:
            self.figures.compile_seconds += perf_counter() - started
        self.figures.compiled += 1
        return Plan(run)
