"""Requests."""

from __future__ import annotations

from collections.abc import Coroutine

import strawberry

from btb.refusals import Refused
from resolvers.acts import Appointment
from schema.appointments import (
    AppointAccessManagerInput,
    AppointChiefAccessManagerInput,
    AppointCoChiefAccessManagerInput,
    AppointmentMade,
    AppointmentResult,
    ChangeDelegationPeriodInput,
    EndAppointmentInput,
    ReinstateAccessManagerInput,
    RevokeDelegationInput,
    SuspendAccessManagerInput,
)
from schema.info import Info
from schema.refusals import Refusal


async def _result(request: Coroutine[None, None, Appointment]) -> AppointmentMade | Refusal:
    try:
        return AppointmentMade(appointment=await request)
    except Refused as refused:
        return Refusal.of(refused)


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
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By the chief.")
    async def appoint_co_chief_access_manager(
        self, info: Info, input: AppointCoChiefAccessManagerInput
    ) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(
        description=(
            "By the chief or a co-chief: an access manager for one or more domains; adds domains where the person "
            "already is one."
        )
    )
    async def appoint_access_manager(self, info: Info, input: AppointAccessManagerInput) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role, or by the person (a resignation).")
    async def end_appointment(self, info: Info, input: EndAppointmentInput) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By the chief, a co-chief or the person; the last domain ends the mandate.")
    async def revoke_delegation(self, info: Info, input: RevokeDelegationInput) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By the chief or a co-chief.")
    async def change_delegation_period(self, info: Info, input: ChangeDelegationPeriodInput) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role.")
    async def suspend_access_manager(self, info: Info, input: SuspendAccessManagerInput) -> AppointmentResult:
        return await _result(input.carried_out(info))

    @strawberry.mutation(description="By whoever may appoint to that role.")
    async def reinstate_access_manager(self, info: Info, input: ReinstateAccessManagerInput) -> AppointmentResult:
        return await _result(input.carried_out(info))
