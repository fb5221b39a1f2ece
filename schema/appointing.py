"""Requests to appoint."""

from __future__ import annotations

from datetime import datetime

import strawberry

from btb.identifiers import EnterpriseNumber
from btb.mandates import Affiliation
from resolvers import appointments
from resolvers.acts import Appointment
from schema import requests
from schema.info import Info
from schema.persons_named import PersonReference


@strawberry.input(description="Appoints the chief access manager of an enterprise.")
class AppointChiefAccessManagerInput:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="Who becomes chief; must belong to the enterprise.")
    affiliation: Affiliation = strawberry.field(
        description="In which capacity the person belongs to the enterprise, as the representative declares."
    )
    email: str | None = requests.optional("Where government reaches the chief.")
    phone: str | None = requests.optional("Where government reaches the chief; Belgian numbers may leave out +32.")
    valid_from: datetime | None = requests.optional("First moment; default: now. Not in the past.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        said = requests.content("chief", self.affiliation, self.email, self.phone, self.valid_from)
        asked = requests.asked(info, self, self.enterprise_number, said)
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
    email: str | None = requests.optional("Where the co-chief is reached.")
    phone: str | None = requests.optional("Where the co-chief is reached; Belgian numbers may leave out +32.")
    valid_from: datetime | None = requests.optional("First moment; default: now. Not in the past.")
    valid_until: datetime | None = requests.optional("First moment no longer in it; default: none.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        said = requests.content("co-chief", self.affiliation, self.email, self.phone, self.valid_from, self.valid_until)
        asked = requests.asked(info, self, self.enterprise_number, said)
        person, period = self.person.named(), (self.valid_from, self.valid_until)
        return await appointments.appoint_co_chief(
            info.context, asked, person, self.affiliation, self.email, self.phone, *period
        )


@strawberry.input(description="Appoints an access manager for some domains, or adds domains to one.")
class AppointAccessManagerInput:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="Who will manage access.")
    domains: list[strawberry.ID] = strawberry.field(description="At least one, at most all twenty.")
    email: str | None = requests.optional("Where the access manager is reached.")
    phone: str | None = requests.optional("Where the access manager is reached; Belgian numbers may leave out +32.")
    valid_from: datetime | None = requests.optional("First moment; default: now. Not in the past.")
    valid_until: datetime | None = requests.optional("First moment no longer in it; default: none.")
    idempotency_key: strawberry.ID | None = requests.key()
    expected_version: int | None = requests.version()
    dry_run: bool = requests.dry_run()

    async def carried_out(self, info: Info) -> Appointment:
        """Carry it out. Raises Refused."""
        domains = [str(domain) for domain in self.domains]
        said = requests.content("access manager", domains, self.email, self.phone, self.valid_from, self.valid_until)
        asked = requests.asked(info, self, self.enterprise_number, said)
        person, period = self.person.named(), (self.valid_from, self.valid_until)
        return await appointments.appoint_access_manager(
            info.context, asked, person, domains, self.email, self.phone, *period
        )
