"""Requests that appoint, end and alter mandates: their inputs and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from resolvers.appointments import Appointment

from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Affiliation
from resolvers.references import PersonNamed
from schema.access_manager import AccessManager
from schema.changes import Change
from schema.enterprise import Enterprise
from schema.refusals import Refusal

KEY = "The same key and the same content give the same answer once more; other content is refused. At most 128 characters."
VERSION = "`Enterprise.version` the caller decided on; a newer one is refused with VERSION_CONFLICT."
DRY_RUN = "Everything is checked and the effects are shown; nothing is written or announced."


def _key() -> strawberry.ID | None:
    return strawberry.field(default=None, description=KEY)  # type: ignore[no-any-return]


def _version() -> int | None:
    return strawberry.field(default=None, description=VERSION)  # type: ignore[no-any-return]


def _dry_run() -> bool:
    return strawberry.field(default=False, description=DRY_RUN)  # type: ignore[no-any-return]


def _optional(description: str) -> None:
    return strawberry.field(default=None, description=description)  # type: ignore[no-any-return]


@strawberry.input(one_of=True, description="A person, named in exactly one way.")
class PersonReference:
    national_number: NationalNumber | None = strawberry.field(
        default=strawberry.UNSET, description="By number; put it in a variable, never in the document."
    )
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By `Person.id`.")
    me: bool | None = strawberry.field(default=strawberry.UNSET, description="Whoever asks; only `true` makes sense.")

    def named(self) -> PersonNamed:
        """What the resolvers understand."""
        return PersonNamed(
            national_number=self.national_number or None,
            id=str(self.id) if self.id else None,
            me=bool(self.me),
        )


@strawberry.input(description="Appoints the chief access manager of an enterprise.")
class AppointChiefAccessManagerInput:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="Who becomes chief; must belong to the enterprise.")
    affiliation: Affiliation = strawberry.field(
        description="In which capacity the person belongs to the enterprise, as the representative declares."
    )
    email: str | None = _optional("Where government reaches the chief.")
    phone: str | None = _optional("Where government reaches the chief; Belgian numbers may leave out +32.")
    valid_from: datetime | None = _optional("First moment; default: now. Not in the past.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Appoints a co-chief.")
class AppointCoChiefAccessManagerInput:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="Who becomes co-chief; must belong to the enterprise.")
    affiliation: Affiliation = strawberry.field(
        description="In which capacity the person belongs to the enterprise, as the chief declares."
    )
    email: str | None = _optional("Where the co-chief is reached.")
    phone: str | None = _optional("Where the co-chief is reached; Belgian numbers may leave out +32.")
    valid_from: datetime | None = _optional("First moment; default: now. Not in the past.")
    valid_until: datetime | None = _optional("First moment no longer in it; default: none.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Appoints an access manager for some domains, or adds domains to one.")
class AppointAccessManagerInput:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="Who will manage access.")
    domains: list[strawberry.ID] = strawberry.field(description="At least one, at most all twenty.")
    email: str | None = _optional("Where the access manager is reached.")
    phone: str | None = _optional("Where the access manager is reached; Belgian numbers may leave out +32.")
    valid_from: datetime | None = _optional("First moment; default: now. Not in the past.")
    valid_until: datetime | None = _optional("First moment no longer in it; default: none.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Ends a mandate.")
class EndAppointmentInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str | None = _optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Takes one domain back; the last one ends the mandate.")
class RevokeDelegationInput:
    delegation_id: strawberry.ID = strawberry.field(description="`Delegation.id`.")
    note: str | None = _optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Changes when a delegation starts or ends.")
class ChangeDelegationPeriodInput:
    delegation_id: strawberry.ID = strawberry.field(description="`Delegation.id`.")
    valid_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="New first moment, while it has not started; left out: as it is."
    )
    valid_until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="New end; null: none; left out: as it is."
    )
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Suspends an access manager.")
class SuspendAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str = strawberry.field(description="Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


@strawberry.input(description="Reinstates a suspended access manager.")
class ReinstateAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()


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
