"""An issuer's keys: shared, kept through its outage, renewed when they rotate, never asked for too often."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from server.jwks import FetchedKeys
from server.key_sets import MAX_DOCUMENT, BadKeySet, KeySet
from server.token_checks import Unauthenticated
from server.tokens import TokenVerifier
from tests.server.identity import EC, RSA, Clock, FakeIssuer, citizens, claims, jwks, token

URL = "https://login.test.example/keys"
SECOND = ECKey.generate_key("P-256", {"kid": "second"})


def fetching(fake: FakeIssuer, clock: Clock) -> TokenVerifier:
    return TokenVerifier.of((citizens(URL),), fake.fetch, fake.post, clock.now, monotonic=clock.monotonic)


def new_token(clock: Clock, key: Key = EC, **changed: Any) -> str:
    moment = int(clock.now().timestamp())
    return token(claims(iat=moment, exp=moment + 600, **changed), key=key)


async def refused(verifier: TokenVerifier, text: str) -> bool:
    try:
        await verifier.verify(text)
    except Unauthenticated:
        return True
    return False


async def settle() -> None:
    """Lets tasks that wait for nothing run to their end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_many_callers_at_once_share_one_fetch() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    texts = [new_token(clock, jti=f"{number}") for number in range(20)]
    await asyncio.gather(*(verifier.verify(text) for text in texts))
    assert fake.fetched == 1


async def test_ten_thousand_unknown_names_of_keys_cause_two_fetches() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    keys = FetchedKeys(URL, fake.fetch, monotonic=clock.monotonic)
    for number in range(10_000):
        assert await keys.keys(f"unknown-{number}") == ()
    assert fake.fetched <= 2
    assert await keys.keys(str(EC.kid))


async def test_a_new_key_is_found_at_once_and_the_old_one_still_serves() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    await verifier.verify(new_token(clock))
    fake.document = jwks(EC, SECOND)
    await verifier.verify(new_token(clock, SECOND))
    await verifier.verify(new_token(clock))
    assert fake.fetched == 2


async def test_a_key_taken_back_serves_no_longer_not_even_tokens_seen_before() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    old = new_token(clock)
    await verifier.verify(old)
    fake.document = jwks(SECOND)
    await verifier.verify(new_token(clock, SECOND))
    assert await refused(verifier, old)


async def test_old_keys_are_renewed_in_the_background_while_they_serve() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    await verifier.verify(new_token(clock))
    clock.forward(seconds=601)
    await verifier.verify(new_token(clock))
    await settle()
    assert fake.fetched == 2
    await verifier.verify(new_token(clock))
    await settle()
    assert fake.fetched == 2


async def test_known_keys_serve_through_an_outage_of_the_issuer_but_not_for_ever() -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    await verifier.verify(new_token(clock))
    fake.up = False
    for _ in range(23):
        clock.forward(hours=1)
        await verifier.verify(new_token(clock))
        await settle()
    text = new_token(clock)
    await verifier.verify(text)
    clock.forward(hours=1)
    assert await refused(verifier, new_token(clock))
    assert await refused(verifier, text)
    fake.up = True
    clock.forward(seconds=5)
    await verifier.verify(new_token(clock))


async def test_an_issuer_that_is_down_at_the_start_is_asked_again_soon_and_not_each_time() -> None:
    fake, clock = FakeIssuer(jwks(EC), up=False), Clock()
    verifier = fetching(fake, clock)
    for _ in range(100):
        assert await refused(verifier, new_token(clock))
    assert fake.fetched == 1
    fake.up = True
    clock.forward(seconds=5)
    await verifier.verify(new_token(clock))


@pytest.mark.parametrize(
    "garbage",
    [
        *(b"", b"<html>", b"[]", b"null", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [1, null, {}]}'),
        *(b"\xff\xfe", b"[" * 100_000, b" " * (MAX_DOCUMENT + 1)),
        json.dumps({"keys": [EC.as_dict(private=False)] * 65}).encode(),
    ],
    ids=lambda value: str(value[:12]),
)
async def test_garbage_keeps_the_keys_at_hand(garbage: bytes) -> None:
    fake, clock = FakeIssuer(jwks(EC)), Clock()
    verifier = fetching(fake, clock)
    await verifier.verify(new_token(clock))
    fake.document = garbage
    clock.forward(seconds=700)
    assert await refused(verifier, new_token(clock, SECOND))
    await settle()
    assert fake.fetched >= 2
    await verifier.verify(new_token(clock))
    with pytest.raises(BadKeySet):
        KeySet.parse(garbage)


