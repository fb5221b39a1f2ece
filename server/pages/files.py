"""The files that pages are made of, read once, and answered with headers that let them load nothing from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOLDER: Final = Path(__file__).parent
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Page:
    """One document in memory, an ASGI application; answered 304 to whoever has it already."""

    def __init__(self, body: bytes, kind: str, policy: str | None = None) -> None:
        self._body = body
        self._tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._headers: Mapping[str, str] = {
            **_ALWAYS,
            "content-type": _TYPES[kind],
            "cache-control": "no-cache",
            "etag": self._tag,
            **({"content-security-policy": policy} if policy else {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD; routes let nothing else through."""
        known = Headers(scope=scope).get("if-none-match", "")
        if self._tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
            headers = {name: value for name, value in self._headers.items() if name != "content-type"}
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        body = b"" if scope["method"] == "HEAD" else self._body
        response = Response(body, headers={**self._headers, "content-length": str(len(self._body))})
        await response(scope, receive, send)


class File:
    """A script or style sheet beside this module, read when somebody first asks for it: some have half a megabyte."""

    def __init__(self, name: str) -> None:
        self._path = FOLDER / name

    @cached_property
    def _page(self) -> Page:
        return Page(self._path.read_bytes(), self._path.suffix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As its page does."""
        await self._page(scope, receive, send)
