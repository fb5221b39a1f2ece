"""One door for tokens of every issuer: signed or opaque, new or seen before."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Self

from execution.kept import Kept
from server.introspection import Introspector, Post
from server.issuers import Issuer
from server.jwks import Fetch, KeySource, key_source
from server.signatures import SignatureChecker, SignedToken, is_signed
from server.token_checks import LARGEST_TOKEN, Reason, Unauthenticated, VerifiedToken, check_audience

REMEMBERED_TOKENS = 10_000
REMEMBERED_REFUSALS = 10_000


def token_digest(token: str) -> bytes:
    """The name of a token in memory. Raises Unauthenticated for what cannot be a token."""
    if len(token) > LARGEST_TOKEN:
        raise Unauthenticated(Reason.TOO_LARGE)
    try:
        return hashlib.sha256(token.encode("ascii")).digest()
    except UnicodeEncodeError:
        raise Unauthenticated(Reason.MALFORMED) from None


class TokenVerifier:
    """Verifies tokens of the issuers it trusts. Refused opaque tokens are remembered for a while, so that one that
    comes again and again does not ask its issuer each time.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        sources: dict[Issuer, KeySource],
        introspector: Introspector,
        now: Callable[[], datetime],
        *,
        remembered: int = REMEMBERED_TOKENS,
    ) -> None:
        self._issuers: dict[str, list[Issuer]] = {}
        for issuer in issuers:
            self._issuers.setdefault(issuer.name, []).append(issuer)
        self._sources, self._introspector, self._now = sources, introspector, now
        self._signatures = SignatureChecker(sources, now)
        self.memory: Kept[VerifiedToken] = Kept(remembered)
        """The tokens found true, by their SHA-256."""
        self._refused: dict[bytes, tuple[float, Reason]] = {}

    @classmethod
    def of(
        cls,
        issuers: Sequence[Issuer],
        fetch: Fetch,
        post: Post,
        now: Callable[[], datetime],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED_TOKENS,
    ) -> Self:
        """A verifier that reads keys with `fetch`, asks about opaque tokens with `post`, and knows the time."""
        sources = {one: key_source(one.jwks, fetch, monotonic=monotonic) for one in issuers if one.jwks is not None}
        return cls(issuers, sources, Introspector(issuers, post, now), now, remembered=remembered)

    async def verify(self, token: str) -> VerifiedToken:
        """What the token says. Raises Unauthenticated."""
        digest = token_digest(token)
        known = self.memory.find(digest)
        if known is not None:
            if self._still_true(known):
                return known
            self.memory.forget(digest)
        verified = await (self._signed(token) if is_signed(token) else self._opaque(digest, token))
        self.memory.keep(digest, verified)
        return verified

    async def warm(self) -> None:
        """Reads the keys of every issuer, so that the first caller does not wait; an issuer out of reach is no harm."""
        for source in self._sources.values():
            await source.keys("")

    async def close(self) -> None:
        """Ends what still runs."""
        for source in self._sources.values():
            await source.close()

    def _still_true(self, known: VerifiedToken) -> bool:
        if self._now() >= known.believed_until:
            return False
        return known.generation is None or known.generation == self._sources[known.issuer].generation

    async def _signed(self, text: str) -> VerifiedToken:
        token = SignedToken.read(text)
        issuer = self._issuer_of(token)
        if issuer in self._sources:
            return await self._signatures.check(issuer, token)
        return await self._introspector.check(text, only=issuer)

    def _issuer_of(self, token: SignedToken) -> Issuer:
        """The one issuer that the token names, for the audience that it names."""
        name = token.claims.get("iss")
        named = self._issuers.get(name) if isinstance(name, str) else None
        if not named:
            raise Unauthenticated(Reason.ISSUER)
        meant = [issuer for issuer in named if check_audience(issuer, token.claims)]
        if len(meant) != 1:
            raise Unauthenticated(Reason.AUDIENCE)
        return meant[0]

    async def _opaque(self, digest: bytes, token: str) -> VerifiedToken:
        now = self._now().timestamp()
        until, reason = self._refused.get(digest, (now, Reason.INACTIVE))
        if now < until:
            raise Unauthenticated(reason)
        try:
            return await self._introspector.check(token)
        except Unauthenticated as refused:
            if len(self._refused) >= REMEMBERED_REFUSALS:
                self._refused.clear()
            self._refused[digest] = (now + 10.0, refused.reason)
            raise