async def test_a_caller_who_leaves_does_not_end_the_fetch_of_others() -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def slow(url: str) -> bytes:
        started.set()
        await go.wait()
        return jwks(EC)

    keys = FetchedKeys(URL, slow, monotonic=Clock().monotonic)
    leaving = asyncio.create_task(keys.keys(str(EC.kid)))
    staying = asyncio.create_task(keys.keys(str(EC.kid)))
    await started.wait()
    leaving.cancel()
    go.set()
    assert await staying
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_closing_ends_a_fetch_that_hangs() -> None:
    async def never(url: str) -> bytes:
        await asyncio.Event().wait()
        return b""

    keys = FetchedKeys(URL, never, monotonic=Clock().monotonic)
    waiting = asyncio.create_task(keys.keys("x"))
    await settle()
    await keys.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_only_sound_public_signature_keys_are_taken() -> None:
    good = [
        EC.as_dict(private=True),
        RSA.as_dict(private=False),
        OKPKey.generate_key("Ed25519", {"kid": "ed"}).as_dict(private=False),
        {key: value for key, value in SECOND.as_dict(private=False).items() if key != "kid"},
    ]
    point = ECKey.generate_key("P-256", {"kid": "off"}).as_dict(private=False)
    bad = [
        {**EC.as_dict(private=False), "kid": "encrypts", "use": "enc"},
        {**EC.as_dict(private=False), "kid": "wraps", "key_ops": ["wrapKey"]},
        {**EC.as_dict(private=False), "kid": 5},
        {**point, "y": point["x"]},
        {"kty": "RSA", "kid": "small", "n": "AQAB", "e": "AQAB"},
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0c2VjcmV0"},
        {"kty": "AKP", "kid": "future", "pub": "AA"},
        {"kty": "EC", "kid": "unknown curve", "crv": "P-1", "x": "AA", "y": "AA"},
    ]
    keys = KeySet.parse(json.dumps({"keys": bad + good}).encode())
    assert set(keys.by_kid) == {EC.kid, RSA.kid, "ed", SECOND.thumbprint()}
    assert not any(key.is_private for named in keys.by_kid.values() for key in named)


def test_a_small_rsa_key_is_left_out() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    number = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
    import base64

    small = base64.urlsafe_b64encode(number.to_bytes(128, "big")).rstrip(b"=").decode()
    with pytest.raises(BadKeySet):
        KeySet.parse(json.dumps({"keys": [{"kty": "RSA", "kid": "small", "n": small, "e": "AQAB"}]}).encode())


def test_two_types_of_key_may_share_a_name() -> None:
    other = RSAKey.generate_key(2048, {"kid": EC.kid or ""})
    assert len(KeySet.parse(jwks(EC, other, SECOND)).by_kid[str(EC.kid)]) == 2


async def test_a_key_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file, clock = tmp_path / "keys.json", Clock()
    file.write_bytes(jwks(EC))
    nobody = FakeIssuer()
    verifier = TokenVerifier.of((citizens(file),), nobody.fetch, nobody.post, clock.now, monotonic=clock.monotonic)
    old = new_token(clock)
    await verifier.verify(old)
    file.write_bytes(jwks(SECOND))
    await verifier.verify(new_token(clock, SECOND))
    assert await refused(verifier, new_token(clock, jti="new"))
    clock.forward(seconds=1)
    assert await refused(verifier, old)
    assert nobody.fetched == 0


async def test_a_key_file_that_turns_bad_or_goes_leaves_its_keys_in_force(tmp_path: Path) -> None:
    file, clock = tmp_path / "keys.json", Clock()
    file.write_bytes(jwks(EC))
    nobody = FakeIssuer()
    verifier = TokenVerifier.of((citizens(file),), nobody.fetch, nobody.post, clock.now, monotonic=clock.monotonic)
    file.write_bytes(b"{")
    await verifier.verify(new_token(clock, jti="1"))
    os.unlink(file)
    await verifier.verify(new_token(clock, jti="2"))
