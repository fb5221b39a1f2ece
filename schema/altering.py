"""Requests to end and alter mandates."""

from __future__ import annotations

from datetime import datetime

import strawberry

from btb.acts import KEPT
from resolvers import appointments
from resolvers.acts import Appointment
from schema import requests
from schema.info import Info


@strawberry.input(description="Ends a mandate.")
class EndAppointmentInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str | None = requests.optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = requests.asked(info, self, mandate.enterprise, requests.content("end", mandate.id), self.note)
        return await appointments.end_appointment(info.context, asked, mandate)


@strawberry.input(description="Takes one domain back; the last one ends the mandate.")
class RevokeDelegationInput:
    delegation_id: strawberry.ID = strawberry.field(description="`Delegation.id`.")
    note: str | None = requests.optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate, delegation = await appointments.delegation_to_alter(info.context, self.delegation_id)
        asked = requests.asked(info, self, mandate.enterprise, requests.content("revoke", delegation), self.note)
        return await appointments.revoke_delegation(info.context, asked, mandate, delegation)


@strawberry.input(description="Changes when a delegation starts or ends.")
class ChangeDelegationPeriodInput:
    delegation_id: strawberry.ID = strawberry.field(description="`Delegation.id`.")
    valid_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="New first moment, while it has not started; left out: as it is."
    )
    valid_until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="New end; null: none; left out: as it is."
    )
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate, delegation = await appointments.delegation_to_alter(info.context, self.delegation_id)
        start = KEPT if self.valid_from is strawberry.UNSET or self.valid_from is None else self.valid_from
        end = KEPT if self.valid_until is strawberry.UNSET else self.valid_until
        asked = requests.asked(info, self, mandate.enterprise, requests.content("period", delegation, start, end))
        return await appointments.change_delegation_period(info.context, asked, mandate, delegation, start, end)


@strawberry.input(description="Suspends an access manager.")
class SuspendAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str = strawberry.field(description="Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = requests.asked(info, self, mandate.enterprise, requests.content("suspend", mandate.id), self.note)
        return await appointments.suspend(info.context, asked, mandate)


@strawberry.input(description="Reinstates a suspended access manager.")
class ReinstateAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = requests.asked(info, self, mandate.enterprise, requests.content("reinstate", mandate.id))
        return await appointments.reinstate(info.context, asked, mandate)
