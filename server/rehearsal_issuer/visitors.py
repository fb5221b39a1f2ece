"""What the rehearsal issuer tells about somebody who logged in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from btb.identifiers import NationalNumber
from datasources.rehearsal import Town
from datasources.rehearsal.registers import NobodyThere
from server.authentication import bearer_token
from server.identities import citizen_identity
from server.issuers import IssuerKind
from server.jwks import StaticKeys
from server.rehearsal_issuer.minting import RehearsalIssuer
from server.signatures import SignatureChecker, SignedToken
from server.token_checks import Reason, Unauthenticated, check_audience


class LoggedIn:
    """Reads the citizens' tokens of its own issuer, with the checks that the service itself makes."""

    def __init__(self, issuer: RehearsalIssuer, town: Town, now: Callable[[], datetime]) -> None:
        self._town = town
        self._citizens = next(one for one in issuer.trusted() if one.kind is IssuerKind.CITIZEN)
        self._checker = SignatureChecker({self._citizens: StaticKeys(issuer.keys.key_set())}, now)

    async def claims(self, authorization: Sequence[str]) -> dict[str, Any]:
        """The claims about the bearer, as FAS names them. Raises Unauthenticated."""
        if len(authorization) != 1:
            raise Unauthenticated(Reason.CREDENTIALS)
        token = SignedToken.read(bearer_token(authorization[0]))
        if token.claims.get("iss") != self._citizens.name or not check_audience(self._citizens, token.claims):
            raise Unauthenticated(Reason.AUDIENCE)
        verified = await self._checker.check(self._citizens, token)
        number = citizen_identity(verified, allow_test_numbers=True).number
        return {
            "sub": verified.claims["sub"],
            "acr": verified.claims["acr"],
            "egovNRN": number.digits,
            **self._names(number),
        }

    def _names(self, number: NationalNumber) -> dict[str, str]:
        try:
            person = self._town.person(number)
        except NobodyThere:
            raise Unauthenticated(Reason.IDENTITY) from None
        return {"given_name": " ".join(person.given_names), "family_name": " ".join(person.family_names)}
