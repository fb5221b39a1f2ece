"""Opaque tokens: the issuer is asked what they say (RFC 7662)."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import quote_plus

from server.issuers import Introspection, Issuer
from server.jwks import IssuerUnreachable
from server.token_checks import LEEWAY, Reason, Unauthenticated, VerifiedToken, check_audience, check_claims

log = logging.getLogger("btb.identity")

Post: TypeAlias = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[bytes]]
"""Posts a form to a URL with headers and reads the answer. Raises IssuerUnreachable."""

BELIEVED_FOR: Final = timedelta(seconds=60)
"""How long an answer is believed: a token withdrawn by its issuer still opens for as long."""

_OPAQUE: Final = re.compile(r"[A-Za-z0-9\-._~+/]{16,2048}=*")
_AT_ONCE: Final = 16
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOKEN_TYPES: Final = frozenset({"", "bearer", "access_token", "urn:ietf:params:oauth:token-type:access_token"})


class Introspector:
    """Asks the issuers that offer it, in their order; no more than a few questions are open at once."""

    def __init__(
        self, issuers: Sequence[Issuer], post: Post, now: Callable[[], datetime], *, timeout: float = 5.0
    ) -> None:
        self._issuers = [(issuer, issuer.introspection) for issuer in issuers if issuer.introspection is not None]
        self._post, self._now, self._timeout = post, now, timeout
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def check(self, token: str, only: Issuer | None = None) -> VerifiedToken:
        """What the first issuer that knows the token says of it. Raises Unauthenticated."""
        if not _OPAQUE.fullmatch(token):
            raise Unauthenticated(Reason.MALFORMED)
        reason = Reason.INACTIVE
        for issuer, introspection in self._issuers:
            if only is None or only is issuer:
                answer = await self._ask(introspection, token)
                if answer.get("active") is True:
                    try:
                        return self._believed(issuer, answer)
                    except Unauthenticated as refused:
                        reason = refused.reason
        raise Unauthenticated(reason)

    def _believed(self, issuer: Issuer, answer: Mapping[str, Any]) -> VerifiedToken:
        if answer.get("iss", issuer.name) != issuer.name:
            raise Unauthenticated(Reason.ISSUER)
        if not check_audience(issuer, answer):
            raise Unauthenticated(Reason.AUDIENCE)
        kind = answer.get("token_type", "")
        if not isinstance(kind, str) or kind.lower() not in _TOKEN_TYPES:
            raise Unauthenticated(Reason.TYPE)
        now = self._now()
        expires_at = check_claims(issuer, answer, now)
        return VerifiedToken(issuer, answer, expires_at, min(expires_at + LEEWAY, now + BELIEVED_FOR), None)

    async def _ask(self, introspection: Introspection, token: str) -> Mapping[str, Any]:
        """The answer, or nothing where there is no good one: an issuer out of reach lets nobody in."""
        form, headers = {"token": token, "token_type_hint": "access_token"}, {"accept": "application/json"}
        if introspection.private_key is not None:
            form |= {"client_assertion_type": _ASSERTION, "client_assertion": _assertion(introspection)}
        else:
            headers["authorization"] = _basic(introspection)
        try:
            async with self._turn, asyncio.timeout(self._timeout):
                answer = json.loads(await self._post(introspection.url, form, headers))
        except (IssuerUnreachable, TimeoutError, OSError, ValueError, RecursionError) as error:
            log.warning("An issuer could not be asked about a token (%s).", type(error).__name__)
            return {}
        return answer if isinstance(answer, dict) else {}


def _assertion(introspection: Introspection) -> str:
    # Here, because few issuers are shown one: starting takes longer by fifty modules otherwise.
    from authlib.oauth2.rfc7523 import private_key_jwt_sign  # type: ignore[import-untyped]

    signed: str = private_key_jwt_sign(
        introspection.private_key,
        client_id=introspection.client_id,
        token_endpoint=introspection.url,
        alg=introspection.algorithm,
        expires_in=120,
    )
    return signed


def _basic(introspection: Introspection) -> str:
    """HTTP Basic as RFC 6749 2.3.1 writes it: both parts form-encoded first."""
    pair = f"{quote_plus(introspection.client_id)}:{quote_plus(introspection.client_secret or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
