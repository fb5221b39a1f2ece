"""Who a verified token speaks for, by the claims that its issuer's table names."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from btb.actors import Scope
from btb.identifiers import InvalidNationalNumber, NationalNumber
from server.issuers import HIGHEST_ASSURANCE, LOWEST_ASSURANCE
from server.token_checks import Reason, Unauthenticated, VerifiedToken

log = logging.getLogger("btb.identity")

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:@/\-]{0,127}")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9:._/\-]|\d{6,}")
_MOST_SCOPES: Final = 200
_MOST_LOGGED: Final = 5


@dataclass(frozen=True, slots=True)
class CitizenIdentity:
    """A citizen by number, with the level of the login."""

    number: NationalNumber
    assurance: int
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """A machine client, the system it speaks for and the public service it belongs to."""

    client: str
    scopes: frozenset[Scope]
    system: str | None
    owner: str | None


def citizen_identity(token: VerifiedToken, *, allow_test_numbers: bool) -> CitizenIdentity:
    """The citizen that the token names. Raises Unauthenticated where it names nobody."""
    names = token.issuer.claims
    number = claim(token.claims, names.national_number)
    if not isinstance(number, str):
        raise Unauthenticated(Reason.IDENTITY)
    try:
        parsed = NationalNumber.parse(number, allow_test_numbers=allow_test_numbers)
    except InvalidNationalNumber:
        raise Unauthenticated(Reason.IDENTITY) from None
    level = assurance_level(claim(token.claims, names.assurance), names.assurance_levels)
    return CitizenIdentity(parsed, level, scopes(token))


def client_identity(token: VerifiedToken) -> ClientIdentity:
    """The client that the token names. Raises Unauthenticated where it names none.

    Without a claim named for it, the first of client_id, azp and sub counts; a claim that is named must be there.
    """
    names = token.issuer.claims
    candidates = (names.client,) if names.client is not None else ("client_id", "azp", "sub")
    client = next((found for name in candidates if (found := _name(token.claims, name)) is not None), None)
    if client is None:
        raise Unauthenticated(Reason.IDENTITY)
    said = _name(token.claims, names.system)
    system = token.issuer.systems.get(client) or (None if said is None else token.issuer.systems.get(said, said))
    return ClientIdentity(client, scopes(token), system, _name(token.claims, names.owner))


def assurance_level(value: Any, levels: Mapping[str, int]) -> int:
    """The level that a claim means: by the issuer's table, else a number; of several the highest, else the lowest."""
    if isinstance(value, list):
        several = [assurance_level(one, levels) for one in value[:20] if not isinstance(one, list)]
        return max(several, default=LOWEST_ASSURANCE)
    if isinstance(value, str):
        if value in levels:
            return levels[value]
        value = int(value) if len(value) <= 3 and value.isascii() and value.isdigit() else None
    if isinstance(value, int) and not isinstance(value, bool) and LOWEST_ASSURANCE <= value <= HIGHEST_ASSURANCE:
        return value
    return LOWEST_ASSURANCE


def scopes(token: VerifiedToken) -> frozenset[Scope]:
    """What the token opens here. Names that mean nothing here are ignored, and logged with nothing personal in them."""
    value = claim(token.claims, token.issuer.claims.scopes)
    named = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    opened: set[Scope] = set()
    unknown: list[str] = []
    for name in named[:_MOST_SCOPES]:
        meant = token.issuer.scopes_of(name) if isinstance(name, str) else frozenset()
        opened |= meant
        if not meant:
            unknown.append(_UNSAFE.sub("…", name[:64]) if isinstance(name, str) else "…")
    if unknown:
        shown = ", ".join(unknown[:_MOST_LOGGED])
        log.info("A token names %d scopes that mean nothing here: %s.", len(unknown), shown)
    return frozenset(opened)


def claim(claims: Mapping[str, Any], name: str | None) -> Any:
    """The claim of that name; where no claim has a name with dots in it whole, the one at the end of that path."""
    if name is None:
        return None
    if name in claims or "." not in name:
        return claims.get(name)
    found: Any = claims
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _name(claims: Mapping[str, Any], name: str | None) -> str | None:
    """A claim that names a client, a system or an organisation; None where it is absent or no such name."""
    value = claim(claims, name)
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None
