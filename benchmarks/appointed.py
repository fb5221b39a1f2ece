"""Appointments of nobody in particular, to be written many times."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from btb.actors import ActorKind, ActorReference
from btb.changes import Change, ChangeCause, ChangeType
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Affiliation,
    Contact,
    Delegation,
    DelegationId,
    Mandate,
    MandateId,
    Standing,
)
from btb.persons import PersonId
from datasources.register.ids import new_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPRESENTATIVE = ActorReference(ActorKind.PERSON, person=PersonId(uuid4()))
DOMAINS = ("FINANCE", "SOCIAL", "MOBILITY")


def number(serial: int) -> EnterpriseNumber:
    """The enterprise number with this serial, check digits added."""
    return EnterpriseNumber(f"{serial:08d}{97 - serial % 97:02d}")


def appointed(enterprise: EnterpriseNumber, role: AccessManagerRole, version: int) -> Change:
    """An appointment as it is recorded."""
    entrusted = tuple(
        Delegation(DelegationId(identity), domain, Standing.IN_OFFICE, NOW, None, NOW, REPRESENTATIVE)
        for domain, identity in zip(DOMAINS, sorted(new_id() for _ in DOMAINS), strict=True)
    )
    mandate = Mandate(
        MandateId(new_id()),
        enterprise,
        PersonId(uuid4()),
        role,
        Affiliation.EMPLOYEE,
        Contact("someone@example.be", "+3225551234"),
        Standing.IN_OFFICE,
        NOW,
        None,
        NOW,
        REPRESENTATIVE,
        delegations=entrusted if role is AccessManagerRole.DOMAIN else (),
    )
    return Change(
        new_id(),
        ChangeType.CHIEF_APPOINTED,
        ChangeCause.REQUEST,
        enterprise,
        version,
        NOW,
        NOW,
        REPRESENTATIVE,
        mandate,
        role=role,
    )
