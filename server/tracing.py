"""OpenTelemetry spans: one for each operation (for each event of a subscription), one for each message to a source.

A span holds names, the document's hash, cost and codes: never a document, an argument, a header or an exception's text,
any of which may hold a national number. Without an exporter there is no tracing at all, and it costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import entry_points
from typing import Any, Final, Self

from opentelemetry import context as ambient
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

from btb.masking import masked
from execution.hooks import Observer, OperationReport
from execution.operation import Prepared
from server.metrics import Metrics

_PROPAGATED: Final = (b"traceparent", b"tracestate")
_W3C: Final = TraceContextTextMapPropagator()
_LONGEST_NAME: Final = 100
_open: ContextVar[Span | None] = ContextVar("open_span", default=None)
"""The span of an operation that was executed, and whose answer is not told yet."""


class UnknownExporter(Exception):
    """No exporter of this name is installed."""


def provider(exporter: str, share: float = 1.0) -> TracerProvider:
    """A provider that hands spans to the installed exporter of this name. Raises UnknownExporter."""
    found = next(iter(entry_points(group="opentelemetry_traces_exporter", name=exporter)), None)
    if found is None:
        raise UnknownExporter(f"BTB_TRACES_EXPORTER: no exporter {exporter} is installed.")
    made: SpanExporter = found.load()()
    traces = TracerProvider(resource=_ourselves(), sampler=ParentBasedTraceIdRatio(share))
    traces.add_span_processor(BatchSpanProcessor(made))
    return traces


def _ourselves() -> Resource:
    """Who sends the spans: as OpenTelemetry's own variables say, else by our name."""
    told = Resource.create()
    named = not str(told.attributes.get("service.name", "")).startswith("unknown_service")
    return told if named else told.merge(Resource({"service.name": "btb"}))


class OperationSpans(Observer):
    """Spans around executions, with the cost and the codes of their answers."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def executing(self, prepared: Prepared, request_id: str, context: Any) -> Iterator[None]:
        """The span of an execution; that of a query or mutation stays open until its answer is told."""
        kind, name = prepared.type.value, masked((prepared.name or "")[: 2 * _LONGEST_NAME])[:_LONGEST_NAME]
        span = self._tracer.start_span(
            f"{kind} {name}" if name else kind,
            kind=SpanKind.SERVER,
            attributes={
                "graphql.operation.type": kind,
                "graphql.operation.name": name,
                "graphql.document.hash": f"sha256:{prepared.document_hash}",
                "btb.request": masked(request_id),
            },
        )
        token = ambient.attach(set_span_in_context(span))
        answered = False
        try:
            yield
            answered = kind != "subscription"
        except BaseException:
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            ambient.detach(token)
            if answered:
                _open.set(span)
            else:
                span.end()

    def finished(self, report: OperationReport) -> None:
        """Close the span of the operation that was just executed here."""
        span = _open.get()
        if span is None:
            return
        _open.set(None)
        if report.cost is not None:
            span.set_attribute("btb.cost", report.cost)
        if report.codes:
            span.set_attribute("btb.codes", tuple(dict.fromkeys(report.codes)))
            span.set_status(StatusCode.ERROR)
        span.end()


class TracedMetrics(Metrics):
    """The figures we keep, and a span for each message to a source."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    def called(self, service: str, outcome: str, seconds: float) -> None:
        """Count one message to a source, and trace it; called when its answer has come."""
        super().called(service, outcome, seconds)
        now = time.time_ns()
        span = self._tracer.start_span(
            f"source {service}",
            kind=SpanKind.CLIENT,
            attributes={"btb.source": service, "btb.outcome": outcome},
            start_time=now - int(seconds * 1e9),
        )
        if outcome != "answered":
            span.set_status(StatusCode.ERROR)
        span.end(now)


class TraceParent:
    """Continues the trace that a gateway began: reads the W3C headers `traceparent` and `tracestate`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, inside the caller's trace where it names one."""
        carried = {
            name.decode(): value.decode("latin-1") for name, value in scope.get("headers", ()) if name in _PROPAGATED
        }
        if masked(state := carried.get("tracestate", "")) != state:
            del carried["tracestate"]
        if not carried:
            await self._app(scope, receive, send)
            return
        token = ambient.attach(_W3C.extract(carried, ambient.Context()))
        try:
            await self._app(scope, receive, send)
        finally:
            ambient.detach(token)


class Tracing:
    """All of it together, for one application."""

    def __init__(self, traces: TracerProvider) -> None:
        self._traces = traces
        tracer = traces.get_tracer("btb")
        self.metrics = TracedMetrics(tracer)
        self.spans = OperationSpans(tracer)
        self.around = TraceParent

    @classmethod
    def to(cls, exporter: str, share: float) -> Self:
        """Spans to the exporter of this name. Raises UnknownExporter."""
        return cls(provider(exporter, share))

    def close(self) -> None:
        """Export what is left."""
        self._traces.shutdown()
