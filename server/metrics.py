"""The figures we keep, and `/metrics` where Prometheus reads them. No label holds what a caller wrote freely.

One `Metrics` is made per application and handed to who counts; it also listens to operations, to MAGDA and to the
answer cache, whose observers it satisfies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from datasources.kbo_mirror.state import MirrorState
from execution.hooks import Fault, Observer, OperationReport
from execution.plan import Figures, FragmentedQueries
from execution.plan.signals import Reason as AsideReason
from execution.turns import Turns
from loaders import NAMES as LOADERS
from server.token_checks import Reason

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_COSTS: Final = (1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 25_000)
_NANOSECONDS: Final = 1e9


class Metrics(Observer):
    """Every figure of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.operations = self._counter("btb_operations", "Operations answered.", "type", "outcome")
        self._counted: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self.latency = self._histogram("btb_operation_seconds", "Time of an operation.", _FAST, "type")
        self.queued = self._histogram(
            "btb_operation_turn_seconds", "Time from a request's first look to the start of its execution.", _FAST
        )
        self.cost = self._histogram("btb_operation_cost", "Cost of an operation, in weighed objects.", _COSTS)
        self.refusals = self._counter("btb_refusals", "Errors and refusals answered, by code.", "code")
        self.not_admitted = self._counter(
            "btb_tokens_refused", "Callers not let in, by what their token lacked.", "reason"
        )
        self.faults = self._counter("btb_faults", "Faults of our own, shown as internal errors.")
        self.batches = self._histogram("btb_loader_batch_keys", "Keys in one batch of a loader.", _SIZES, "loader")
        self.source_calls = self._counter("btb_source_calls", "Messages to sources.", "service", "outcome")
        self.source_latency = self._histogram("btb_source_seconds", "Time of a message to a source.", _FAST, "service")
        self.source_answers = self._counter(
            "btb_source_answers", "Keys answered: kept, joined, asked, stale.", "kind", "how"
        )
        self.source_oddities = self._counter(
            "btb_source_oddities", "Answers left out, exceptions and unknown codes.", "service", "what"
        )
        self.statements = self._counter("btb_database_statements", "Statements sent to our database.")
        self.extract_enterprises = self._gauge("btb_kbo_extract_enterprises", "Enterprises in the KBO extract in use.")
        self.extract_snapshot = self._gauge(
            "btb_kbo_extract_snapshot_seconds", "The day of the KBO extract in use, as a Unix time."
        )
        self.feed_head = self._gauge("btb_feed_head", "Position of the last change.")
        self.feed_lag = self._gauge("btb_feed_lag_changes", "Changes that a system has not acknowledged.", "system")
        self.feed_subscribers = self._gauge("btb_feed_subscribers", "Subscribers that follow the feed.")
        self._look: Callable[[], Awaitable[None]] | None = None

    # What the execution room tells.

    def finished(self, report: OperationReport) -> None:
        """Count an operation, its time, its cost and the codes of its errors."""
        kind = report.type or "unread"
        outcome = "refused" if not report.executed else "errors" if report.codes else "answered"
        counted = self._counted.get((kind, outcome))
        if counted is None:  # looking a label up takes longer than counting
            counted = self._counted[kind, outcome] = self.operations.labels(kind, outcome), self.latency.labels(kind)
        operations, latency = counted
        operations.inc()
        latency.observe((report.finished_at - report.started_at) / _NANOSECONDS)
        if report.turn_at is not None:
            self.queued.observe((report.turn_at - report.started_at) / _NANOSECONDS)
        if report.cost is not None:
            self.cost.observe(report.cost)
        self.refused(report.codes)

    def failed(self, fault: Fault) -> None:
        """Count a fault of our own."""
        self.faults.inc()

    def refused(self, codes: Iterable[str]) -> None:
        """Count refusals; those that are members of a union are not errors, and come from the schema."""
        for code in codes:
            self.refusals.labels(code).inc()

    def not_let_in(self, reason: Reason) -> None:
        """Count a caller whose token was refused."""
        self.not_admitted.labels(reason.value).inc()

    def loader_batches(self) -> Mapping[str, Callable[[float], None]]:
        """For each loader, where it tells how many keys a batch has."""
        return {name: self.batches.labels(name).observe for name in LOADERS}

    # What the sources tell.

    def called(self, service: str, outcome: str, seconds: float) -> None:
        """Count one message to a source."""
        self.source_calls.labels(service, outcome).inc()
        self.source_latency.labels(service).observe(seconds)

    def dropped(self, service: str, count: int) -> None:
        """Count answers that belonged to another key."""
        self.source_oddities.labels(service, "another key").inc(count)

    def noticed(self, service: str, code: str) -> None:
        """Count an exception that an answer carried."""
        known = code.isdecimal() and len(code) <= 5
        self.source_oddities.labels(service, f"exception {code if known else 'of another form'}").inc()

    def unknown_function(self, code: str) -> None:
        """Count a function code that our table does not know; which one is for the log, not for a label."""
        self.source_oddities.labels("functions", "unknown function").inc()

    def answered(self, kind: str, how: str, count: int) -> None:
        """Count keys by how they were answered."""
        self.source_answers.labels(kind, how).inc(count)

    def watch_plans(self, figures: Figures) -> None:
        """Show what compiled queries count of themselves, read when the figures are."""
        for name, meaning, read in (
            ("btb_plans_answered", "Queries and events answered by a plan.", lambda: figures.answered),
            ("btb_plans_compiled", "Queries and subscriptions compiled.", lambda: figures.compiled),
            ("btb_plans_compared", "Answers compared in shadow mode.", lambda: figures.compared),
            ("btb_plans_mismatched", "Answers that differed in shadow mode.", lambda: figures.mismatched),
        ):
            self._gauge(name, meaning).set_function(read)
        aside = self._gauge(
            "btb_plans_aside", "Queries and events for which a plan stepped aside, by reason.", "reason"
        )
        for reason in AsideReason:
            aside.labels(reason.value).set_function(partial(figures.aside.__getitem__, reason))

    def watch_fragments(self, queries: FragmentedQueries) -> None:
        """Show how many entities were answered from memory, and how much of it they take."""
        counted, store = queries.counted, queries.store
        for name, meaning, read in (
            ("btb_fragments_kept", "Entities answered from memory, confirmed by the database.", lambda: counted.kept),
            ("btb_fragments_read", "Entities that could be kept and were read anew.", lambda: counted.read),
            ("btb_fragments_unkept", "Of these, entities that were not kept.", lambda: counted.unkept),
            ("btb_fragments_unconfirmed", "Requests whose entities nobody could confirm.", lambda: counted.unconfirmed),
            ("btb_fragments_bytes", "Bytes that kept entities take, as reckoned.", lambda: store.size),
        ):
            self._gauge(name, meaning).set_function(read)

    def watch_turns(self, turns: Turns) -> None:
        """Show how many operations run and how many wait, as it is when the figures are read."""
        self._gauge("btb_operations_running", "Operations that run.").set_function(lambda: turns.running)
        self._gauge("btb_operations_waiting", "Operations that wait for their turn.").set_function(
            lambda: turns.waiting
        )

    def watch_charts(self, kept: Callable[[], int], read: Callable[[], int]) -> None:
        """Show how often a chart in memory was confirmed by the database, and how often one was read whole."""
        self._gauge("btb_charts_kept", "Charts in memory that the database confirmed.").set_function(kept)
        self._gauge("btb_charts_read", "Charts that were read whole.").set_function(read)

    def watch_feed(self, head: Callable[[], int], subscribers: Callable[[], int]) -> None:
        """Show where the feed is, and how many follow, as it is when the figures are read."""
        self.feed_head.set_function(head)
        self.feed_subscribers.set_function(subscribers)

    def look_first(self, look: Callable[[], Awaitable[None]]) -> None:
        """Before the figures are read, those are fetched that nobody tells."""
        self._look = look

    def extract_in_use(self, extract: MirrorState | None) -> None:
        """Note which extract of KBO is in use; nothing where there is none."""
        if extract is not None:
            self.extract_enterprises.set(extract.enterprises)
            self.extract_snapshot.set(extract.read_at.timestamp())

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=buckets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/metrics`, in Prometheus' text format."""
        if self._look is not None:
            await self._look()
        response = Response(generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_LATEST})
        await response(scope, receive, send)
