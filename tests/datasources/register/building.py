"""Mandates and changes made by hand, to be stored: what the register writes does not depend on who decided it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from btb.actors import ActorKind, ActorReference
from btb.changes import Change, ChangeCause, ChangeType
from btb.identifiers import EnterpriseNumber, NationalNumber
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
from datasources.register.database import Database
from datasources.register.keys import KeyRing
from datasources.register.persons import PersonDirectory

NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


def enterprise(sequence: int) -> EnterpriseNumber:
    """A valid number of our own making."""
    first = f"{1_000_000 + sequence:08d}"
    return EnterpriseNumber.parse(f"{first}{97 - int(first) % 97:02d}")


def number(sequence: int) -> NationalNumber:
    """A valid number of our own making."""
    first = f"8507{1 + sequence // 900:02d}{1 + sequence % 900:03d}"
    return NationalNumber.parse(f"{first}{97 - int(first) % 97:02d}")


def another(database: Database, keys: KeyRing) -> PersonDirectory:
    """The directory of another replica: it remembers nothing of the first."""
    return PersonDirectory(database, keys, now=lambda: NOON)


def person() -> PersonId:
    """Somebody."""
    return PersonId(uuid4())


SOMEBODY = ActorReference(ActorKind.PERSON, person=person())


def mandate(
    number: EnterpriseNumber,
    role: AccessManagerRole = AccessManagerRole.CHIEF,
    *,
    holder: PersonId | None = None,
    standing: Standing = Standing.IN_OFFICE,
    domains: tuple[str, ...] = (),
    at: datetime = NOON,
    valid_until: datetime | None = None,
) -> Mandate:
    """A mandate as it is after its appointment."""
    return Mandate(
        id=MandateId(uuid4()),
        enterprise=number,
        person=holder or person(),
        role=role,
        affiliation=None if role is AccessManagerRole.DOMAIN else Affiliation.EMPLOYEE,
        contact=Contact("someone@example.be", "+3225551234"),
        standing=standing,
        valid_from=at,
        valid_until=valid_until,
        appointed_at=at,
        appointed_by=SOMEBODY,
        delegations=tuple(
            Delegation(DelegationId(identity), domain, standing, at, valid_until, at, SOMEBODY)
            for domain, identity in zip(domains, sorted(uuid4() for _ in domains), strict=True)
        ),
    )


def ended(held: Mandate, at: datetime, reason: EndReason = EndReason.REPLACED) -> Mandate:
    """The same mandate after its end, its delegations with it."""
    return replace(
        held,
        standing=Standing.ENDED,
        ended_at=at,
        end_reason=reason,
        delegations=tuple(
            d if d.standing is Standing.ENDED else replace(d, standing=Standing.ENDED, ended_at=at, end_reason=reason)
            for d in held.delegations
        ),
    )


_APPOINTED = {
    AccessManagerRole.CHIEF: ChangeType.CHIEF_APPOINTED,
    AccessManagerRole.CO_CHIEF: ChangeType.CO_CHIEF_APPOINTED,
    AccessManagerRole.DOMAIN: ChangeType.ACCESS_MANAGER_APPOINTED,
}


def change(of: Mandate, version: int, kind: ChangeType | None = None, at: datetime = NOON) -> Change:
    """The change after which the mandate stands as it does."""
    if kind is None:
        kind = ChangeType.APPOINTMENT_ENDED if of.standing is Standing.ENDED else _APPOINTED[of.role]
    return Change(
        id=uuid4(),
        type=kind,
        cause=ChangeCause.REQUEST,
        enterprise=of.enterprise,
        enterprise_version=version,
        effective_at=at,
        recorded_at=at,
        actor=SOMEBODY,
        mandate=of,
        role=of.role,
        end_reason=of.end_reason,
    )
