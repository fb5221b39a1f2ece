"""Makes the tokens of the rehearsal issuer, and says how they are believed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from joserfc import jwt

from btb.actors import Scope
from btb.identifiers import NationalNumber
from server.issuers import ClaimNames, Issuer, IssuerKind
from server.rehearsal_issuer.clients import CLIENTS
from server.rehearsal_issuer.keys import RehearsalKeys

CITIZENS: Final = "btb"
SYSTEMS: Final = "btb-systems"
"""The two audiences: of citizens' and of clients' tokens."""

LEVELS: Final = {level: f"urn:be:fedict:iam:fas:Level{level}" for level in (500, 450, 400, 300, 100)}
LONGEST_LIFE: Final = timedelta(hours=12)
USUAL_LIFE: Final = timedelta(hours=1)
_TYPE: Final = "at+jwt"


class RehearsalIssuer:
    """Signs tokens with its keys; `algorithm` is ES256 or RS256."""

    def __init__(
        self, keys: RehearsalKeys, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), algorithm: str = "ES256"
    ) -> None:
        self.keys, self.url, self.now, self._algorithm = keys, keys.url, now, algorithm

    def token_for_person(
        self,
        number: NationalNumber,
        assurance: int = 500,
        lifetime: timedelta = USUAL_LIFE,
        *,
        client: str = "btb-token",
    ) -> str:
        """A token of a citizen who logged in at that level. Raises ValueError for a level that CSAM does not know."""
        if assurance not in LEVELS:
            raise ValueError(f"An assurance level is one of {', '.join(map(str, LEVELS))}.")
        claims = {"sub": self.subject(number), "aud": CITIZENS, "client_id": client}
        return self.sign({**claims, "egovNRN": number.digits, "acr": LEVELS[assurance]}, lifetime)

    def token_for_client(
        self, name: str, lifetime: timedelta = USUAL_LIFE, *, scopes: Collection[Scope] | None = None
    ) -> str:
        """A token of a machine client, with all its scopes or those asked. Raises KeyError for an unknown client."""
        client = CLIENTS[name]
        opened = client.scopes if scopes is None else client.scopes & frozenset(scopes)
        claims: dict[str, Any] = {"sub": name, "client_id": name, "aud": SYSTEMS, "scope": " ".join(sorted(opened))}
        if client.system is not None:
            claims |= {"system": client.system, "owner": client.owner}
        return self.sign(claims, lifetime)

    def sign(self, claims: dict[str, Any], lifetime: timedelta, *, kind: str = _TYPE) -> str:
        """A signed token of these claims, from now for that time. Raises ValueError for more than twelve hours."""
        if not timedelta() < lifetime <= LONGEST_LIFE:
            raise ValueError("A token lives for more than no time, and for twelve hours at most.")
        key, moment = self.keys.signing[self._algorithm], self.now().timestamp()
        dates = {"iat": int(moment), "exp": int(moment + lifetime.total_seconds()), "jti": uuid4().hex}
        header = {"alg": self._algorithm, "kid": key.kid, "typ": kind}
        return jwt.encode(header, {"iss": self.url, **claims, **dates}, key, algorithms=[self._algorithm])

    def trusted(self) -> tuple[Issuer, ...]:
        """How a server believes these tokens: one table for citizens, one for clients."""
        common: dict[str, Any] = {
            "name": self.url,
            "algorithms": frozenset(self.keys.signing),
            "jwks": self.keys.key_set(),
            "max_lifetime": LONGEST_LIFE,
            "types": frozenset({_TYPE}),
            "required": frozenset({"sub", "client_id", "iat", "jti"}),
        }
        levels = {name: level for level, name in LEVELS.items()}
        citizen = ClaimNames(national_number="egovNRN", assurance="acr", assurance_levels=levels)
        client = ClaimNames(client="client_id", scopes="scope", system="system", owner="owner")
        return (
            Issuer(kind=IssuerKind.CITIZEN, audiences=frozenset({CITIZENS}), claims=citizen, **common),
            Issuer(kind=IssuerKind.CLIENT, audiences=frozenset({SYSTEMS}), claims=client, **common),
        )

    def subject(self, number: NationalNumber) -> str:
        """A name for a person that tells nothing, and stays the same as long as the keys do."""
        secret = str(self.keys.signing["ES256"].as_dict(private=True)["d"]).encode()
        return hmac.new(secret, number.digits.encode(), hashlib.sha256).hexdigest()[:32]
