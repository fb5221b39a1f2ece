"""Signed tokens: a compact JWS is read strictly, and believed when a key of its issuer fits.

The signature itself is checked by joserfc's algorithms. Its reader of whole tokens is not used: it would decode again
what had to be read before, to know the issuer, and it lets duplicate members pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from server.issuers import ALGORITHM_KEY_TYPES, Issuer
from server.jwks import KeySource
from server.token_checks import LEEWAY, Reason, Unauthenticated, VerifiedToken, check_claims, check_header


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A compact JWS, read and not yet believed: its checked header, its claims, and what was signed by what."""

    algorithm: str
    kid: str
    type: str
    claims: Mapping[str, Any]
    said: bytes
    signature: bytes

    @classmethod
    def read(cls, text: str) -> SignedToken:
        """Splits and reads. Raises Unauthenticated."""
        parts = text.split(".")
        if len(parts) != 3:
            raise Unauthenticated(Reason.MALFORMED)
        header, claims, signature = parts
        said = text[: -len(signature) - 1].encode()
        return cls(*_checked_header(header), _json_object(claims), said, _decoded(signature))


def is_signed(text: str) -> bool:
    """Whether a token looks like a JWS; another one is opaque."""
    return text.startswith("eyJ") or text.count(".") == 2


class SignatureChecker:
    """Checks the signed tokens of some issuers, each with its own keys."""

    def __init__(self, sources: Mapping[Issuer, KeySource], now: Callable[[], datetime]) -> None:
        self._sources, self._now = sources, now
        known = JWSRegistry(algorithms=list(ALGORITHM_KEY_TYPES))
        self._algorithms = {name: known.get_alg(name) for name in ALGORITHM_KEY_TYPES}

    async def check(self, issuer: Issuer, token: SignedToken) -> VerifiedToken:
        """The token, believed. Raises Unauthenticated."""
        if token.algorithm not in issuer.algorithms:
            raise Unauthenticated(Reason.ALGORITHM)
        if token.type not in issuer.types:
            raise Unauthenticated(Reason.TYPE)
        source = self._sources[issuer]
        for key in await source.keys(token.kid):
            if key.key_type == ALGORITHM_KEY_TYPES[token.algorithm] and key.alg in (None, token.algorithm):
                break
        else:
            raise Unauthenticated(Reason.KEY)
        algorithm = self._algorithms[token.algorithm]
        try:
            algorithm.check_key(key)
            signed = algorithm.verify(token.said, token.signature, key)
        except (JoseError, ValueError):
            signed = False
        if not signed:
            raise Unauthenticated(Reason.SIGNATURE)
        expires_at = check_claims(issuer, token.claims, self._now())
        generation = source.generation
        return VerifiedToken(
            issuer, token.claims, expires_at, expires_at + LEEWAY, -1 if generation is None else generation
        )


@lru_cache(maxsize=256)
def _checked_header(part: str) -> tuple[str, str, str]:
    """Algorithm, `kid` and type. An issuer writes the same header into each of its tokens."""
    return check_header(_json_object(part))


def _json_object(part: str) -> Mapping[str, Any]:
    """A JSON object in base64url; one that names a member twice, or holds what JSON does not have, is refused."""
    try:
        value = _STRICT_JSON.decode(_decoded(part).decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unauthenticated(Reason.MALFORMED) from None
    if not isinstance(value, dict):
        raise Unauthenticated(Reason.MALFORMED)
    return value


def _decoded(part: str) -> bytes:
    """Base64url without padding, in the one way to write it."""
    try:
        return urlsafe_b64decode(part.encode())
    except ValueError:
        raise Unauthenticated(Reason.MALFORMED) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_STRICT_JSON: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_constant)
