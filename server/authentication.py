"""From what a caller hands over to the actor who is asking: the same for HTTP, WebSocket, SSE and callback."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from btb.actors import Actor, Anonymous, Citizen, Client
from btb.identifiers import NationalNumber
from btb.persons import Identity
from server.identities import citizen_identity, client_identity
from server.issuers import IssuerKind
from server.token_checks import Reason, Unauthenticated, VerifiedToken
from server.tokens import TokenVerifier

log = logging.getLogger("btb.identity")

Identities: TypeAlias = Callable[[Collection[NationalNumber]], Awaitable[Mapping[NationalNumber, Identity]]]
"""The register's names for persons, made where a person has none yet; an answer for every number asked."""

ANONYMOUS: Final = Anonymous()
_HEADER: Final = "authorization"
_LONGEST_CREDENTIALS: Final = 9 * 1024


class Authenticator:
    """Tells who is asking. An actor is worked out once for each token, and kept as long as the token is remembered.

    Of a citizen the directory is asked each time: it remembers as well, and hears where two people prove to be one.
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        identities: Identities,
        *,
        allow_test_numbers: bool = False,
        on_refusal: Callable[[Reason], None] | None = None,
    ) -> None:
        self._verifier, self._identities = verifier, identities
        self._allow_test_numbers, self._on_refusal = allow_test_numbers, on_refusal
        self._actors: WeakKeyDictionary[VerifiedToken, Citizen | Client] = WeakKeyDictionary()

    async def actor(self, authorization: str | None, init_payload: Mapping[str, Any] | None = None) -> Actor:
        """Who is asking, by the Authorization header, the payload of `connection_init`, or both saying the same.

        Nobody in particular where neither holds a token. Raises Unauthenticated.
        """
        try:
            credentials = self._credentials(authorization, init_payload)
            if credentials is None:
                return ANONYMOUS
            token = await self._verifier.verify(bearer_token(credentials))
            actor = self._actors.get(token)
            if actor is None or (isinstance(actor, Citizen) and not await self._is_still(actor)):
                actor = self._actors[token] = await self._worked_out(token)
        except Unauthenticated as refused:
            log.info("A caller was not let in (%s).", refused.reason)
            if self._on_refusal is not None:
                self._on_refusal(refused.reason)
            raise
        return actor

    @staticmethod
    def _credentials(authorization: str | None, init_payload: Mapping[str, Any] | None) -> str | None:
        if not init_payload:
            return authorization
        said = credentials_in(init_payload)
        if said is not None and authorization is not None and said != authorization:
            raise Unauthenticated(Reason.CREDENTIALS)
        return said if said is not None else authorization

    async def _worked_out(self, token: VerifiedToken) -> Citizen | Client:
        if token.issuer.kind is IssuerKind.CLIENT:
            who = client_identity(token)
            return Client(who.client, who.scopes, who.system, who.owner, token.expires_at)
        citizen = citizen_identity(token, allow_test_numbers=self._allow_test_numbers)
        found = (await self._identities((citizen.number,)))[citizen.number]
        return Citizen(found.person, citizen.number, citizen.assurance, citizen.scopes, token.expires_at, found.others)

    async def _is_still(self, actor: Citizen) -> bool:
        found = (await self._identities((actor.national_number,)))[actor.national_number]
        return found == (actor.person, actor.others)


def bearer_token(credentials: str) -> str:
    """The token in `Bearer TOKEN`. Raises Unauthenticated for another scheme and for anything malformed."""
    scheme, _, token = credentials[:_LONGEST_CREDENTIALS].partition(" ")
    if scheme.lower() != "bearer" or not token or len(credentials) > _LONGEST_CREDENTIALS:
        raise Unauthenticated(Reason.CREDENTIALS)
    return token


def authorization_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The Authorization header among ASGI headers, None where there is none. Raises Unauthenticated for two."""
    found = [value for name, value in headers if name.lower() == b"authorization"]
    if len(found) > 1:
        raise Unauthenticated(Reason.CREDENTIALS)
    return found[0].decode("latin-1") if found else None


def credentials_in(init_payload: Mapping[str, Any]) -> str | None:
    """The credentials in a `connection_init` payload: `authorization`, in any case of letters, there or in `headers`.

    Null counts as absent. Raises Unauthenticated where they are no text, or two different ones.
    """
    nested = init_payload.get("headers")
    places = (init_payload, nested) if isinstance(nested, Mapping) else (init_payload,)
    said = {
        value if isinstance(value, str) else ""
        for place in places
        for name, value in place.items()
        if isinstance(name, str) and name.lower() == _HEADER and value is not None
    }
    if len(said) > 1 or "" in said:
        raise Unauthenticated(Reason.CREDENTIALS)
    return said.pop() if said else None
