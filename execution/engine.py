"""The engine: one operation in, one answer out, or a stream of them. Knows GraphQL and Strawberry, no transport."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from graphql import ExecutionResult, OperationType, create_source_event_stream
from graphql.execution.values import VariableValues
from strawberry import Schema

from execution.errors import INTERNAL_ERROR, INTERNAL_MESSAGE, CodedError, Forbidden, RefusedRequest
from execution.hooks import CompiledExecutor, Fault, Observer, Policies
from execution.interpreter import Executor, executor, result_of
from execution.limits import Limits, cost_exceeded, limit_exceeded, list_too_long
from execution.operation import Answer, OperationRequest, Prepared
from execution.persisted import DocumentsAsSent, DocumentSource
from execution.preparation import Preparation
from execution.reporting import Run
from execution.straight import Made
from execution.time_limit import within
from execution.turns import Turns
from execution.variables import coerced

__all__ = ["Answer", "Engine", "Limits", "OperationRequest", "Prepared"]

Renew = Callable[[Any], Any]


class Engine:
    """Runs the documents of one schema within limits. One per schema and process; safe for concurrent requests.

    `executor` is tried first, and for the events of subscriptions. `documents` finds the text of a request
    that names a stored document.
    Strawberry's schema extensions are not run here; a schema that has some is refused, so that none is silently lost.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        limits: Limits | None = None,
        policies: Policies | None = None,
        observers: Sequence[Observer] = (),
        executor: CompiledExecutor | None = None,
        documents: DocumentSource | None = None,
    ) -> None:
        if schema.extensions or schema.directives:
            raise ValueError(
                "This engine runs no schema extensions or operation directives; use observers and policies."
            )
        self.schema = schema
        self.limits = limits or Limits()
        self.policies = policies or Policies()
        self.observers = tuple(observers)
        self.turns = Turns(self.limits.at_once)
        self._executor = executor
        self._documents = DocumentsAsSent() if documents is None else documents
        self._preparation = Preparation(schema, self.limits, self.policies.translate)

    def prepare(self, request: OperationRequest, allowed: frozenset[OperationType]) -> Prepared | Answer:
        """Find, parse, measure and validate the document, and choose its operation; or the refusal."""
        try:
            text = self._documents.text(request)
        except CodedError as refused:
            return Answer.of(refused)
        prepared = self._preparation.prepared(text, request.operation_name)
        if isinstance(prepared, Prepared) and prepared.type not in allowed:
            return Answer.of(not_allowed(prepared.type))
        return prepared

    async def execute(self, request: OperationRequest, context: Any, *, allowed: frozenset[OperationType]) -> Answer:
        """Answer a query or mutation. Never raises but where the calling task is cancelled."""
        run = Run(self.observers, self.policies.translate, self.limits.errors, request)
        prepared = self.prepare(request, allowed)
        if isinstance(prepared, Answer):
            return run.refused(prepared)
        if prepared.type is OperationType.SUBSCRIPTION:
            return run.refused(Answer.of(not_allowed(prepared.type)))
        run.began(prepared)
        try:
            variables = await self._admitted(run, prepared, request, context)
            if isinstance(variables, Answer):
                return run.refused(variables)
            asked = self._in_turn(run, prepared, variables, request, context)
            result = await within(self.limits.deadline, asked)
        except TimeoutError:
            return run.late()
        except Exception as error:
            return run.broke(error)
        return run.answered(result, request.report_cost)

    async def _admitted(
        self, run: Run, prepared: Prepared, request: OperationRequest, context: Any
    ) -> VariableValues | Answer:
        """What must hold between a valid document and its execution: policies, variables, cost and budget."""
        try:
            if prepared.introspects and not self.policies.introspection(context):
                raise Forbidden("Introspection is not open to this caller.", "INTROSPECTION_DISABLED")
            if prepared.asks_service and not self.policies.service(context):
                raise Forbidden("The subgraph's definition is not open to this caller.", "INTROSPECTION_DISABLED")
            if request.variables and list_too_long(request.variables, self.limits.list_items):
                raise limit_exceeded("list_items", self.limits.list_items)
            given = request.variables
            variables = coerced(self.schema._schema, prepared, given, self.limits.errors, self.policies.translate)
            if isinstance(variables, list):
                return Answer.refused(*variables)
            run.cost = prepared.cost.of(variables.coerced)
            if run.cost > self.limits.cost:
                raise cost_exceeded(run.cost, self.limits.cost)
            spent = self.policies.spend(context, run.cost)
            if spent is not None and inspect.isawaitable(spent):
                await spent
            if request.report_trace and self.policies.trace(context):
                run.traced = self.schema._schema
        except CodedError as refused:
            return Answer.of(refused)
        return variables

    async def _in_turn(
        self, run: Run, prepared: Prepared, variables: VariableValues, request: OperationRequest, context: Any
    ) -> ExecutionResult | bytes:
        place = self.turns.free_place() or await self.turns.place()
        run.its_turn()
        try:
            if not run.watching:
                return await self._result(run, prepared, variables, request, context)
            with run.watched(context):
                return await self._result(run, prepared, variables, request, context)
        finally:
            self.turns.leave(place)

    async def _result(
        self, run: Run, prepared: Prepared, variables: VariableValues, request: OperationRequest, context: Any
    ) -> ExecutionResult | bytes:
        compiled, made = None, None
        if self._executor is not None and prepared.type is OperationType.MUTATION:
            compiled, made = await self._executor.mutation(prepared, variables, context, dict(request.extensions or {}))
        elif self._executor is not None:
            compiled = await self._executor(prepared, variables, context)
        if compiled is not None:
            run.compiled = True
            return compiled  # type: ignore[no-any-return]
        return await result_of(self._interpreter(prepared, variables, request, context, made))

    def _interpreter(
        self,
        prepared: Prepared,
        variables: VariableValues,
        request: OperationRequest,
        context: Any,
        made: Made | None = None,
    ) -> Executor:
        return executor(self.schema, prepared, variables, context, dict(request.extensions or {}), made)

    async def _told(
        self, run: Run, prepared: Prepared, interpreter: Executor, payload: Any, context: Any
    ) -> ExecutionResult | bytes:
        with run.watched(context):
            if self._executor is not None:
                compiled = await self._executor.event(prepared, interpreter.variable_values, context, payload)
                if compiled is not None:
                    run.compiled = True
                    return compiled  # type: ignore[no-any-return]
            event: Any = interpreter.build_per_event_executor(payload)
            event.context_value = context
            return await result_of(event, serially=False)

    def refused(self, answer: Answer, request_id: str) -> Answer:
        """A refusal that a transport gives before an operation runs: told to observers, and given back."""
        return Run(
            self.observers, self.policies.translate, self.limits.errors, OperationRequest(None, request_id=request_id)
        ).refused(answer)

    def broke(self, request_id: str, error: Exception) -> Answer:
        """Something of ours broke before there was an operation: told to observers, masked for the caller."""
        for observer in self.observers:
            observer.failed(Fault(request_id, None, (), error))
        fault = RefusedRequest(INTERNAL_ERROR, 500, INTERNAL_MESSAGE, requestId=request_id)
        return Answer.of(fault)

    async def subscribe(
        self, request: OperationRequest, context: Any, renew: Renew | None = None
    ) -> AsyncGenerator[Answer, None] | Answer:
        """Start a subscription; an Answer means that it was refused before the stream began.

        `renew(context)` gives the context for one event, with fresh loaders. Close the generator to end the source.
        """
        run = Run(self.observers, self.policies.translate, self.limits.errors, request)
        prepared = self.prepare(request, frozenset({OperationType.SUBSCRIPTION}))
        if isinstance(prepared, Answer):
            return run.refused(prepared)
        run.began(prepared)
        try:
            variables = await self._admitted(run, prepared, request, context)
            if isinstance(variables, Answer):
                return run.refused(variables)
            interpreter = self._interpreter(prepared, variables, request, context)
            source = create_source_event_stream(interpreter)
            if inspect.isawaitable(source):
                source = await source
        except Exception as error:
            return run.broke(error)
        if isinstance(source, ExecutionResult):
            return run.refused(run.unstarted(source))
        return self._events(run, prepared, interpreter, source, renew, request.report_cost)

    async def _events(
        self,
        run: Run,
        prepared: Prepared,
        interpreter: Executor,
        source: AsyncIterable[Any],
        renew: Renew | None,
        report_cost: bool,
    ) -> AsyncGenerator[Answer, None]:
        """One answer per event; a source that breaks gives a last answer that says so."""
        try:
            async for payload in source:
                # no context has a name here: one that is over would stay while the source waits
                told = partial(self._told, run, prepared, interpreter, payload)
                yield await self._event(run, told(_renewed(interpreter, renew)), report_cost)
        except Exception as error:
            yield run.broke_off(error)
        finally:
            if (close := getattr(source, "aclose", None)) is not None:
                await close()
            run.finished(())

    async def _event(self, run: Run, told: Coroutine[Any, Any, ExecutionResult | bytes], report_cost: bool) -> Answer:
        try:
            result = await within(self.limits.deadline, told)
        except TimeoutError:
            return run.event_late()
        except Exception as error:
            return run.broke_off(error)
        return run.event(result, report_cost)


def _renewed(interpreter: Executor, renew: Renew | None) -> Any:
    return interpreter.context_value if renew is None else renew(interpreter.context_value)


def not_allowed(kind: OperationType) -> RefusedRequest:
    """This way of asking does not serve this kind of operation; a transport may choose a status for it."""
    return RefusedRequest("OPERATION_TYPE_NOT_ALLOWED", 200, f"A {kind.value} cannot be asked for in this way.")
