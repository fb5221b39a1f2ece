"""An issuer of a test: its keys, its tokens, a clock that stands still, and a caller of ASGI applications."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from server.issuers import ClaimNames, Issuer, IssuerKind
from server.jwks import IssuerUnreachable

ISSUER = "https://login.test.example"
AUDIENCE = "btb"
NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
NUMBER = "85073003328"
"""A number that its check digits allow and that was never given to anybody in these tests' world."""

EC = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
RSA = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
KEYS: dict[str, Key] = {"ES256": EC, "RS256": RSA, "PS256": RSA}


class Clock:
    """A clock that moves only when told to: `now` for dates, `monotonic` for waiting."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, **time: float) -> None:
        self.at += timedelta(**time)


def jwks(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def citizens(where: Any, **changed: Any) -> Issuer:
    """An issuer of citizens with the claim names of FAS, changed where a test says so."""
    names = ClaimNames(
        national_number="egovNRN", assurance="acr", scopes="scope", assurance_levels={"urn:level:450": 450}
    )
    usual: dict[str, Any] = {
        "name": ISSUER,
        "kind": IssuerKind.CITIZEN,
        "audiences": frozenset({AUDIENCE}),
        "algorithms": frozenset({"ES256", "RS256"}),
        "jwks": where,
        "claims": names,
        "max_lifetime": timedelta(hours=12),
    }
    return Issuer(**{**usual, **changed})


def clients(where: Any, **changed: Any) -> Issuer:
    """An issuer of machine clients."""
    names = ClaimNames(scopes="scope", system="system")
    return citizens(where, **{"kind": IssuerKind.CLIENT, "claims": names, **changed})


def claims(**changed: Any) -> dict[str, Any]:
    """Good claims; a value of `...` takes one away."""
    moment = int(NOW.timestamp())
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": moment - 5,
        "exp": moment + 600,
        "sub": "s1",
        "jti": "j1",
        "client_id": "portal",
        "egovNRN": NUMBER,
        "acr": "urn:level:450",
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not ...}


def encoded(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token(
    content: Any = None, *, algorithm: str = "ES256", key: Key | None = None, header: Mapping[str, Any] | None = None
) -> str:
    """A signed token, hostile where asked: any header (`...` takes a member away), any content, any key."""
    signing = key or KEYS[algorithm]
    wanted = {"alg": algorithm, "kid": signing.kid, "typ": "at+jwt", **(header or {})}
    wanted = {name: value for name, value in wanted.items() if value is not ...}
    said = f"{encoded(wanted)}.{encoded(claims() if content is None else content)}"
    signature = jws.JWSRegistry.algorithms[algorithm].sign(said.encode(), signing)
    return f"{said}.{encoded(signature)}"


@dataclass
class FakeIssuer:
    """What the issuer publishes, how often it was asked, and whether it answers."""

    document: bytes = b""
    up: bool = True
    fetched: int = 0
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        self.fetched += 1
        if not self.up:
            raise IssuerUnreachable("down")
        return self.document

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        self.asked.append((url, form, headers))
        if not self.up:
            raise IssuerUnreachable("down")
        return json.dumps(self.answers.get(form["token"], {"active": False})).encode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: Callable[..., Awaitable[None]],
    path: str,
    *,
    method: str = "GET",
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One HTTP request to an ASGI application, in this process."""
    if form is not None:
        method, body = "POST", urlencode(form).encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "server": ("testserver", 80),
        "client": None,
        "query_string": urlencode(query or {}).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )
