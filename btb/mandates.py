"""Mandates: who may manage access for an enterprise, and in which domains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId

MandateId = NewType("MandateId", UUID)
DelegationId = NewType("DelegationId", UUID)


class AccessManagerRole(StrEnum):
    """Chief access manager, co-chief, or access manager of some domains."""

    CHIEF = "CHIEF"
    CO_CHIEF = "CO_CHIEF"
    DOMAIN = "DOMAIN"


RANK = {AccessManagerRole.DOMAIN: 0, AccessManagerRole.CO_CHIEF: 1, AccessManagerRole.CHIEF: 2}
"""Which role absorbs which: a greater one the lesser."""


class MandateStatus(StrEnum):
    """Where a mandate or delegation stands at a moment; it follows from its dates."""

    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


class EndReason(StrEnum):
    """Why a mandate or delegation ended."""

    REPLACED = "REPLACED"
    RESIGNED = "RESIGNED"
    DISMISSED = "DISMISSED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    DECEASED = "DECEASED"
    NUMBER_CANCELLED = "NUMBER_CANCELLED"
    ENTERPRISE_CEASED = "ENTERPRISE_CEASED"
    ENTERPRISE_SUCCEEDED = "ENTERPRISE_SUCCEEDED"


class Affiliation(StrEnum):
    """How a person belongs to the enterprise, as the representative declares (rule R4)."""

    EMPLOYEE = "EMPLOYEE"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    PARTNER = "PARTNER"


class Standing(StrEnum):
    """How far the register has recorded a mandate; behind its dates only until the register's next duty."""

    SCHEDULED = "SCHEDULED"
    IN_OFFICE = "IN_OFFICE"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a chief or access manager is reached: e-mail as normalised, phone in E.164."""

    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """One domain entrusted to one access manager of role DOMAIN. Half-open validity, aware UTC moments."""

    id: DelegationId
    domain: str
    standing: Standing
    valid_from: datetime
    valid_until: datetime | None
    granted_at: datetime
    granted_by: ActorReference
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """One person's mandate in one enterprise. Half-open validity, aware UTC moments.

    `valid_until` is the planned end; `ended_at` is when it truly ended. A mandate of role DOMAIN has delegations,
    ended ones included; the others have none.
    """

    id: MandateId
    enterprise: EnterpriseNumber
    person: PersonId
    role: AccessManagerRole
    affiliation: Affiliation | None
    contact: Contact
    standing: Standing
    valid_from: datetime
    valid_until: datetime | None
    appointed_at: datetime
    appointed_by: ActorReference
    suspended_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    delegations: tuple[Delegation, ...] = ()

    def status(self, at: datetime) -> MandateStatus:
        """Where this mandate stands at the moment, whatever has been announced."""
        dates = status_by_dates(self.valid_from, self.valid_until, self.ended_at, at)
        if dates is MandateStatus.ACTIVE and self.suspended_at is not None and self.suspended_at <= at:
            return MandateStatus.SUSPENDED
        return dates

    def delegation_status(self, delegation: Delegation, at: datetime) -> MandateStatus:
        """Where a delegation stands at the moment: never better than its mandate."""
        dates = status_by_dates(delegation.valid_from, delegation.valid_until, delegation.ended_at, at)
        return self.status(at) if dates is MandateStatus.ACTIVE else dates


def status_by_dates(
    valid_from: datetime, valid_until: datetime | None, ended_at: datetime | None, at: datetime
) -> MandateStatus:
    """SCHEDULED, ACTIVE or ENDED at the moment: [valid_from, the first of valid_until and ended_at)."""
    if (ended_at is not None and ended_at <= at) or (valid_until is not None and valid_until <= at):
        return MandateStatus.ENDED
    return MandateStatus.ACTIVE if valid_from <= at else MandateStatus.SCHEDULED
