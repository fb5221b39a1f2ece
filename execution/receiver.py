"""The gateway at the other end of a callback subscription: where it is, and what is posted to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import orjson

from execution.errors import RefusedRequest
from execution.operation import Answer

Post: TypeAlias = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]

_HEADERS = {"content-type": "application/json", "subscription-protocol": "callback/1.0"}
_LONGEST_URL = 2_048
_LONGEST_TEXT = 256


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """Who may be posted to, and how often; times in seconds.

    `origins` are `scheme://host:port` (the port may be left out where it is the scheme's own); without any, every
    callback is refused. An interval below `shortest_interval` is refused, 0 means that no checks are wanted.
    """

    origins: frozenset[str] = frozenset()
    subscriptions: int = 200
    shortest_interval: float = 1.0
    longest_interval: float = 300.0
    tries: int = 5
    first_pause: float = 0.1
    longest_pause: float = 1.0
    deadline: float = 10.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """One subscription of a gateway. `interval` is in seconds, 0 for none."""

    url: str
    id: str
    verifier: str
    interval: float
    settings: CallbackSettings
    send: Post

    @staticmethod
    def of(extension: Mapping[str, Any], settings: CallbackSettings, send: Post) -> Receiver:
        """Read `extensions.subscription`; raises RefusedRequest 400, or 403 for a host that is not listed."""
        url, identifier = extension.get("callbackUrl"), extension.get("subscriptionId")
        verifier, interval = extension.get("verifier"), extension.get("heartbeatIntervalMs", 0)
        if not (_text(url, _LONGEST_URL) and _text(identifier, _LONGEST_TEXT) and _text(verifier, _LONGEST_TEXT)):
            raise _malformed()
        if not isinstance(interval, int) or isinstance(interval, bool) or interval < 0:
            raise _malformed()
        seconds = interval / 1_000
        if seconds and not settings.shortest_interval <= seconds <= settings.longest_interval:
            raise RefusedRequest("CALLBACK_INTERVAL", 400, "The heartbeat interval is outside of what is served.")
        where = origin(str(url))
        if where is None or where not in {origin(listed) for listed in settings.origins}:
            raise RefusedRequest("CALLBACK_HOST_NOT_ALLOWED", 403, "Callbacks are not sent to this host.")
        return Receiver(str(url), str(identifier), str(verifier), seconds, settings, send)

    async def check(self) -> int:
        """Ask whether the subscription is (still) wanted: 204 says so."""
        return await self._posted("check")

    async def goes_on(self) -> bool:
        """Whether a check found the subscription still wanted."""
        return _accepted(await self.check())

    async def next(self, answer: Answer) -> bool:
        """Post one answer; False where the gateway wants no more, or cannot be reached."""
        return _accepted(await self._posted("next", b',"payload":' + answer.body))

    async def complete(self, refused: Answer | None) -> bool:
        """Post the end, with the errors that caused it."""
        errors = b"" if refused is None else b',"errors":' + orjson.dumps(refused.errors)
        return _accepted(await self._posted("complete", errors))

    async def _posted(self, action: str, member: bytes = b"") -> int:
        """The status of the first answer that is no 5xx; 503 where every try failed."""
        head = {"kind": "subscription", "action": action, "id": self.id, "verifier": self.verifier}
        body = orjson.dumps(head)[:-1] + member + b"}"
        pause = self.settings.first_pause
        for attempt in range(self.settings.tries):
            if attempt:
                await asyncio.sleep(pause)
                pause = min(pause * 2, self.settings.longest_pause)
            try:
                async with asyncio.timeout(self.settings.deadline):
                    status = await self.send(self.url, _HEADERS, body)
            except (OSError, TimeoutError):
                continue
            if status < 500:
                return status
        return 503


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http address; None where it has none, or hides its host behind a user's name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def _accepted(status: int) -> bool:
    return 200 <= status < 300


def _text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


def _malformed() -> RefusedRequest:
    return RefusedRequest("BAD_REQUEST", 400, "The extension subscription is not one of callback/1.0.")
