"""Documents that are named, who may read the schema, callbacks, and spans: as the settings say."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import OperationType
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from btb.actors import Actor, Anonymous, Client, Scope
from execution.engine import Engine, OperationRequest
from execution.errors import RefusedRequest
from execution.streaming import Streams
from server import policies
from server.callback_calls import CallbackCalls
from server.settings import Settings, WrongSettings
from server.tracing import OperationSpans, TracedMetrics, TraceParent, UnknownExporter, provider
from tests.execution import streams_toy, toy
from tests.execution.listening import serving

DOCUMENT = "{ __typename }"
HASH = hashlib.sha256(DOCUMENT.encode()).hexdigest()
BOTH = frozenset({OperationType.QUERY, OperationType.MUTATION})


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BTB_")]:
        monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(f"BTB_{name}", value)
    return Settings.read(env_file=None)


def persisted(query: str | None = None) -> OperationRequest:
    return OperationRequest(query=query, extensions={"persistedQuery": {"version": 1, "sha256Hash": HASH}})


def looking(actor: Actor) -> Any:
    return SimpleNamespace(actor=actor)


def client(*scopes: Scope) -> Client:
    return Client("someone", frozenset(scopes), expires_at=datetime(2030, 1, 1, tzinfo=UTC))


# Documents.


def test_a_document_sent_once_may_be_named_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = policies.documents(read(monkeypatch))
    with pytest.raises(RefusedRequest) as refused:
        documents.text(persisted())
    assert (refused.value.extensions or {})["code"] == "PERSISTED_QUERY_NOT_FOUND"
    documents.text(persisted(DOCUMENT))
    assert documents.text(persisted()) == DOCUMENT


def test_naming_documents_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedRequest) as refused:
        policies.documents(read(monkeypatch, DOCUMENTS_PERSISTED="0")).text(persisted())
    assert (refused.value.extensions or {})["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


def test_only_documents_of_the_manifest_are_answered_where_all_others_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"one": DOCUMENT}))
    read_as = {"DOCUMENTS_TRUSTED": str(manifest), "DOCUMENTS_TRUSTED_ONLY": "true"}
    documents = policies.documents(read(monkeypatch, **read_as))
    assert documents.text(OperationRequest(query=None, extensions={"documentId": "one"})) == DOCUMENT
    with pytest.raises(RefusedRequest):
        documents.text(OperationRequest("{ other: __typename }"))
    mixed = policies.documents(read(monkeypatch, DOCUMENTS_TRUSTED_ONLY="false"))
    assert mixed.text(OperationRequest("{ other: __typename }")) == "{ other: __typename }"


@pytest.mark.parametrize("content", ['{"a":', '["a"]', '{"operations": [{"id": "a"}]}', '{"a": 5}', "5"])
def test_a_file_that_is_no_manifest_is_wrong_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "manifest.json").write_text(content)
    settings = read(monkeypatch, DOCUMENTS_TRUSTED=str(tmp_path / "manifest.json"))
    with pytest.raises(WrongSettings) as refused:
        policies.documents(settings)
    assert refused.value.wrong == (("BTB_DOCUMENTS_TRUSTED", "The file is no manifest of documents."),)


def test_refusing_all_but_trusted_documents_needs_some(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as refused:
        read(monkeypatch, DOCUMENTS_TRUSTED_ONLY="true")
    assert [name for name, _ in refused.value.wrong] == ["BTB_DOCUMENTS_TRUSTED"]


@pytest.mark.parametrize("said", ["false", "true"])
def test_queries_by_get_are_served_where_the_settings_say_so(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    settings = policies.http_settings(read(monkeypatch, DOCUMENTS_BY_GET=said))
    assert settings.queries_by_get is (said == "true")
    assert settings.preflight_headers


# Who may read the schema.


@pytest.mark.parametrize(
    ("environment", "anybody"),
    [
        ({}, True),
        ({"DOCUMENTS_INTROSPECTION": "false"}, False),
        ({"MAGDA_URL": "http://127.0.0.1:9/"}, False),
        ({"MAGDA_URL": "http://127.0.0.1:9/", "DOCUMENTS_INTROSPECTION": "true"}, True),
        ({"MAGDA_URL": "http://127.0.0.1:9/", "GATEWAY_SECRETS": "a secret of sixteen or more"}, True),
    ],
)
def test_the_schema_is_open_in_a_rehearsal_to_operators_and_behind_the_gateway(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], anybody: bool
) -> None:
    decided = policies.operation_policies(read(monkeypatch, **environment))
    for may in (decided.introspection, decided.service):
        assert may(looking(Anonymous())) is anybody
        assert may(looking(client(Scope.FEED_READ))) is anybody
        assert may(looking(client(Scope.OPERATE))) is True


# Callbacks.


async def test_a_callback_is_posted_once_open_and_never_follows_a_redirect() -> None:
    heard: list[str] = []

    async def gateway(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["path"])
        headers = [(b"location", b"/elsewhere"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    calls = CallbackCalls()
    async with serving(gateway, Streams(streams_toy.engine())) as served:
        with pytest.raises(ConnectionError):
            await calls.post(f"http://{served.host}/early", {}, b"{}")
        async with calls.open():
            assert await calls.post(f"http://{served.host}/here", {"content-type": "application/json"}, b"{}") == 307
            with pytest.raises(ConnectionError):
                await calls.post("http://127.0.0.1:1/", {}, b"{}")
        with pytest.raises(ConnectionError):
            await calls.post(f"http://{served.host}/late", {}, b"{}")
    assert heard == ["/here"]


def test_gateways_that_may_be_posted_to_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policies.callbacks(read(monkeypatch)).origins == frozenset()
    listed = policies.callbacks(read(monkeypatch, CALLBACK_ORIGINS="https://one.example, http://two.example:8080"))
    assert listed.origins == {"https://one.example", "http://two.example:8080"}


# Spans.


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(spans: InMemorySpanExporter) -> TracerProvider:
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(spans))
    return made


async def test_every_operation_has_a_span_without_its_arguments(
    spans: InMemorySpanExporter, traces: TracerProvider
) -> None:
    engine = Engine(toy.engine().schema, observers=[OperationSpans(traces.get_tracer("test"))])
    asked = [OperationRequest('query Named { shout: __type(name: "secret") { name } }'), OperationRequest("{ nope }")]
    await asyncio.gather(*(engine.execute(each, toy.ToyContext(), allowed=BOTH) for each in asked))
    (span,) = spans.get_finished_spans()
    assert span.name == "query Named"
    assert span.attributes is not None
    assert set(span.attributes) == {
        "graphql.operation.type",
        "graphql.operation.name",
        "graphql.document.hash",
        "btb.request",
        "btb.cost",
    }
    assert "secret" not in span.to_json()


async def test_a_span_tells_the_codes_of_what_went_wrong(spans: InMemorySpanExporter, traces: TracerProvider) -> None:
    observer = OperationSpans(traces.get_tracer("test"))
    engine = Engine(toy.engine().schema, observers=[observer])
    await engine.execute(OperationRequest("{ fail }"), toy.ToyContext(), allowed=BOTH)
    (span,) = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["btb.codes"] == ("INTERNAL_ERROR",)
    assert not span.events


async def test_messages_to_sources_belong_to_the_trace_that_the_gateway_began(
    spans: InMemorySpanExporter, traces: TracerProvider
) -> None:
    metrics = TracedMetrics(traces.get_tracer("test"))

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        metrics.called("GeefPersoon", "out of reach", 0.25)

    headers = [(b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    await TraceParent(asking)({"type": "http", "headers": headers}, None, None)  # type: ignore[arg-type]
    await TraceParent(asking)({"type": "http", "headers": []}, None, None)  # type: ignore[arg-type]
    within, alone = spans.get_finished_spans()
    assert within.context is not None
    assert f"{within.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert within.end_time is not None
    assert within.start_time is not None
    assert within.end_time - within.start_time == 250_000_000
    assert within.status.status_code is StatusCode.ERROR
    assert alone.parent is None


async def test_a_name_given_by_the_caller_is_short_in_a_span_and_never_a_persons_number(
    spans: InMemorySpanExporter, traces: TracerProvider
) -> None:
    engine = Engine(toy.engine().schema, observers=[OperationSpans(traces.get_tracer("test"))])
    named = f"{'N' * 95}_85073003328_{'x' * 5_000}"
    await engine.execute(OperationRequest(f"query {named} {{ hello }}"), toy.ToyContext(), allowed=BOTH)
    (span,) = spans.get_finished_spans()
    assert len(span.name) < 120
    assert "850730" not in span.to_json()


async def test_what_a_caller_sends_along_brings_no_number_into_a_span(
    spans: InMemorySpanExporter, traces: TracerProvider
) -> None:
    engine = Engine(toy.engine().schema, observers=[OperationSpans(traces.get_tracer("test"))])
    asked = OperationRequest("{ hello }", request_id="request-of-85073003328")

    async def answering(scope: Any, receive: Any, send: Any) -> None:
        await engine.execute(asked, toy.ToyContext(), allowed=BOTH)

    parent = (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    for state in (b"vendor=85.07.30-033.28", b"vendor=abc"):
        headers = [parent, (b"tracestate", state)]
        await TraceParent(answering)({"type": "http", "headers": headers}, None, None)  # type: ignore[arg-type]
    dropped, kept = spans.get_finished_spans()
    for span in (dropped, kept):
        assert span.parent is not None
        assert "85073003328" not in span.to_json()
    assert dropped.context is not None
    assert kept.context is not None
    assert (dropped.context.trace_state.to_header(), kept.context.trace_state.to_header()) == ("", "vendor=abc")


def test_an_exporter_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownExporter):
        provider("nobody_wrote_this")
    provider("console").shutdown()
    with pytest.raises(WrongSettings) as refused:
        read(monkeypatch, TRACES_EXPORTER="nobody_wrote_this")
    assert refused.value.wrong == (("BTB_TRACES_EXPORTER", "No exporter of this name is installed."),)


@pytest.mark.parametrize(("said", "shown"), [(None, "btb"), ("btb-in-ghent", "btb-in-ghent")])
def test_spans_say_who_sends_them(monkeypatch: pytest.MonkeyPatch, said: str | None, shown: str) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    if said is not None:
        monkeypatch.setenv("OTEL_SERVICE_NAME", said)
    traces = provider("console")
    assert traces.resource.attributes["service.name"] == shown
    traces.shutdown()
