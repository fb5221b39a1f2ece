"""Signed tokens: a compact JWS is read strictly, and believed when a key of its issuer fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from server.issuers import ALGORITHM_KEY_TYPES, Issuer
from server.jwks import KeySource
from server.token_checks import (
    LARGEST_TOKEN,
    LEEWAY,
    Reason,
    Unauthenticated,
    VerifiedToken,
    check_claims,
    check_header,
)


@dataclass(frozen=True, slots=True)
class SignedToken:
    """The parts of a compact JWS, read and not yet believed."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> SignedToken:
        """Splits and reads. Raises Unauthenticated."""
        parts = text.split(".")
        if len(parts) != 3:
            raise Unauthenticated(Reason.MALFORMED)
        return cls(text, _json_object(parts[0]), _json_object(parts[1]))


def is_signed(text: str) -> bool:
    """Whether a token looks like a JWS; another one is opaque."""
    return text.startswith("eyJ") or text.count(".") == 2


class SignatureChecker:
    """Checks the signed tokens of some issuers, each with its own keys."""

    def __init__(self, sources: Mapping[Issuer, KeySource], now: Callable[[], datetime]) -> None:
        self._sources, self._now = sources, now
        self._registries = {issuer: _registry(issuer) for issuer in sources}

    async def check(self, issuer: Issuer, token: SignedToken) -> VerifiedToken:
        """The token, believed. Raises Unauthenticated."""
        algorithm, kid, kind = check_header(token.header)
        if algorithm not in issuer.algorithms:
            raise Unauthenticated(Reason.ALGORITHM)
        if kind not in issuer.types:
            raise Unauthenticated(Reason.TYPE)
        source = self._sources[issuer]
        for key in await source.keys(kid):
            if key.key_type == ALGORITHM_KEY_TYPES[algorithm] and key.alg in (None, algorithm):
                break
        else:
            raise Unauthenticated(Reason.KEY)
        try:
            jws.deserialize_compact(token.text, key, registry=self._registries[issuer])
        except (JoseError, ValueError):
            raise Unauthenticated(Reason.SIGNATURE) from None
        expires_at = check_claims(issuer, token.claims, self._now())
        generation = source.generation
        return VerifiedToken(
            issuer, token.claims, expires_at, expires_at + LEEWAY, -1 if generation is None else generation
        )


def _registry(issuer: Issuer) -> JWSRegistry:
    """What joserfc may accept of this issuer; our own checks of the header are stricter than its strict one."""
    registry = JWSRegistry(algorithms=sorted(issuer.algorithms), strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = registry.max_signature_length = LARGEST_TOKEN
    return registry


def _json_object(part: str) -> Mapping[str, Any]:
    """A JSON object in base64url; one that names a member twice, or holds what JSON does not have, is refused."""
    try:
        value = json.loads(urlsafe_b64decode(part.encode()), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unauthenticated(Reason.MALFORMED) from None
    if not isinstance(value, dict):
        raise Unauthenticated(Reason.MALFORMED)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
