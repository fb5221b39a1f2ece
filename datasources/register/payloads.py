"""What a change says, as canonical JSON: keys sorted, no spaces, UTC moments with a Z, absent values left out.

The text is hashed into the log's chain and never rewritten. So a key keeps its meaning for ever; new keys may come.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from btb.changes import Change, ChangeCause, ChangeType
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Affiliation,
    Contact,
    Delegation,
    DelegationId,
    EndReason,
    Mandate,
    MandateId,
    Standing,
)
from btb.persons import PersonId
from datasources.register.columns import actor_of, actor_text

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def payload(change: Change) -> bytes:
    """Everything the feed says about the change, but its position: that is its place in the chain."""
    # Ids as texts: what asyncpg answers is a UUID of its own, which orjson does not know.
    said: dict[str, Any] = {
        "id": str(change.id),
        "type": change.type,
        "cause": change.cause,
        "enterprise": change.enterprise.digits,
        "version": change.enterprise_version,
        "effectiveAt": change.effective_at,
        "recordedAt": change.recorded_at,
        "actor": actor_text(change.actor),
        "mandate": None if change.mandate is None else _mandate(change.mandate),
        "delegation": None if change.delegation is None else _delegation(change.delegation),
        "role": change.role,
        "endReason": change.end_reason,
    }
    return orjson.dumps(_present(said), option=_CANONICAL)


def change_of(text: str | bytes, position: int | None) -> Change:
    """The change that a payload tells of."""
    said = orjson.loads(text)
    mandate, delegation = said.get("mandate"), said.get("delegation")
    role, reason = said.get("role"), said.get("endReason")
    enterprise = EnterpriseNumber(said["enterprise"])
    return Change(
        UUID(said["id"]),
        ChangeType(said["type"]),
        ChangeCause(said["cause"]),
        enterprise,
        said["version"],
        _moment(said["effectiveAt"]),
        _moment(said["recordedAt"]),
        actor_of(said["actor"]),
        None if mandate is None else _mandate_of(enterprise, mandate),
        None if delegation is None else _delegation_of(delegation),
        None if role is None else AccessManagerRole(role),
        None if reason is None else EndReason(reason),
        position,
    )


def _present(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}


def _mandate(mandate: Mandate) -> dict[str, Any]:
    return _present(
        {
            "id": str(mandate.id),
            "person": str(mandate.person),
            "role": mandate.role,
            "affiliation": mandate.affiliation,
            "email": mandate.contact.email,
            "phone": mandate.contact.phone,
            "standing": mandate.standing,
            "validFrom": mandate.valid_from,
            "validUntil": mandate.valid_until,
            "appointedAt": mandate.appointed_at,
            "appointedBy": actor_text(mandate.appointed_by),
            "suspendedAt": mandate.suspended_at,
            "endedAt": mandate.ended_at,
            "endReason": mandate.end_reason,
            "delegations": [_delegation(delegation) for delegation in mandate.delegations] or None,
        }
    )


def _delegation(delegation: Delegation) -> dict[str, Any]:
    return _present(
        {
            "id": str(delegation.id),
            "domain": delegation.domain,
            "standing": delegation.standing,
            "validFrom": delegation.valid_from,
            "validUntil": delegation.valid_until,
            "grantedAt": delegation.granted_at,
            "grantedBy": actor_text(delegation.granted_by),
            "endedAt": delegation.ended_at,
            "endReason": delegation.end_reason,
        }
    )


def _mandate_of(enterprise: EnterpriseNumber, said: dict[str, Any]) -> Mandate:
    affiliation, reason = said.get("affiliation"), said.get("endReason")
    return Mandate(
        MandateId(UUID(said["id"])),
        enterprise,
        PersonId(UUID(said["person"])),
        AccessManagerRole(said["role"]),
        None if affiliation is None else Affiliation(affiliation),
        Contact(said.get("email"), said.get("phone")),
        Standing(said["standing"]),
        _moment(said["validFrom"]),
        _moment_or_none(said.get("validUntil")),
        _moment(said["appointedAt"]),
        actor_of(said["appointedBy"]),
        _moment_or_none(said.get("suspendedAt")),
        _moment_or_none(said.get("endedAt")),
        None if reason is None else EndReason(reason),
        tuple([_delegation_of(delegation) for delegation in said.get("delegations", ())]),
    )


def _delegation_of(said: dict[str, Any]) -> Delegation:
    reason = said.get("endReason")
    return Delegation(
        DelegationId(UUID(said["id"])),
        said["domain"],
        Standing(said["standing"]),
        _moment(said["validFrom"]),
        _moment_or_none(said.get("validUntil")),
        _moment(said["grantedAt"]),
        actor_of(said["grantedBy"]),
        _moment_or_none(said.get("endedAt")),
        None if reason is None else EndReason(reason),
    )


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
