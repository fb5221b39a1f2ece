"""What must hold of a token, and one exception for every no.

    Unauthenticated      one message for everybody; `reason` is a short code for metrics and logs

Order: size, form, issuer and audience, header, key, signature, claims. Nothing of a token is believed before its
signature; the issuer it names only chooses the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from server.issuers import ALGORITHM_KEY_TYPES, Issuer

LEEWAY: Final = timedelta(seconds=30)
LARGEST_TOKEN: Final = 8 * 1024
PLAIN_WORDS: Final = "Authentication is required."

_FORBIDDEN_HEADER: Final = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"})
_LONGEST_KID: Final = 256
_LATEST: Final = 253_000_000_000
"""A moment in the year 9987, in seconds: what lies beyond is no date."""


class Reason(StrEnum):
    """Why somebody was not let in; for metrics and logs alone."""

    CREDENTIALS = "credentials"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    HEADER = "header"
    TYPE = "type"
    ALGORITHM = "algorithm"
    KEY = "key"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    LIFETIME = "lifetime"
    CLAIMS = "claims"
    BOUND = "bound"
    INACTIVE = "inactive"
    IDENTITY = "identity"
    GATEWAY = "gateway"


class Unauthenticated(Exception):
    """Nobody we know, or a proof that does not hold. The text is the same whatever the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(PLAIN_WORDS)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class VerifiedToken:
    """What a token says, after every check. `believed_until` is when it must be checked again, at the latest.

    `generation` is that of the keys it was checked with, None where its issuer was asked.
    """

    issuer: Issuer
    claims: Mapping[str, Any]
    expires_at: datetime
    believed_until: datetime
    generation: int | None


def check_header(header: Mapping[str, Any]) -> tuple[str, str, str]:
    """Algorithm, `kid` and type of a header that asks for nothing special. Raises Unauthenticated."""
    if _FORBIDDEN_HEADER & header.keys():
        raise Unauthenticated(Reason.HEADER)
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHM_KEY_TYPES:
        raise Unauthenticated(Reason.ALGORITHM)
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_KID:
        raise Unauthenticated(Reason.KEY)
    if not isinstance(kind, str):
        raise Unauthenticated(Reason.TYPE)
    return algorithm, kid, kind.lower().removeprefix("application/")


def check_audience(issuer: Issuer, claims: Mapping[str, Any]) -> bool:
    """Whether the claims are meant for us, as this issuer names us."""
    audience = claims.get("aud")
    if isinstance(audience, str):
        return audience in issuer.audiences
    return isinstance(audience, list) and any(isinstance(one, str) and one in issuer.audiences for one in audience)


def check_claims(issuer: Issuer, claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the claims expire, all dates and demands of the issuer checked. Raises Unauthenticated."""
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    expiry, issued, begins = (_date(claims, name) for name in ("exp", "iat", "nbf"))
    if expiry is None:
        raise Unauthenticated(Reason.CLAIMS)
    if moment >= expiry + leeway:
        raise Unauthenticated(Reason.EXPIRED)
    if any(date is not None and date > moment + leeway for date in (issued, begins)):
        raise Unauthenticated(Reason.NOT_YET)
    ceiling = issuer.max_lifetime.total_seconds() + leeway
    if expiry - moment > ceiling or (issued is not None and expiry - issued > ceiling):
        raise Unauthenticated(Reason.LIFETIME)
    if "events" in claims or any(claims.get(name) in (None, "") for name in issuer.required):
        raise Unauthenticated(Reason.CLAIMS)
    if "cnf" in claims:
        raise Unauthenticated(Reason.BOUND)
    return datetime.fromtimestamp(expiry, UTC)


def _date(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate, None where the claim is absent. Raises Unauthenticated where it is no date."""
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unauthenticated(Reason.CLAIMS)
    if not 0 <= value <= _LATEST:
        raise Unauthenticated(Reason.LIFETIME if value > 0 else Reason.CLAIMS)
    return float(value)
