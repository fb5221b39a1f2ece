"""Requests."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Annotated

import strawberry

from btb.refusals import Refused
from resolvers import acknowledgements
from resolvers.acts import Appointment
from schema.altering import (
    ChangeDelegationPeriodInput,
    EndAppointmentInput,
    ReinstateAccessManagerInput,
    RevokeDelegationInput,
    SuspendAccessManagerInput,
)
from schema.applications import ApplicationResult, RegisterApplicationInput, WithdrawApplicationInput
from schema.appointing import (
    AppointAccessManagerInput,
    AppointChiefAccessManagerInput,
    AppointCoChiefAccessManagerInput,
)
from schema.appointments import AppointmentMade, AppointmentResult
from schema.domain import AccessManagementSystem
from schema.info import Info
from schema.outages import AnnounceOutageInput, OutageResult, ResolveOutageInput
from schema.refusals import Refusal
from schema.scalars import Cursor

AcknowledgeResult = Annotated[
    AccessManagementSystem | Refusal,
    strawberry.union("AcknowledgeResult", description="The system that confirmed, or why not."),
]


@strawberry.input(description="Confirms the feed up to a cursor.")
class AcknowledgeChangesInput:
    system: strawberry.ID = strawberry.field(description="Code of the system that the caller speaks for.")
    up_to: Cursor = strawberry.field(description="Everything up to and including this is applied.")

    async def acknowledged(self, info: Info) -> AccessManagementSystem | Refusal:
        """Confirm it."""
        try:
            found = await acknowledgements.acknowledge(info.context, self.system, self.up_to)
        except Refused as refused:
            return Refusal.of(refused, info)
        return AccessManagementSystem(system=found)


async def _result(info: Info, request: Coroutine[None, None, Appointment]) -> AppointmentMade | Refusal:
    try:
        return AppointmentMade(appointment=await request)
    except Refused as refused:
        return Refusal.of(refused, info)


@strawberry.type(description="Requests.")
class Mutation:
    @strawberry.mutation(
        description=(
            "By a legal representative, who may appoint themselves. Replaces the chief in office, if there is one. "
            "Needs a login of the level the operator set, 450 by default."
        )
    )
    async def appoint_chief_access_manager(
        self, info: Info, input: AppointChiefAccessManagerInput
    ) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By the chief.")
    async def appoint_co_chief_access_manager(
        self, info: Info, input: AppointCoChiefAccessManagerInput
    ) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(
        description=(
            "By the chief or a co-chief: an access manager for one or more domains; adds domains where the person "
            "already is one."
        )
    )
    async def appoint_access_manager(self, info: Info, input: AppointAccessManagerInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role, or by the person (a resignation).")
    async def end_appointment(self, info: Info, input: EndAppointmentInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By the chief, a co-chief or the person; the last domain ends the mandate.")
    async def revoke_delegation(self, info: Info, input: RevokeDelegationInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By the chief or a co-chief.")
    async def change_delegation_period(self, info: Info, input: ChangeDelegationPeriodInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role.")
    async def suspend_access_manager(self, info: Info, input: SuspendAccessManagerInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role.")
    async def reinstate_access_manager(self, info: Info, input: ReinstateAccessManagerInput) -> AppointmentResult:
        return await _result(info, input.carried_out(info))

    @strawberry.mutation(
        description="A consuming system confirms that it has applied everything up to and including the cursor."
    )
    async def acknowledge_changes(self, info: Info, input: AcknowledgeChangesInput) -> AcknowledgeResult:
        return await input.acknowledged(info)

    @strawberry.mutation(description="By an operator.")
    async def announce_outage(self, info: Info, input: AnnounceOutageInput) -> OutageResult:
        return await input.announced(info)

    @strawberry.mutation(description="By an operator.")
    async def resolve_outage(self, info: Info, input: ResolveOutageInput) -> OutageResult:
        return await input.resolved(info)

    @strawberry.mutation(description="By a client of the public service that owns the application.")
    async def register_application(self, info: Info, input: RegisterApplicationInput) -> ApplicationResult:
        return await input.registered(info)

    @strawberry.mutation(description="By a client of the public service that owns the application.")
    async def withdraw_application(self, info: Info, input: WithdrawApplicationInput) -> ApplicationResult:
        return await input.withdrawn(info)
