"""The first events of a stream over server-sent events, after which the reader goes away."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import orjson


async def first_events(app: Any, document: str, variables: dict[str, Any], token: str | None, *, until: str) -> str:
    """What is sent until a text stands in it, or until the stream ends by itself."""
    body = orjson.dumps({"query": document, "variables": variables})
    headers = [(b"host", b"testserver"), (b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    headers.append((b"content-length", str(len(body)).encode()))
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {},
    }
    enough, unread, said = asyncio.Event(), [{"type": "http.request", "body": body, "more_body": False}], [""]

    async def receive() -> MutableMapping[str, Any]:
        if unread:
            return unread.pop()
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said[0] += message.get("body", b"").decode()
        if until in said[0] or (message["type"] == "http.response.body" and not message.get("more_body", False)):
            enough.set()

    await asyncio.wait_for(app(scope, receive, send), 10)
    return said[0]
