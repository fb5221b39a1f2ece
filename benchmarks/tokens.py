"""What a token costs, beside joserfc's bare verification in the same run: `python -m benchmarks.tokens`.

Each round measures both sides one after the other, so that a busy machine slows both; the ratio is that of the medians.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from btb.identifiers import NationalNumber
from btb.persons import Identity, PersonId
from server.authentication import Authenticator
from server.issuers import ClaimNames, Issuer, IssuerKind
from server.jwks import IssuerUnreachable
from server.key_sets import KeySet
from server.tokens import TokenVerifier

ROUNDS = 20
TOKENS = 50
CACHED = 2_000
TARGET_RATIO = 1.5
TARGET_CACHED = 20e-6
TARGET_NEW = 500e-6
_ISSUER = "https://issuer.benchmark.example"
_KEYS: Mapping[str, Key] = {
    "ES256": ECKey.generate_key("P-256", auto_kid=True),
    "RS256": RSAKey.generate_key(2048, auto_kid=True),
}


async def _nobody(*_: object) -> bytes:
    raise IssuerUnreachable("nobody is asked here")


async def _persons(numbers: object) -> dict[NationalNumber, Identity]:
    return {number: Identity(PersonId(UUID(int=1))) for number in numbers}  # type: ignore[attr-defined]


def _now() -> datetime:
    return datetime.now(UTC)


def _verifier() -> TokenVerifier:
    document = {"keys": [key.as_dict(private=False) for key in _KEYS.values()]}
    issuer = Issuer(
        name=_ISSUER,
        kind=IssuerKind.CITIZEN,
        audiences=frozenset({"btb"}),
        algorithms=frozenset(_KEYS),
        jwks=KeySet.parse(json.dumps(document).encode()),
        claims=ClaimNames(national_number="egovNRN", assurance="acr", scopes="scope"),
        max_lifetime=timedelta(hours=12),
    )
    return TokenVerifier.of((issuer,), _nobody, _nobody, _now)


def _tokens(algorithm: str, count: int) -> list[str]:
    key, moment = _KEYS[algorithm], int(_now().timestamp())
    claims = {"iss": _ISSUER, "aud": "btb", "iat": moment, "exp": moment + 3600, "egovNRN": "85073003328", "acr": "450"}
    more = {"sub": "s" * 36, "client_id": "portal", "scope": "btb:mandates:read btb:feed:read openid"}
    header = {"alg": algorithm, "kid": str(key.kid), "typ": "at+jwt"}
    return [
        jwt.encode(header, {**claims, **more, "jti": f"{number:032d}"}, key, algorithms=[algorithm])
        for number in range(count)
    ]


def _bare(algorithm: str, tokens: list[str]) -> float:
    """Seconds a token, joserfc alone: signature and JSON, no claim looked at."""
    public = type(_KEYS[algorithm]).import_key(_KEYS[algorithm].as_dict(private=False))
    begin = time.perf_counter()
    for token in tokens:
        jwt.decode(token, public, algorithms=[algorithm])
    return (time.perf_counter() - begin) / len(tokens)


async def _verified(tokens: list[str]) -> float:
    """Seconds a token, ours: never seen before, every check made."""
    verifier = _verifier()
    begin = time.perf_counter()
    for token in tokens:
        await verifier.verify(token)
    return (time.perf_counter() - begin) / len(tokens)


async def _known(authenticator: Authenticator, tokens: list[str]) -> float:
    """Seconds a header: from its text to the actor, with a register that answers at once."""
    headers = [f"Bearer {token}" for token in tokens]
    begin = time.perf_counter()
    for header in headers:
        await authenticator.actor(header)
    return (time.perf_counter() - begin) / len(headers)


async def _compare(algorithm: str) -> tuple[float, float, float]:
    bare, ours, actor = [], [], []
    for _ in range(ROUNDS):
        tokens = _tokens(algorithm, TOKENS)
        bare.append(_bare(algorithm, tokens))
        ours.append(await _verified(tokens))
        actor.append(await _known(Authenticator(_verifier(), _persons), tokens))
    return median(bare), median(ours), median(actor)


async def _cached() -> float:
    authenticator, (token,) = Authenticator(_verifier(), _persons), _tokens("ES256", 1)
    await _known(authenticator, [token])
    return median([await _known(authenticator, [token] * CACHED) for _ in range(ROUNDS)])


async def measured() -> dict[str, float]:
    """Every figure: seconds, and ratios."""
    figures = {"cached": await _cached()}
    for algorithm in _KEYS:
        bare, ours, actor = await _compare(algorithm)
        figures |= {f"{algorithm} bare": bare, f"{algorithm} new": ours, f"{algorithm} actor": actor}
        figures[f"{algorithm} ratio"] = ours / bare
    return figures


def main(show: Callable[[str], None] = print) -> int:
    """Shows the figures; 1 where a target is missed."""
    figures = asyncio.run(measured())
    for name, figure in figures.items():
        show(f"{name:12} {figure:.2f}" if name.endswith("ratio") else f"{name:12} {figure * 1e6:8.1f} µs")
    ratios = [figure for name, figure in figures.items() if name.endswith("ratio")]
    actors = [figure for name, figure in figures.items() if name.endswith("actor")]
    met = figures["cached"] <= TARGET_CACHED and max(ratios) <= TARGET_RATIO and max(actors) <= TARGET_NEW
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
