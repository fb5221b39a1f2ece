"""Documents named by hash or identifier."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from execution.engine import OperationRequest
from execution.errors import RefusedRequest
from execution.http import GraphQLHttp
from execution.persisted import DocumentsAsSent, DocumentSource, PersistedQueries, TrustedDocuments, manifest
from tests.execution import toy
from tests.execution.asking import ask

HELLO = "{ hello }"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(text: str, query: str | None = None) -> OperationRequest:
    """A request that names this text by its hash."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}
    return OperationRequest(query, extensions=extensions)


def refused(source: DocumentSource, request: OperationRequest) -> str:
    """The code by which a request is refused."""
    with pytest.raises(RefusedRequest) as error:
        source.text(request)
    extensions: Any = error.value.extensions
    return str(extensions["code"])


def test_a_document_is_named_by_its_hash_once_it_was_sent() -> None:
    source = PersistedQueries()
    assert refused(source, named(HELLO)) == "PERSISTED_QUERY_NOT_FOUND"
    assert source.text(named(HELLO, HELLO)) == HELLO
    assert source.text(named(HELLO)) == HELLO
    assert source.text(OperationRequest(HELLO)) == HELLO


def test_a_hash_that_is_not_the_documents_is_refused() -> None:
    source = PersistedQueries()
    assert refused(source, named(HELLO, "{ who }")) == "PERSISTED_QUERY_HASH_MISMATCH"
    source.text(named(HELLO, HELLO))
    assert refused(source, named(HELLO, "{ who }")) == "PERSISTED_QUERY_HASH_MISMATCH"
    assert source.text(named(HELLO)) == HELLO


@pytest.mark.parametrize(
    ("persisted", "code"),
    [
        ("x", "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"version": 2, "sha256Hash": "0" * 64}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"version": 1}, "BAD_REQUEST"),
        ({"version": 1, "sha256Hash": "A" * 64}, "BAD_REQUEST"),
        ({"version": 1, "sha256Hash": "0" * 64 + "\n"}, "BAD_REQUEST"),
        ({"version": 1, "sha256Hash": 3}, "BAD_REQUEST"),
    ],
)
def test_a_malformed_name_is_refused(persisted: Any, code: str) -> None:
    request = OperationRequest(None, extensions={"persistedQuery": persisted})
    assert refused(PersistedQueries(), request) == code


def test_the_store_is_bounded_in_number_and_size() -> None:
    source = PersistedQueries(documents=2, characters=20)
    texts = ["{ a: hello }", "{ b: hello }", "{ c: hello }"]
    for text in texts[:2]:
        source.text(named(text, text))
    source.text(named(texts[0]))
    source.text(named(texts[2], texts[2]))
    assert source.remembered == 2
    assert refused(source, named(texts[1])) == "PERSISTED_QUERY_NOT_FOUND"
    assert source.text(named(texts[0])) == texts[0]
    long = "{ hello } #" + "x" * 20
    assert source.text(named(long, long)) == long
    assert refused(source, named(long)) == "PERSISTED_QUERY_NOT_FOUND"


def test_without_a_store_clients_are_told_to_send_documents() -> None:
    assert refused(DocumentsAsSent(), named(HELLO)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert refused(DocumentsAsSent(), OperationRequest(None)) == "BAD_REQUEST"
    assert DocumentsAsSent().text(named(HELLO, HELLO)) == HELLO


def test_only_trusted_documents_are_executed_where_only_they_are() -> None:
    source = TrustedDocuments({"greeting": HELLO})
    assert source.text(OperationRequest(None, extensions={"documentId": "greeting"})) == HELLO
    assert source.text(OperationRequest(HELLO)) == HELLO
    assert source.text(named(HELLO)) == HELLO
    assert refused(source, OperationRequest("{ who }")) == "DOCUMENT_NOT_TRUSTED"
    assert refused(source, named("{ who }", "{ who }")) == "DOCUMENT_NOT_TRUSTED"
    assert refused(source, OperationRequest(None, extensions={"documentId": "other"})) == "DOCUMENT_NOT_FOUND"
    assert refused(source, OperationRequest(None, extensions={"documentId": {}})) == "DOCUMENT_NOT_FOUND"


def test_other_documents_may_be_allowed_beside_the_trusted_ones() -> None:
    source = TrustedDocuments({"greeting": HELLO}, only=False, others=PersistedQueries())
    assert source.text(OperationRequest("{ who }")) == "{ who }"
    assert refused(source, named("{ who }")) == "PERSISTED_QUERY_NOT_FOUND"
    assert source.text(OperationRequest(None, extensions={"documentId": "greeting"})) == HELLO


def test_a_manifest_is_read_in_both_of_its_forms(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_bytes(orjson.dumps({"greeting": HELLO}))
    assert manifest(file) == {"greeting": HELLO}
    file.write_bytes(
        orjson.dumps({"format": "apollo", "version": 1, "operations": [{"id": "greeting", "body": HELLO}]})
    )
    assert manifest(file) == {"greeting": HELLO}
    file.write_bytes(b'["x"]')
    with pytest.raises(ValueError, match="manifest"):
        manifest(file)


async def test_the_whole_exchange_over_http() -> None:
    app = GraphQLHttp(toy.engine(documents=PersistedQueries()), toy.context)
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest(HELLO)}}
    first = await ask(app, None, extensions=extensions)
    assert (first.status, first.codes) == (200, ["PERSISTED_QUERY_NOT_FOUND"])
    assert first.json["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await ask(app, HELLO, extensions=extensions)).json == {"data": {"hello": "Hello world"}}
    assert (await ask(app, None, extensions=extensions)).json == {"data": {"hello": "Hello world"}}


async def test_a_trusted_document_is_named_beside_its_variables() -> None:
    documents = TrustedDocuments({"greeting": "query ($n: String!) { hello(name: $n) }"})
    app = GraphQLHttp(toy.engine(documents=documents), toy.context)
    response = await ask(app, None, documentId="greeting", variables={"n": "An"})
    assert response.json == {"data": {"hello": "Hello An"}}
