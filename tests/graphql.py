"""A GraphQL client for tests: it speaks ASGI to an application in this process, and reads what comes back.

async with client(app) as ask:
    answer = await ask.query("{ domains { code } }")
    assert answer.ok["domains"]
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from execution.hooks import Receive, Send


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL answer."""

    status: int
    headers: Mapping[str, str]
    data: dict[str, Any] | None
    errors: list[dict[str, Any]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> dict[str, Any]:
        """The data, where there is no error at all."""
        assert not self.errors, self.errors
        assert self.data is not None
        return self.data

    @property
    def codes(self) -> list[str | None]:
        """The stable codes of the errors, in their order."""
        return [error.get("extensions", {}).get("code") for error in self.errors]

    def __getitem__(self, name: str) -> Any:
        """A root field, also where other fields failed."""
        assert self.data is not None, self.errors
        return self.data[name]


class Client:
    """Asks one application; `headers` go with every request."""

    def __init__(self, app: Any, headers: Mapping[str, str] | None = None, path: str = "/graphql") -> None:
        self._app = app
        self._headers = dict(headers or {})
        self._path = path

    def with_headers(self, **headers: str) -> Client:
        """The same application, with more headers; an underscore in a name stands for a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self._app, {**self._headers, **more}, self._path)

    async def query(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        operation: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post one operation, a query or a mutation."""
        body: dict[str, Any] = {"query": document}
        if variables is not None:
            body["variables"] = dict(variables)
        if operation is not None:
            body["operationName"] = operation
        sent = {"content-type": "application/json", "accept": "application/graphql-response+json", **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        reply = await self.request("POST", self._path, orjson.dumps(body), sent)
        read = orjson.loads(reply.body)
        return Answer(
            reply.status, reply.headers, read.get("data"), read.get("errors", []), read.get("extensions") or {}
        )

    async def request(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One HTTP exchange; `target` is a path with or without a query string."""
        path, _, query = target.partition("?")
        given = {"host": "testserver", **self._headers, **(headers or {})}
        if body:
            given.setdefault("content-length", str(len(body)))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "state": {},
            "extensions": {},
        }
        return await _exchange(self._app, scope, body)


async def _exchange(app: Any, scope: MutableMapping[str, Any], body: bytes) -> Reply:
    start: MutableMapping[str, Any] = {}
    parts: list[bytes] = []
    left = asyncio.Event()
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if unread:
            return unread.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                left.set()

    await app(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in start.get("headers", ())}
    return Reply(start["status"], headers, b"".join(parts))


@asynccontextmanager
async def client(app: Any, headers: Mapping[str, str] | None = None) -> AsyncIterator[Client]:
    """A client of the application between its start-up and its shutdown."""
    async with _living(app):
        yield Client(app, headers)


@asynccontextmanager
async def _living(app: Any) -> AsyncIterator[None]:
    """Run the lifespan in a task of its own, as a server does."""
    asked: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    receive: Receive = asked.get
    send: Send = told.put
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    life = asyncio.create_task(app(scope, receive, send))
    await _stage("startup", life, asked, told)
    try:
        yield
    finally:
        await _stage("shutdown", life, asked, told)
        await life


async def _stage(
    stage: str,
    life: asyncio.Task[None],
    asked: asyncio.Queue[MutableMapping[str, Any]],
    told: asyncio.Queue[MutableMapping[str, Any]],
) -> None:
    await asked.put({"type": f"lifespan.{stage}"})
    answer = asyncio.create_task(told.get())
    await asyncio.wait({answer, life}, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        await life
        raise AssertionError(f"The application ended before its {stage}.")
    message = answer.result()
    if message["type"] != f"lifespan.{stage}.complete":
        await asyncio.wait({life})
        life.exception()
        raise AssertionError(f"The application's {stage} failed: {message.get('message', '')}")
