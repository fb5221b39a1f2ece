"""What the feed announces: immutable facts of the register, as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Delegation, EndReason, Mandate


class ChangeType(StrEnum):
    """What happened."""

    CHIEF_APPOINTED = "CHIEF_APPOINTED"
    CO_CHIEF_APPOINTED = "CO_CHIEF_APPOINTED"
    ACCESS_MANAGER_APPOINTED = "ACCESS_MANAGER_APPOINTED"
    APPOINTMENT_ENDED = "APPOINTMENT_ENDED"
    DELEGATION_GRANTED = "DELEGATION_GRANTED"
    DELEGATION_PERIOD_CHANGED = "DELEGATION_PERIOD_CHANGED"
    DELEGATION_ENDED = "DELEGATION_ENDED"
    ACCESS_MANAGER_SUSPENDED = "ACCESS_MANAGER_SUSPENDED"
    ACCESS_MANAGER_REINSTATED = "ACCESS_MANAGER_REINSTATED"
    ENTERPRISE_WITHOUT_CHIEF = "ENTERPRISE_WITHOUT_CHIEF"


class ChangeCause(StrEnum):
    """What made it happen: a request, time, or an authentic source."""

    REQUEST = "REQUEST"
    PERIOD_REACHED = "PERIOD_REACHED"
    EXPIRY = "EXPIRY"
    DEATH = "DEATH"
    NUMBER_REPLACED = "NUMBER_REPLACED"
    NUMBER_CANCELLED = "NUMBER_CANCELLED"
    ENTERPRISE_CEASED = "ENTERPRISE_CEASED"
    ENTERPRISE_SUCCEEDED = "ENTERPRISE_SUCCEEDED"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact. `mandate` is the whole mandate as it stands after this change (its delegations included).

    `enterprise_version` counts the enterprise's changes from 1 without a gap. `position` is the place in the
    register's log, counted from 1 without a gap; None until recorded (and for ever under dryRun).
    `mandate` is None only for ENTERPRISE_WITHOUT_CHIEF.
    """

    id: UUID
    type: ChangeType
    cause: ChangeCause
    enterprise: EnterpriseNumber
    enterprise_version: int
    effective_at: datetime
    recorded_at: datetime
    actor: ActorReference
    mandate: Mandate | None = None
    delegation: Delegation | None = None
    role: AccessManagerRole | None = None
    end_reason: EndReason | None = None
    position: int | None = None

    @property
    def domain(self) -> str | None:
        """The domain concerned, where one delegation is."""
        return self.delegation.domain if self.delegation is not None else None
