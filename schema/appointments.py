"""Requests that appoint, end and alter mandates: their inputs and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol

import strawberry

from btb.acts import KEPT
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Affiliation
from resolvers import appointments
from resolvers.acts import Appointment, Asked
from resolvers.references import PersonNamed
from schema.access_manager import AccessManager
from schema.changes import Change
from schema.enterprise import Enterprise
from schema.info import Info
from schema.refusals import Refusal

KEY = "The same key and content give the same answer once more; other content is refused. At most 128 characters."
VERSION = "`Enterprise.version` the caller decided on; a newer one is refused with VERSION_CONFLICT."
DRY_RUN = "Everything is checked and the effects are shown; nothing is written or announced."


def _key() -> Any:  # Any, as strawberry.field itself: the annotation of the field says its type
    return strawberry.field(default=None, description=KEY)


def _version() -> Any:  # as above
    return strawberry.field(default=None, description=VERSION)


def _dry_run() -> Any:  # as above
    return strawberry.field(default=False, description=DRY_RUN)


def _optional(description: str) -> Any:  # as above
    return strawberry.field(default=None, description=description)


class _Common(Protocol):
    """The three that every appointment input carries."""

    idempotency_key: strawberry.ID | None
    expected_version: int | None
    dry_run: bool


def _content(what: str, *values: object) -> dict[str, object]:
    """What is asked, as plain values that can be compared."""
    return {"request": what, "values": [None if value is None else str(value) for value in values]}


def _asked(
    info: Info, common: _Common, enterprise: EnterpriseNumber, content: dict[str, object], note: str | None = None
) -> Asked:
    return appointments.asked(
        info.context,
        enterprise,
        content,
        key=common.idempotency_key,
        expected_version=common.expected_version,
        dry_run=common.dry_run,
        note=note,
    )


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

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        content = _content("chief", self.affiliation, self.email, self.phone, self.valid_from)
        asked = _asked(info, self, self.enterprise_number, content)
        return await appointments.appoint_chief(
            info.context, asked, self.person.named(), self.affiliation, self.email, self.phone, self.valid_from
        )


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

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        content = _content("co-chief", self.affiliation, self.email, self.phone, self.valid_from, self.valid_until)
        asked = _asked(info, self, self.enterprise_number, content)
        person, period = self.person.named(), (self.valid_from, self.valid_until)
        return await appointments.appoint_co_chief(
            info.context, asked, person, self.affiliation, self.email, self.phone, *period
        )


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

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        domains = [str(domain) for domain in self.domains]
        content = _content("access manager", domains, self.email, self.phone, self.valid_from, self.valid_until)
        asked = _asked(info, self, self.enterprise_number, content)
        person, period = self.person.named(), (self.valid_from, self.valid_until)
        return await appointments.appoint_access_manager(
            info.context, asked, person, domains, self.email, self.phone, *period
        )


@strawberry.input(description="Ends a mandate.")
class EndAppointmentInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str | None = _optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = _asked(info, self, mandate.enterprise, _content("end", mandate.id), self.note)
        return await appointments.end_appointment(info.context, asked, mandate)


@strawberry.input(description="Takes one domain back; the last one ends the mandate.")
class RevokeDelegationInput:
    delegation_id: strawberry.ID = strawberry.field(description="`Delegation.id`.")
    note: str | None = _optional("Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate, delegation = await appointments.delegation_to_alter(info.context, self.delegation_id)
        asked = _asked(info, self, mandate.enterprise, _content("revoke", delegation), self.note)
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
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate, delegation = await appointments.delegation_to_alter(info.context, self.delegation_id)
        start = KEPT if self.valid_from is strawberry.UNSET or self.valid_from is None else self.valid_from
        end = KEPT if self.valid_until is strawberry.UNSET else self.valid_until
        asked = _asked(info, self, mandate.enterprise, _content("period", delegation, start, end))
        return await appointments.change_delegation_period(info.context, asked, mandate, delegation, start, end)


@strawberry.input(description="Suspends an access manager.")
class SuspendAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    note: str = strawberry.field(description="Why, in the caller's words; at most 1000 characters.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = _asked(info, self, mandate.enterprise, _content("suspend", mandate.id), self.note)
        return await appointments.suspend(info.context, asked, mandate)


@strawberry.input(description="Reinstates a suspended access manager.")
class ReinstateAccessManagerInput:
    access_manager_id: strawberry.ID = strawberry.field(description="`AccessManager.id`.")
    idempotency_key: strawberry.ID | None = _key()
    expected_version: int | None = _version()
    dry_run: bool = _dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        mandate = await appointments.mandate_to_alter(info.context, self.access_manager_id, "accessManagerId")
        asked = _asked(info, self, mandate.enterprise, _content("reinstate", mandate.id))
        return await appointments.reinstate(info.context, asked, mandate)


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
