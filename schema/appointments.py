"""What became of a request to appoint, end or alter a mandate."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.acts import Appointment
from schema.access_manager import AccessManager
from schema.changes import Change
from schema.enterprise import Enterprise
from schema.refusals import Refusal


@strawberry.type(description="A request that was carried out, or under dryRun would have been.")
class AppointmentMade:
    appointment: strawberry.Private[Appointment]

    @strawberry.field(description="The mandate appointed, ended or altered.")
    def access_manager(self) -> AccessManager:
        return AccessManager(mandate=self.appointment.mandate, at=self.appointment.at)

    @strawberry.field(description="The enterprise.")
    def enterprise(self) -> Enterprise:
        return Enterprise(enterprise_number=self.appointment.mandate.enterprise)

    @strawberry.field(
        description=(
            "All effects, the replaced chief's end included, in feed order. "
            "Under dryRun: what would have happened, without cursors."
        )
    )
    def changes(self) -> list[Change]:
        return [Change(change=change) for change in self.appointment.changes]

    @strawberry.field(description="Whether this only showed what would happen.")
    def dry_run(self) -> bool:
        return self.appointment.dry_run

    @strawberry.field(
        description="True where the idempotency key had been used and this is the first answer once more."
    )
    def replayed(self) -> bool:
        return self.appointment.replayed


AppointmentResult = Annotated[
    AppointmentMade | Refusal,
    strawberry.union("AppointmentResult", description="What became of a request to appoint, end or alter a mandate."),
]
