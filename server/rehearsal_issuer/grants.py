"""What the rehearsal issuer remembers for a minute: authorization codes, and assertions that were used."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError

from server.rehearsal_issuer.clients import DEMO_CLIENT
from server.rehearsal_issuer.keys import RehearsalKeys

CODE_LIFE: Final = timedelta(seconds=60)
LONGEST_ASSERTION: Final = timedelta(minutes=5)
_MOST: Final = 1_000
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True, slots=True)
class Login:
    """Who logged in, at which level, and for which request of which client."""

    redirect_uri: str
    challenge: str
    nonce: str | None
    handle: str
    level: int
    until: datetime


class Codes:
    """Authorization codes that were given out; each may be used once."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._logins: dict[str, Login] = {}

    def give(self, redirect_uri: str, challenge: str, nonce: str | None, handle: str, level: int) -> str:
        """A code for a login, for a minute."""
        now = self._now()
        self._logins = {code: login for code, login in self._logins.items() if login.until > now}
        if len(self._logins) >= _MOST:
            self._logins.pop(next(iter(self._logins)))
        code = secrets.token_urlsafe(32)
        self._logins[code] = Login(redirect_uri, challenge, nonce, handle, level, now + CODE_LIFE)
        return code

    def take(self, code: str, redirect_uri: str, verifier: str) -> Login | None:
        """The login of a code, where everything fits; the code is used up even where it does not."""
        login = self._logins.pop(code, None)
        if login is None or login.until <= self._now() or login.redirect_uri != redirect_uri:
            return None
        if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(login.challenge, challenge_of(verifier)):
            return None
        return login


class Assertions:
    """Proofs of clients (private_key_jwt, RFC 7523), each of which may be used once."""

    def __init__(self, keys: RehearsalKeys, audiences: frozenset[str], now: Callable[[], datetime]) -> None:
        self._keys, self._audiences, self._now = keys, audiences, now
        self._used: dict[tuple[str, str], float] = {}

    def client(self, name: str, assertion: str) -> bool:
        """Whether the assertion proves that client."""
        key = self._keys.clients.get(name)
        if key is None or len(assertion) > 8 * 1024:
            return False
        try:
            claims = jwt.decode(assertion, key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return False
        return self._holds(name, claims)

    def _holds(self, name: str, claims: dict[str, Any]) -> bool:
        now, expiry, proof = self._now().timestamp(), claims.get("exp"), claims.get("jti")
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if (claims.get("iss"), claims.get("sub")) != (name, name) or not self._audiences & {str(one) for one in named}:
            return False
        if not isinstance(expiry, int) or not now < expiry <= now + LONGEST_ASSERTION.total_seconds():
            return False
        if not isinstance(proof, str) or not 8 <= len(proof) <= 256 or (name, proof) in self._used:
            return False
        self._used = {used: until for used, until in self._used.items() if until > now}
        if len(self._used) >= _MOST:
            return False
        self._used[name, proof] = expiry
        return True


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def is_challenge(text: str | None) -> bool:
    """Whether a text can be an S256 challenge."""
    return text is not None and _CHALLENGE.fullmatch(text) is not None


def may_return_to(redirect_uri: str | None, client: str | None, issuer_url: str) -> bool:
    """Whether the page may send its visitor there: to this machine (RFC 8252), or to where the issuer itself stands."""
    if client != DEMO_CLIENT or redirect_uri is None or len(redirect_uri) > 1024:
        return False
    try:
        target, own = urlsplit(redirect_uri), urlsplit(issuer_url)
        host = target.hostname
    except ValueError:
        return False
    if target.scheme not in ("http", "https") or target.fragment or target.username is not None:
        return False
    return host in _LOOPBACK or (target.scheme, target.netloc) == (own.scheme, own.netloc)
