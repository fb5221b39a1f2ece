"""Whose tokens we believe, and what their claims mean.

An `Issuer` is one `[[issuer]]` table of the file named by BTB_ISSUERS (read by `server/issuer_file.py`), or the
rehearsal issuer. The same issuer may stand there twice, as one of citizens and one of clients, for different audiences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from joserfc.jwk import Key

from btb.actors import Scope
from server.key_sets import KeySet

ALGORITHM_KEY_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
        **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
        "Ed25519": "OKP",
    }
)
"""Every signature algorithm that can be allowed, with the type of key it needs. No symmetric one, and no "none"."""

PLAIN_TYPES: Final = frozenset({"", "jwt", "at+jwt"})
"""What `typ` may say where an issuer asks for nothing: absent, JWT or at+jwt (not a logout, request or proof token)."""


DEFAULT_LIFETIMES: Final[Mapping[str, timedelta]] = MappingProxyType(
    {"citizen": timedelta(hours=12), "client": timedelta(hours=4)}
)
"""The longest life of a token, from `iat` (or now) to `exp`, where the issuer's table does not say."""

LOWEST_ASSURANCE: Final = 100
HIGHEST_ASSURANCE: Final = 500


class IssuerKind(StrEnum):
    """Whom an issuer's tokens speak for."""

    CITIZEN = "citizen"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claim holds what. A name with dots is also looked for as a path, where no claim has the whole name."""

    national_number: str | None = None
    assurance: str | None = None
    scopes: str | None = None
    client: str | None = None
    system: str | None = None
    owner: str | None = None
    assurance_levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Introspection:
    """Where opaque tokens are asked about (RFC 7662), and who we are there: by a secret or by a signed assertion."""

    url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    private_key: Key | None = field(default=None, repr=False)
    algorithm: str = "RS256"


@dataclass(frozen=True, slots=True, eq=False)
class Issuer:
    """One issuer. `jwks` is an https URL, a file, or the keys themselves; None where tokens are only introspected."""

    name: str
    kind: IssuerKind
    audiences: frozenset[str]
    algorithms: frozenset[str]
    jwks: str | Path | KeySet | None
    claims: ClaimNames
    max_lifetime: timedelta
    types: frozenset[str] = PLAIN_TYPES
    required: frozenset[str] = frozenset()
    scopes: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    introspection: Introspection | None = None

    @property
    def asked(self) -> bool:
        """Whether the network is used, for its keys or about its opaque tokens."""
        return isinstance(self.jwks, str) or self.introspection is not None

    def scopes_of(self, name: str) -> frozenset[Scope]:
        """What one scope name of this issuer opens here: our own names, then its own table, `prefix*` included."""
        if name in _OURS:
            return frozenset((_OURS[name],))
        if name in self.scopes:
            return self.scopes[name]
        opened: set[Scope] = set()
        for pattern, meant in self.scopes.items():
            if pattern.endswith("*") and name.startswith(pattern[:-1]):
                opened |= meant
        return frozenset(opened)


_OURS: Final[Mapping[str, Scope]] = MappingProxyType({scope.value: scope for scope in Scope})


class IssuerMistakes(Exception):
    """What is wrong with the issuers, each by its key; the start ends here."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def trusted(real: Sequence[Issuer], rehearsal: Sequence[Issuer]) -> tuple[Issuer, ...]:
    """All issuers of a server. Raises IssuerMistakes where a rehearsal issuer would stand beside a real one."""
    if real and rehearsal:
        raise IssuerMistakes(
            (
                "The rehearsal issuer gives a token to whoever asks: it cannot be on together with a real issuer "
                f"(BTB_ISSUERS names {len(real)}). Switch one of the two off.",
            )
        )
    return (*real, *rehearsal)
