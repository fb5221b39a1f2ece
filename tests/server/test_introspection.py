"""Opaque tokens: their issuer is asked, believed for a minute, and not asked again and again about bad ones."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from joserfc import jwt

from server.issuers import Introspection
from server.token_checks import Reason, Unauthenticated
from server.tokens import TokenVerifier
from tests.server.identity import ISSUER, RSA, Clock, FakeIssuer, claims, clients, token

URL = "https://login.test.example/introspect"
OPAQUE = "2YotnFZFEjr1zCsicMWpAA-opaque"


def asking(fake: FakeIssuer, clock: Clock, introspection: Introspection | None = None) -> TokenVerifier:
    asked = introspection or Introspection(URL, "b t:b", client_secret="s/e:c")
    return TokenVerifier.of((clients(None, introspection=asked),), fake.fetch, fake.post, clock.now)


def active(**changed: Any) -> dict[str, Any]:
    return {"active": True, **claims(scope=["btb:feed:read"], **changed)}


async def test_an_active_token_is_believed_for_a_minute_and_then_asked_about_again() -> None:
    fake, clock = FakeIssuer(answers={OPAQUE: active()}), Clock()
    verifier = asking(fake, clock)
    verified = await verifier.verify(OPAQUE)
    assert verified.claims["scope"] == ["btb:feed:read"]
    clock.forward(seconds=59)
    assert await verifier.verify(OPAQUE) is verified
    assert len(fake.asked) == 1
    clock.forward(seconds=1)
    fake.answers.clear()
    with pytest.raises(Unauthenticated):
        await verifier.verify(OPAQUE)


@pytest.mark.parametrize(
    "answer",
    [
        {"active": False},
        {},
        {"active": "true", **claims()},
        {"active": 1, **claims()},
        active(aud="somebody-else"),
        active(aud=...),
        active(iss="https://evil.example"),
        active(exp=...),
        active(exp=1),
        active(exp=10**12),
        active(token_type="refresh_token"),
        active(token_type=5),
        active(cnf={"jkt": "x"}),
    ],
    ids=str,
)
async def test_an_answer_that_is_no_clear_yes_is_a_no(answer: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await asking(FakeIssuer(answers={OPAQUE: answer}), Clock()).verify(OPAQUE)


@pytest.mark.parametrize("text", ["short", "x" * 3000, "with blank in the middle of it", "with\nline-break-in-it"])
async def test_what_cannot_be_a_token_is_not_asked_about(text: str) -> None:
    fake = FakeIssuer()
    with pytest.raises(Unauthenticated):
        await asking(fake, Clock()).verify(text)
    assert not fake.asked


async def test_a_refused_token_is_not_asked_about_each_time() -> None:
    fake, clock = FakeIssuer(), Clock()
    verifier = asking(fake, clock)
    for _ in range(50):
        with pytest.raises(Unauthenticated):
            await verifier.verify(OPAQUE)
    assert len(fake.asked) == 1
    clock.forward(seconds=10)
    fake.answers[OPAQUE] = active()
    await verifier.verify(OPAQUE)


async def test_an_issuer_out_of_reach_lets_nobody_in() -> None:
    with pytest.raises(Unauthenticated) as refused:
        await asking(FakeIssuer(up=False, answers={OPAQUE: active()}), Clock()).verify(OPAQUE)
    assert refused.value.reason is Reason.INACTIVE


async def test_without_an_issuer_to_ask_an_opaque_token_is_nothing() -> None:
    fake = FakeIssuer()
    with pytest.raises(Unauthenticated):
        await TokenVerifier.of((), fake.fetch, fake.post, Clock().now).verify(OPAQUE)


async def test_a_signed_token_of_an_issuer_without_keys_is_asked_about() -> None:
    signed = token()
    fake = FakeIssuer(answers={signed: active()})
    verified = await asking(fake, Clock()).verify(signed)
    assert verified.issuer.name == ISSUER


async def test_we_say_who_we_are_by_a_secret() -> None:
    fake = FakeIssuer(answers={OPAQUE: active()})
    await asking(fake, Clock()).verify(OPAQUE)
    url, form, headers = fake.asked[0]
    assert url == URL
    assert form["token"] == OPAQUE
    assert headers["authorization"] == "Basic " + base64.b64encode(b"b+t%3Ab:s%2Fe%3Ac").decode()


async def test_we_say_who_we_are_by_a_signed_assertion() -> None:
    fake = FakeIssuer(answers={OPAQUE: active()})
    await asking(fake, Clock(), Introspection(URL, "btb", private_key=RSA)).verify(OPAQUE)
    _, form, headers = fake.asked[0]
    said = jwt.decode(form["client_assertion"], RSA, algorithms=["RS256"]).claims
    assert (said["iss"], said["sub"], said["aud"]) == ("btb", "btb", URL)
    assert said["jti"]
    assert "authorization" not in headers
