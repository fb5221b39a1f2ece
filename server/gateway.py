"""Proof that a request came through the trusted gateway: off unless configured, required where it is.

Three proofs, any of which may be asked for:

    CertificateHeader   the ingress checked the gateway's certificate (mTLS) and writes what it saw into a header;
                        only of use where the ingress removes that header from what callers send
    SignedRequest       `x-btb-gateway-signature: t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.METHOD.PATH?QUERY.BODY`
    SignedExtension     Hive Gateway's `extensions.hmac-signature`, HMAC-SHA256 in base64 over the operation's query and
                        variables in stable JSON; it has no time in it, and only HTTP requests carry it
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("btb.identity")

SIGNATURE_HEADER: Final = b"x-btb-gateway-signature"
OLDEST_SIGNATURE: Final = 60.0
_SIGNATURE: Final = re.compile(rb"t=(\d{1,12}),v1=([0-9a-f]{64})")
_ANSWER: Final = b'{"errors":[{"message":"Authentication is required.","extensions":{"code":"UNAUTHENTICATED"}}]}'


class Proof(Protocol):
    """One way to show that a request came through the gateway."""

    reads_body: bool

    def holds(self, scope: Scope, body: bytes) -> bool:
        """Whether this request shows it. The body of a WebSocket's handshake is empty."""


class CertificateHeader:
    """The value that the ingress writes for the gateway's certificate, such as its SHA-256 fingerprint."""

    reads_body = False

    def __init__(self, header: str, accepted: Collection[str]) -> None:
        self._header = header.lower().encode("latin-1")
        self._accepted = [_plain(value.encode("latin-1")) for value in accepted if value]

    def holds(self, scope: Scope, body: bytes) -> bool:
        """One header of that name, with an accepted value; case and colons of a fingerprint are no difference."""
        values = _headers(scope, self._header)
        if len(values) != 1:
            return False
        given = _plain(values[0])
        return any(hmac.compare_digest(given, accepted) for accepted in self._accepted)


class SignedRequest:
    """A signature of the whole request, at most a minute old. Several secrets allow one to take over from another."""

    reads_body = True

    def __init__(self, secrets: Collection[bytes], now: Callable[[], datetime]) -> None:
        self._secrets, self._now = _checked(secrets), now

    def holds(self, scope: Scope, body: bytes) -> bool:
        """One signature header, of now, over exactly this request."""
        values = _headers(scope, SIGNATURE_HEADER)
        found = _SIGNATURE.fullmatch(values[0]) if len(values) == 1 else None
        if found is None or abs(self._now().timestamp() - int(found[1])) > OLDEST_SIGNATURE:
            return False
        said = b".".join((found[1], _method(scope), _target(scope), body))
        return any(hmac.compare_digest(signature(secret, said), found[2].decode()) for secret in self._secrets)


class SignedExtension:
    """Hive Gateway's signature inside the operation."""

    reads_body = True

    def __init__(self, secrets: Collection[bytes], name: str = "hmac-signature") -> None:
        self._secrets, self._name = _checked(secrets), name

    def holds(self, scope: Scope, body: bytes) -> bool:
        """A signature over the query and the variables, in a POST or in the query of a GET."""
        operation = _operation(scope, body)
        extensions = operation.get("extensions")
        given = extensions.get(self._name) if isinstance(extensions, dict) else None
        if not isinstance(given, str) or not given.isascii():
            return False
        said = {"query": operation.get("query"), "variables": operation.get("variables")}
        stable = json.dumps(
            {name: value for name, value in said.items() if value},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode("utf-8", "surrogatepass")
        expected = [b64encode(hmac.digest(secret, stable, "sha256")).decode() for secret in self._secrets]
        return any(hmac.compare_digest(given, one) for one in expected)


def signature(secret: bytes, said: bytes) -> str:
    """The signature of a request, for gateways that sign with our header."""
    return hmac.new(secret, said, hashlib.sha256).hexdigest()


class GatewayProof:
    """Lets requests to the protected paths pass only with one of the proofs."""

    def __init__(
        self,
        app: ASGIApp,
        proofs: Collection[Proof],
        paths: Collection[str],
        *,
        largest_body: int = 1024 * 1024,
        body_seconds: float = 10.0,
        on_refusal: Callable[[], None] = lambda: None,
    ) -> None:
        self._app, self._proofs, self._largest = app, tuple(proofs), largest_body
        self._paths = tuple(path.rstrip("/") for path in paths)
        self._seconds, self._on_refusal = body_seconds, on_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 401 itself, in the form of every other refusal, or hands the request on with its body unread."""
        if scope["type"] not in ("http", "websocket") or not self._protects(scope["path"]):
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        body = b""
        if scope["type"] == "http" and any(proof.reads_body for proof in self._proofs):
            body, messages = await _read(receive, self._largest, self._seconds)
        if any(proof.holds(scope, body) for proof in self._proofs):
            await self._app(scope, _again(messages, receive), send)
            return
        log.info("A request did not come through the trusted gateway.")
        self._on_refusal()
        await _refuse(scope, receive, send)

    def _protects(self, path: str) -> bool:
        return any(path == protected or path.startswith(f"{protected}/") for protected in self._paths)


async def _read(receive: Receive, largest: int, seconds: float) -> tuple[bytes, list[Message]]:
    """The body and the messages it came in. One that is too large or too slow is cut, so that no proof of it holds."""
    messages: list[Message] = []
    body = bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                messages.append(message)
                body += message.get("body", b"")
                if message["type"] != "http.request" or not message.get("more_body") or len(body) > largest:
                    break
    return bytes(body), messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Hands out the messages that were read, then those that follow."""
    waiting = iter(messages)

    async def next_message() -> Message:
        return next(waiting, None) or await receive()

    return next_message


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await receive()
        await send({"type": "websocket.close", "code": 4401, "reason": "Unauthorized"})
        return
    prefix = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    modern = any(b"application/graphql-response+json" in value for value in _headers(scope, b"accept"))
    media_type = b"application/graphql-response+json" if modern else b"application/json"
    headers = [
        (b"content-type", media_type + b"; charset=utf-8"),
        (b"content-length", str(len(_ANSWER)).encode()),
        (b"www-authenticate", b"Bearer"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": f"{prefix}.start", "status": 401, "headers": headers})
    await send({"type": f"{prefix}.body", "body": _ANSWER})


def _operation(scope: Scope, body: bytes) -> dict[str, Any]:
    """The one operation of a request; nothing where it is none that can be signed."""
    try:
        if _method(scope) == b"GET":
            pairs = parse_qsl(scope["query_string"].decode("ascii"), max_num_fields=20)
            asked: Any = dict(pairs)
            if len(asked) < len(pairs):
                return {}
            for name in ("variables", "extensions"):
                asked[name] = json.loads(asked[name]) if name in asked else None
        else:
            asked = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _headers(scope: Scope, name: bytes) -> list[bytes]:
    return [value for header, value in scope["headers"] if header.lower() == name]


def _method(scope: Scope) -> bytes:
    return str(scope.get("method", "GET")).encode("ascii")


def _target(scope: Scope) -> bytes:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return path.partition(b"?")[0] + (b"?" + query if query else b"")


def _plain(fingerprint: bytes) -> bytes:
    return fingerprint.strip().replace(b":", b"").lower()


def _checked(secrets: Collection[bytes]) -> tuple[bytes, ...]:
    """Secrets long enough to sign with. Raises ValueError."""
    if not secrets or any(len(secret) < 16 for secret in secrets):
        raise ValueError("A secret shared with the gateway needs at least 16 bytes.")
    return tuple(secrets)
