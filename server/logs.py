"""The log: one JSON object a line, with the request's id, and no person's number in it, whoever wrote the line.

A record may carry more with `extra={…}`. Documents and variables of operations are never logged; where somebody puts a
national number into a message, an argument or an exception all the same, stars are written in its place.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from btb.masking import STARS, masked
from execution.request_ids import new_request_id

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request under way, for everything that it logs; of a socket, for as long as it is open."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{15,63}\Z")
_PROBED: Final = ("/health/", "/metrics")
_CLIENT_NAMES: Final = (b"apollographql-client-name", b"graphql-client-name", b"x-graphql-client")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON, masked."""

    def format(self, record: logging.LogRecord) -> str:
        """`at`, `level`, `logger`, `message`, `request`, what the record carries besides, and `exception`."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if (request := request_id.get()) is not None:
            line["request"] = masked(request)
        more = {name: value for name, value in vars(record).items() if name not in _STANDARD and name not in line}
        line |= _clean(more)
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = masked(record.stack_info)
        return orjson.dumps(line, option=orjson.OPT_NON_STR_KEYS).decode()


def _clean(value: Any) -> Any:
    """JSON of a value, masked at any depth, keys included; a whole number of eleven digits is masked too."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return STARS if len(str(abs(value))) == 11 else value if abs(value) < 2**63 else masked(str(value))
        case Mapping():
            return {masked(str(key)): _clean(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(each) for each in value]
        case _:
            return masked(str(value))


def configure(level: str, stream: TextIO | None = None) -> None:
    """Everything that logs, uvicorn and warnings included, writes these lines, to standard error unless told."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)


class AccessLog:
    """Names every request and logs its end: method, path, status, milliseconds, the caller's client name.

    A caller's `x-request-id` is kept where it is well formed; else the request gets one here, for the whole house. The
    query string is not logged, and neither is any header but the client's name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = logging.getLogger("server.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, named."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        given = next((value.decode("latin-1") for name, value in headers if name == b"x-request-id"), "")
        name = given if _WELL_FORMED.match(given) else new_request_id()
        others = [each for each in headers if each[0] != b"x-request-id"]
        scope = {**scope, "headers": [*others, (b"x-request-id", name.encode())]}
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        token, started = request_id.set(name), time.perf_counter()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._told(scope, status, time.perf_counter() - started)
            request_id.reset(token)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        level = logging.DEBUG if scope["path"].startswith(_PROBED) else logging.INFO
        if not self._log.isEnabledFor(level):
            return
        client = next((value.decode("latin-1") for name, value in scope["headers"] if name in _CLIENT_NAMES), None)
        told = {
            "method": scope.get("method", "WEBSOCKET"),
            "path": scope["path"][:200],
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "client": client and client[:100],
        }
        self._log.log(level, "%s", scope["type"], extra=told)
