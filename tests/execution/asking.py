"""Asks an ASGI application in this process, as a client would over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import OperationType

from execution.engine import Engine, OperationRequest
from execution.hooks import Fault, Observer, OperationReport
from tests.execution import toy

QUERIES = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json.get("errors", [])]


@dataclass
class Watcher(Observer):
    """Remembers what it was told."""

    reports: list[OperationReport]
    faults: list[Fault]

    @classmethod
    def new(cls) -> Watcher:
        return cls([], [])

    def finished(self, report: OperationReport) -> None:
        self.reports.append(report)

    def failed(self, fault: Fault) -> None:
        self.faults.append(fault)


async def call(
    app: Callable[..., Any],
    body: bytes | None = None,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    query_string: bytes = b"",
    parts: Iterable[dict[str, Any]] | None = None,
) -> Response:
    """One request. `headers` replace those of an ordinary JSON request; a value of "" leaves one out."""
    given = {"content-type": "application/json", **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": query_string,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value],
        "client": ("127.0.0.1", 1),
    }
    messages = iter(parts or [{"type": "http.request", "body": body or b"", "more_body": False}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return Response(0, {}, b"")
    start, *rest = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Response(start["status"], found, b"".join(each.get("body", b"") for each in rest))


async def ask(
    app: Callable[..., Any], query: Any, *, headers: dict[str, str] | None = None, **members: Any
) -> Response:
    """POST one operation."""
    return await call(app, orjson.dumps({"query": query, **members}), headers=headers)


async def answered(engine: Engine, query: str, context: Any = None, **request: Any) -> Any:
    """The decoded answer of an engine, asked directly."""
    asked = OperationRequest(query, **request)
    answer = await engine.execute(asked, toy.ToyContext() if context is None else context, allowed=QUERIES)
    return orjson.loads(answer.body)


def codes(body: Any) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in body.get("errors", [])]
