"""One run of an operation: makes its answers, and tells observers how it went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from time import perf_counter_ns, time_ns
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from execution.errors import (
    DEADLINE_EXCEEDED,
    INTERNAL_ERROR,
    INTERNAL_MESSAGE,
    FormattedError,
    Translate,
    deliberate,
    fault_of,
    field_errors,
)
from execution.federated_trace import federated_trace
from execution.hooks import Fault, Observer, OperationReport
from execution.operation import Answer, OperationRequest, Prepared
from execution.request_ids import new_request_id


class Run:
    """From the first look at a request to its last answer."""

    __slots__ = (
        "_ceiling",
        "_observers",
        "_prepared",
        "_prepared_at",
        "_started_at",
        "_translate",
        "_turn_at",
        "_wall",
        "compiled",
        "cost",
        "request_id",
        "traced",
        "watching",
    )

    def __init__(
        self, observers: Sequence[Observer], translate: Translate, ceiling: int, request: OperationRequest
    ) -> None:
        self._observers = observers
        self.watching = [each for each in observers if type(each).executing is not Observer.executing]
        self._translate = translate
        self._ceiling = ceiling
        self.request_id = request.request_id or new_request_id()
        self._started_at = self._prepared_at = perf_counter_ns()
        self._turn_at: int | None = None
        self._prepared: Prepared | None = None
        self._wall = time_ns()
        self.traced: GraphQLSchema | None = None
        self.compiled = False
        self.cost: int | None = None

    def began(self, prepared: Prepared) -> None:
        """The document is known to be valid."""
        self._prepared = prepared
        self._prepared_at = perf_counter_ns()

    def its_turn(self) -> None:
        """It runs from now on, having waited for others or not."""
        self._turn_at = perf_counter_ns()

    @contextmanager
    def _all_watching(self, context: Any) -> Iterator[None]:
        assert self._prepared is not None
        with ExitStack() as stack:
            for observer in self.watching:
                stack.enter_context(observer.executing(self._prepared, self.request_id, context))
            yield

    def watched(self, context: Any) -> AbstractContextManager[None]:
        """Every observer's own context manager, around an execution."""
        return self._all_watching(context) if self.watching else _UNWATCHED

    def refused(self, answer: Answer) -> Answer:
        """Told before execution that it will not be."""
        self.finished(answer.codes, executed=False)
        return answer

    def answered(self, result: ExecutionResult | bytes, report_cost: bool) -> Answer:
        """The answer of a query or mutation."""
        answer = self.event(result, report_cost)
        self.finished(answer.codes)
        return answer

    def event(self, result: ExecutionResult | bytes, report_cost: bool) -> Answer:
        """The answer of one execution; what cannot be serialised is a fault of ours."""
        if isinstance(result, bytes):
            if (report_cost or self.traced is not None) and (extensions := self._extensions(report_cost)):
                result = result[:-1] + b',"extensions":' + orjson.dumps(extensions) + b"}"
            return Answer(result, executed=True)
        body: dict[str, Any] = {"data": result.data}
        codes: tuple[str, ...] = ()
        if result.errors:
            body["errors"] = self._shown(result.errors)
            codes = _codes(body["errors"])
        if extensions := self._extensions(report_cost):
            body["extensions"] = extensions
        try:
            return Answer(orjson.dumps(body), executed=True, codes=codes)
        except TypeError as error:
            return self.broke_off(error)

    def _extensions(self, report_cost: bool) -> dict[str, Any]:
        """What the caller asked to be told beside the answer."""
        told: dict[str, Any] = {"cost": self.cost} if report_cost else {}
        if self.traced is not None and self._prepared is not None:
            took = perf_counter_ns() - self._started_at
            told["ftv1"] = federated_trace(self.traced, self._prepared, self._wall, took)
        return told

    def unstarted(self, result: ExecutionResult) -> Answer:
        """A subscription whose source refused to start."""
        return Answer.refused(*self._shown(result.errors or []))

    def late(self) -> Answer:
        """The deadline passed; what was running is cancelled."""
        answer = self.event_late()
        self.finished(answer.codes)
        return answer

    def event_late(self) -> Answer:
        """The deadline passed for one event."""
        return self._nothing("The operation took too long.", DEADLINE_EXCEEDED)

    def broke(self, error: Exception) -> Answer:
        """The execution itself broke."""
        answer = self.broke_off(error)
        self.finished(answer.codes)
        return answer

    def broke_off(self, error: Exception) -> Answer:
        """A source or an event broke; a coded error is shown, a fault is masked."""
        located = error if isinstance(error, GraphQLError) else GraphQLError(str(type(error)), original_error=error)
        meant = deliberate(located, self._translate)
        if meant is not None:
            return self._nothing(meant[0], meant[1])
        self._fault(fault_of(located), located)
        return self._nothing(INTERNAL_MESSAGE, INTERNAL_ERROR, requestId=self.request_id)

    def _nothing(self, message: str, code: str, **more: str) -> Answer:
        error = {"message": message, "extensions": {**more, "code": code}}
        return Answer(orjson.dumps({"data": None, "errors": [error]}), executed=True, codes=(code,))

    def _shown(self, errors: Sequence[GraphQLError]) -> list[FormattedError]:
        return field_errors(errors, self.request_id, self._translate, self._ceiling, self._fault)

    def _fault(self, cause: BaseException, error: GraphQLError) -> None:
        name = self._prepared.name if self._prepared else None
        fault = Fault(self.request_id, name, tuple(error.path or ()), cause)
        for observer in self._observers:
            observer.failed(fault)

    def finished(self, codes: tuple[str, ...], executed: bool = True) -> None:
        """Tell observers that this was the last answer."""
        if not self._observers:
            return
        known = self._prepared
        report = OperationReport(
            request_id=self.request_id,
            type=known.type.value if known else None,
            name=known.name if known else None,
            document=known.document_hash if known else None,
            executed=executed,
            compiled=self.compiled,
            cost=self.cost,
            codes=codes,
            started_at=self._started_at,
            prepared_at=self._prepared_at,
            turn_at=self._turn_at,
            finished_at=perf_counter_ns(),
        )
        for observer in self._observers:
            observer.finished(report)


def _codes(errors: Sequence[FormattedError]) -> tuple[str, ...]:
    return tuple(error["extensions"]["code"] for error in errors)


_UNWATCHED = nullcontext()
