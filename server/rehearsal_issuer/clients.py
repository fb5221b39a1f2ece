"""The machine clients that the rehearsal issuer knows: what each may ask for, and for whom it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from btb.actors import Scope
from btb.systems import SYSTEMS


@dataclass(frozen=True, slots=True)
class RehearsalClient:
    """One client. `system` is set where it is an access-management system."""

    name: str
    scopes: frozenset[Scope]
    system: str | None = None
    owner: str | None = None


_OF_A_SYSTEM: Final = frozenset({Scope.MANDATES_READ, Scope.FEED_READ, Scope.FEED_ACKNOWLEDGE, Scope.PERSON_IDENTIFY})

CLIENTS: Final[Mapping[str, RehearsalClient]] = MappingProxyType(
    {
        **{one.code: RehearsalClient(one.code, _OF_A_SYSTEM, one.code, one.owner) for one in SYSTEMS},
        "DASHBOARD": RehearsalClient("DASHBOARD", frozenset({Scope.STATISTICS_READ})),
        "OPERATOR": RehearsalClient(
            "OPERATOR", frozenset({Scope.OPERATE, Scope.APPLICATIONS_MANAGE, Scope.FEED_READ, Scope.STATISTICS_READ})
        ),
        "GATEWAY": RehearsalClient("GATEWAY", frozenset()),
    }
)

DEMO_CLIENT: Final = "btb-demo"
"""The client of the pages: public, without a secret, so that PKCE alone proves it (RFC 7636)."""
