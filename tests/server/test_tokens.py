"""True tokens are believed; hostile ones are refused, all of them in the same words."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from server.key_sets import KeySet
from server.token_checks import PLAIN_WORDS, Reason, Unauthenticated
from server.tokens import TokenVerifier
from tests.server.identity import (
    EC,
    ISSUER,
    NOW,
    RSA,
    Clock,
    FakeIssuer,
    citizens,
    claims,
    clients,
    encoded,
    jwks,
    token,
)

MOMENT = int(NOW.timestamp())
STRANGER = ECKey.generate_key("P-256", {"kid": EC.kid or ""})
STRANGE_RSA = RSAKey.generate_key(2048, {"kid": RSA.kid or ""})
P384 = ECKey.generate_key("P-384", {"kid": "p384"})
PUBLIC_PEM = RSA.as_pem(private=False)
KEYS = KeySet.parse(jwks(EC, RSA, P384))


def verifier(*issuers: Any, clock: Clock | None = None, remembered: int = 100) -> TokenVerifier:
    fake, clock = FakeIssuer(), clock or Clock()
    trusted = issuers or (citizens(KEYS),)
    return TokenVerifier.of(trusted, fake.fetch, fake.post, clock.now, monotonic=clock.monotonic, remembered=remembered)


def symmetric(secret: bytes, kid: str | None) -> str:
    """Signed by HS256 with something public as the secret."""
    said = f"{encoded({'alg': 'HS256', 'kid': kid, 'typ': 'at+jwt'})}.{encoded(claims())}"
    import hashlib
    import hmac

    return f"{said}.{encoded(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def changed_content() -> str:
    header, _, signature = token().split(".")
    return f"{header}.{encoded(claims(egovNRN='85073003229'))}.{signature}"


def der_signature() -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    said = f"{encoded({'alg': 'ES256', 'kid': EC.kid, 'typ': 'at+jwt'})}.{encoded(claims())}"
    assert EC.private_key is not None
    return f"{said}.{encoded(EC.private_key.sign(said.encode(), ECDSA(hashes.SHA256())))}"


def twice(part: str) -> str:
    """A member stands twice, the second time as wanted."""
    content = json.dumps(claims()).encode()
    doubled = content[:-1] + b',"aud":"btb"}' if part == "claims" else content
    header = {"alg": "ES256", "kid": EC.kid, "typ": "at+jwt"}
    text = json.dumps(header).encode()
    text = text[:-1] + b',"alg":"ES256"}' if part == "header" else text
    said = f"{encoded(text)}.{encoded(doubled)}"
    return f"{said}.{encoded(jws.JWSRegistry.algorithms['ES256'].sign(said.encode(), EC))}"


HOSTILE = {
    "nothing": "",
    "one word": "hello",
    "two parts": ".".join(token().split(".")[:2]),
    "four parts": f"{token()}.x",
    "an encrypted token": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA",
    "alg none": f"{encoded({'alg': 'none', 'kid': EC.kid})}.{encoded(claims())}.",
    "alg None in other case": f"{encoded({'alg': 'nOnE', 'kid': EC.kid})}.{encoded(claims())}.",
    "signature taken away": token().rsplit(".", 1)[0] + ".",
    "HS256 with the RSA public key": symmetric(PUBLIC_PEM, RSA.kid),
    "HS256 with the name of the EC key": symmetric(EC.as_pem(private=False), EC.kid),
    "HS256 with an empty secret": symmetric(b"", EC.kid),
    "RS256 with the name of the EC key": token(algorithm="RS256", header={"kid": EC.kid}),
    "ES256 with the name of the RSA key": token(header={"kid": RSA.kid}),
    "ES384 that is not allowed": token(algorithm="ES384", key=P384),
    "PS256 that is not allowed": token(algorithm="PS256"),
    "alg not a text": token(header={"alg": ["ES256"]}),
    "no alg": token(header={"alg": ...}),
    "unknown key of the same name": token(key=STRANGER),
    "unknown RSA key of the same name": token(algorithm="RS256", key=STRANGE_RSA),
    "key in the header": token(key=STRANGER, header={"jwk": STRANGER.as_dict(private=False)}),
    "key behind a URL in the header": token(header={"jku": "https://evil.example/jwks"}),
    "certificate behind a URL": token(header={"x5u": "https://evil.example/x"}),
    "certificate in the header": token(header={"x5c": ["AAAA"]}),
    "kid that is a path": token(header={"kid": "../../../../dev/null"}),
    "kid that is SQL": token(header={"kid": "' OR 1=1 --"}),
    "unknown kid": token(header={"kid": "nobody"}),
    "no kid": token(header={"kid": ...}),
    "empty kid": token(header={"kid": ""}),
    "kid not a text": token(header={"kid": 1}),
    "unknown crit": token(header={"crit": ["exp"], "exp": 1}),
    "b64 off": token(header={"b64": False, "crit": ["b64"]}),
    "compressed": token(header={"zip": "DEF"}),
    "nested": token(token().encode(), header={"cty": "JWT"}),
    "nested, not said": token(token().encode()),
    "typ of a logout token": token(header={"typ": "logout+jwt"}),
    "typ of a DPoP proof": token(header={"typ": "dpop+jwt"}),
    "typ of a client's assertion": token(header={"typ": "client-authentication+jwt"}),
    "a security event": token(claims(events={"http://schemas.openid.net/event/backchannel-logout": {}})),
    "wrong audience": token(claims(aud="somebody-else")),
    "no audience": token(claims(aud=...)),
    "audience part of ours": token(claims(aud="btb2")),
    "audience a list of others": token(claims(aud=["a", "b"])),
    "audience an object": token(claims(aud={"btb": True})),
    "wrong issuer": token(claims(iss="https://evil.example")),
    "issuer with a slash": token(claims(iss=f"{ISSUER}/")),
    "issuer in capitals": token(claims(iss=ISSUER.upper())),
    "no issuer": token(claims(iss=...)),
    "issuer a list": token(claims(iss=[ISSUER])),
    "expired": token(claims(exp=MOMENT - 31)),
    "no exp": token(claims(exp=...)),
    "exp null": token(claims(exp=None)),
    "exp a text": token(claims(exp=str(MOMENT + 600))),
    "exp true": token(claims(exp=True)),
    "exp in ten thousand years": token(claims(exp=10**12)),
    "exp larger than a float": token(claims(exp=10**400)),
    "exp negative": token(claims(exp=-1)),
    "exp infinite": token(json.dumps(claims()).replace(str(MOMENT + 600), "Infinity").encode()),
    "exp not a number": token(json.dumps(claims()).replace(str(MOMENT + 600), "NaN").encode()),
    "lives a week": token(claims(exp=MOMENT + 7 * 86400)),
    "lives long by an old iat": token(claims(iat=MOMENT - 20 * 3600, exp=MOMENT + 600)),
    "nbf in the future": token(claims(nbf=MOMENT + 31)),
    "nbf a text": token(claims(nbf="soon")),
    "iat in the future": token(claims(iat=MOMENT + 31, exp=MOMENT + 600)),
    "bound to a key": token(claims(cnf={"jkt": "abc"})),
    "content a list": token([claims()]),
    "content no JSON": token(b"{"),
    "content deeper than Python": token(b'{"a":' + b"[" * 2700 + b"]" * 2700 + b"}"),
    "content of other letters": token("é".encode("latin-1")),
    "changed content": changed_content(),
    "signature in DER": der_signature(),
    "a claim twice": twice("claims"),
    "alg twice": twice("header"),
    "padding": token().replace(".", "=.", 1),
    "blanks around": f" {token()}",
    "a line break in it": token().replace(".", ".\n", 1),
    "other letters": token() + "é",
    "too large": token(claims(filler="x" * 8192)),
    "eight megabytes": "eyJ" + "A" * 8_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_token_is_refused_in_the_same_words(name: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await verifier().verify(HOSTILE[name])
    assert str(refused.value) == PLAIN_WORDS
    assert refused.value.__cause__ is None


GOOD = {
    "ES256": token(),
    "RS256": token(algorithm="RS256"),
    "typ JWT": token(header={"typ": "JWT"}),
    "no typ": token(header={"typ": ...}),
    "typ with application": token(header={"typ": "application/AT+jwt"}),
    "audience in a list": token(claims(aud=["other", "btb"])),
    "no optional claims": token(claims(iat=..., sub=..., jti=..., client_id=...)),
    "just expired, within the leeway": token(claims(exp=MOMENT - 29)),
    "clock of the issuer a little ahead": token(claims(iat=MOMENT + 29, nbf=MOMENT + 29, exp=MOMENT + 600)),
    "exp with a fraction": token(claims(exp=MOMENT + 600.5)),
    "header member nobody knows": token(header={"x5t": "abc", "org.example.hint": {"a": 1}}),
}


@pytest.mark.parametrize("name", GOOD)
async def test_a_true_token_is_believed(name: str) -> None:
    verified = await verifier().verify(GOOD[name])
    assert verified.claims["iss"] == ISSUER
    assert verified.issuer.kind == "citizen"


async def test_ed25519_is_believed_where_it_is_allowed() -> None:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    issuer = citizens(KeySet.parse(jwks(key)), algorithms=frozenset({"Ed25519"}))
    await verifier(issuer).verify(token(algorithm="Ed25519", key=key))


async def test_a_key_made_for_one_algorithm_serves_no_other() -> None:
    key = RSAKey.generate_key(2048, {"alg": "RS256", "kid": "one"})
    issuer = citizens(KeySet.parse(jwks(key)), algorithms=frozenset({"RS256", "PS256"}))
    await verifier(issuer).verify(token(algorithm="RS256", key=key))
    with pytest.raises(Unauthenticated) as refused:
        await verifier(issuer).verify(token(algorithm="PS256", key=key))
    assert refused.value.reason is Reason.KEY


async def test_the_key_of_one_issuer_opens_nothing_for_another() -> None:
    evil = ECKey.generate_key("P-256", {"kid": "shared"})
    other = citizens(KeySet.parse(jwks(evil)), name="https://other.example")
    both = verifier(citizens(KEYS), other)
    await both.verify(token(claims(iss="https://other.example"), key=evil))
    with pytest.raises(Unauthenticated):
        await both.verify(token(key=evil))


async def test_an_issuer_of_citizens_and_of_clients_is_told_apart_by_audience() -> None:
    both = verifier(citizens(KEYS), clients(KEYS, audiences=frozenset({"btb-systems"})))
    assert (await both.verify(token())).issuer.kind == "citizen"
    assert (await both.verify(token(claims(aud="btb-systems")))).issuer.kind == "client"
    with pytest.raises(Unauthenticated) as refused:
        await both.verify(token(claims(aud=["btb", "btb-systems"])))
    assert refused.value.reason is Reason.AUDIENCE


@pytest.mark.parametrize("missing", ["sub", "client_id", "iat", "jti"])
async def test_a_claim_that_the_profile_requires_must_be_there(missing: str) -> None:
    strict = citizens(KEYS, types=frozenset({"at+jwt"}), required=frozenset({"sub", "client_id", "iat", "jti"}))
    await verifier(strict).verify(token())
    with pytest.raises(Unauthenticated):
        await verifier(strict).verify(token(claims(**{missing: ...})))
    with pytest.raises(Unauthenticated):
        await verifier(strict).verify(token(header={"typ": "JWT"}))


async def test_a_token_seen_before_is_not_checked_again_until_it_expires() -> None:
    clock = Clock()
    checked = verifier(clock=clock)
    text = token()
    first = await checked.verify(text)
    clock.forward(seconds=629)
    assert await checked.verify(text) is first
    clock.forward(seconds=1)
    with pytest.raises(Unauthenticated) as refused:
        await checked.verify(text)
    assert refused.value.reason is Reason.EXPIRED


async def test_the_memory_of_tokens_is_bounded_and_keeps_those_in_use() -> None:
    checked = verifier(remembered=3)
    used = token()
    first = await checked.verify(used)
    for number in range(5):
        await checked.verify(token(claims(jti=f"t{number}")))
        assert await checked.verify(used) is first
    assert len(checked.memory) == 3


def test_a_symmetric_key_is_no_key_of_an_issuer() -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"})
    document = json.dumps({"keys": [shared.as_dict(), EC.as_dict(private=False)]}).encode()
    assert set(KeySet.parse(document).by_kid) == {EC.kid}


def test_the_hostile_tokens_are_what_they_say() -> None:
    assert len(HOSTILE) >= 30
    assert base64.urlsafe_b64decode(token().split(".")[0] + "==")
