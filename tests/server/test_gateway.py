"""Where a proof of the trusted gateway is asked for, nothing passes without it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from server.gateway import CertificateHeader, GatewayProof, Proof, SignedExtension, SignedRequest, signature
from tests.server.identity import NOW, Answer, Clock, call

SECRET = b"sixteen bytes and more"
BODY = json.dumps({"query": "{ domains { code } }", "variables": {"b": 1, "a": "é"}}).encode()
MOMENT = str(int(NOW.timestamp()))


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body it received."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def guarded(*proofs: Proof) -> GatewayProof:
    return GatewayProof(echo, proofs, ["/graphql"], largest_body=10_000)


def signed(
    body: bytes = BODY, *, at: str = MOMENT, said: bytes = b"POST./graphql", secret: bytes = SECRET
) -> dict[str, str]:
    return {"x-btb-gateway-signature": f"t={at},v1={signature(secret, at.encode() + b'.' + said + b'.' + body)}"}


async def post(app: GatewayProof, headers: dict[str, str], body: bytes = BODY) -> Answer:
    return await call(app, "/graphql", method="POST", body=body, headers=headers)


async def test_a_signed_request_passes_with_its_body() -> None:
    answer = await post(guarded(SignedRequest([SECRET], Clock().now)), signed())
    assert (answer.status, answer.body) == (200, BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (signed(secret=b"another secret of ours"), BODY),
        (signed(), BODY + b" "),
        (signed(said=b"GET./graphql"), BODY),
        (signed(said=b"POST./other"), BODY),
        (signed(at=str(int(MOMENT) - 61)), BODY),
        (signed(at=str(int(MOMENT) + 61)), BODY),
        ({"x-btb-gateway-signature": f"t={MOMENT},v1="}, BODY),
        ({"x-btb-gateway-signature": "v1=00"}, BODY),
        (signed(b"x" * 10_001), b"x" * 20_000),
    ],
    ids=str,
)
async def test_a_request_without_a_good_signature_gets_401(headers: dict[str, str], body: bytes) -> None:
    answer = await post(guarded(SignedRequest([SECRET], Clock().now)), headers, body)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "errors": [{"message": "Authentication is required.", "extensions": {"code": "UNAUTHENTICATED"}}]
    }


async def test_a_new_secret_may_take_over_from_an_old_one() -> None:
    proof = SignedRequest([b"the new secret of ours", SECRET], Clock().now)
    assert (await post(guarded(proof), signed())).status == 200


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SignedRequest([b"short"], Clock().now)


async def test_what_is_not_protected_passes() -> None:
    app = guarded(SignedRequest([SECRET], Clock().now))
    assert (await call(app, "/health/live")).status == 200
    assert (await call(app, "/graphql/more")).status == 401


FINGERPRINT = "AB:" * 31 + "CD"


@pytest.mark.parametrize(
    ("value", "status"), [(FINGERPRINT, 200), (FINGERPRINT.replace(":", "").lower(), 200), ("ab" * 32, 401), ("", 401)]
)
async def test_a_certificate_is_known_by_its_fingerprint(value: str, status: int) -> None:
    app = guarded(CertificateHeader("X-Client-Cert-Fingerprint", [FINGERPRINT]))
    assert (await post(app, {"x-client-cert-fingerprint": value})).status == status


async def test_a_certificate_header_that_stands_there_twice_proves_nothing() -> None:
    proof = CertificateHeader("x-cert", ["good"])
    assert proof.holds({"headers": [(b"x-cert", b"good")]}, b"")
    assert not proof.holds({"headers": [(b"x-cert", b"good"), (b"x-cert", b"good")]}, b"")


def hive(operation: dict[str, Any]) -> str:
    """As Hive Gateway signs: stable JSON of query and variables, HMAC-SHA256, base64."""
    said = {
        "query": operation["query"],
        **({"variables": operation["variables"]} if operation.get("variables") else {}),
    }
    stable = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b64encode(hmac.digest(SECRET, stable, hashlib.sha256)).decode()


@pytest.mark.parametrize("variables", [None, {}, {"z": {"y": None, "x": [1, "é"]}, "a": True}], ids=str)
async def test_hives_signature_inside_the_operation_is_understood(variables: Any) -> None:
    operation: dict[str, Any] = {"query": "{ domains { code } }", "variables": variables}
    operation["extensions"] = {"hmac-signature": hive(operation)}
    app = guarded(SignedExtension([SECRET]))
    assert (await post(app, {}, json.dumps(operation).encode())).status == 200
    asked = {name: json.dumps(operation[name]) for name in ("variables", "extensions")}
    assert (await call(app, "/graphql", query={"query": operation["query"], **asked})).status == 200
    operation["query"] += " "
    assert (await post(app, {}, json.dumps(operation).encode())).status == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"query":"{a}"}', b'{"query":"{a}","extensions":{"hmac-signature":5}}'], ids=str
)
async def test_an_operation_without_hives_signature_gets_401(body: bytes) -> None:
    assert (await post(guarded(SignedExtension([SECRET])), {}, body)).status == 401


async def test_a_parameter_that_stands_there_twice_proves_nothing() -> None:
    operation = {"query": "{ a }", "variables": None}
    extensions = json.dumps({"hmac-signature": hive(operation)})
    scope = {"method": "GET", "headers": [], "query_string": b""}
    from urllib.parse import urlencode

    once = urlencode([("query", "{ a }"), ("extensions", extensions)]).encode()
    twice = urlencode([("query", "{ b }"), ("query", "{ a }"), ("extensions", extensions)]).encode()
    proof = SignedExtension([SECRET])
    assert proof.holds({**scope, "query_string": once}, b"")
    assert not proof.holds({**scope, "query_string": twice}, b"")


@pytest.mark.parametrize("extension", [True, False])
async def test_a_websocket_without_proof_is_turned_away(extension: bool) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "headers": [],
        "extensions": {"websocket.http.response": {}} if extension else {},
    }
    await guarded(SignedRequest([SECRET], Clock().now))(scope, receive, send)
    if extension:
        assert sent[0]["status"] == 401
    else:
        assert sent == [{"type": "websocket.close", "code": 4401, "reason": "Unauthorized"}]
