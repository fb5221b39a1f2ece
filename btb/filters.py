"""Which changes and mandates concern a reader of the feed."""

from __future__ import annotations

from dataclasses import dataclass

from btb.changes import Change, ChangeType
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Mandate


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """What of the feed is asked; None means no restriction of that kind.

    A chief or co-chief may manage every domain, so what happens to them concerns every domain; so does an enterprise
    that is left without chief. What happens to an access manager concerns the domains ever delegated to them.
    """

    enterprises: frozenset[EnterpriseNumber] | None = None
    domains: frozenset[str] | None = None
    types: frozenset[ChangeType] | None = None

    def passes(self, change: Change) -> bool:
        """Whether the change is part of what was asked."""
        if self.types is not None and change.type not in self.types:
            return False
        if self.enterprises is not None and change.enterprise not in self.enterprises:
            return False
        if self.domains is None:
            return True
        if change.delegation is not None:
            return change.delegation.domain in self.domains
        return change.mandate is None or self.concerns(change.mandate)

    def concerns(self, mandate: Mandate) -> bool:
        """Whether a mandate belongs to the enterprises and domains asked, whatever its status."""
        if self.enterprises is not None and mandate.enterprise not in self.enterprises:
            return False
        if self.domains is None or mandate.role is not AccessManagerRole.DOMAIN:
            return True
        return any(delegation.domain in self.domains for delegation in mandate.delegations)


EVERYTHING = ChangeFilter()
