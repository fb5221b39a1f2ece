"""Access managers and what is delegated to them, as they stood at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry import federation

from btb import mandates as facts
from btb.actors import ActorKind, ActorReference
from btb.mandates import AccessManagerRole, Affiliation, EndReason, Mandate, MandateStatus
from execution.batching import Each, batched
from resolvers import domains, mandates
from schema.domain import Domain
from schema.enterprise import Enterprise
from schema.info import Info
from schema.person import Person

ACTIVE = (MandateStatus.ACTIVE,)


@strawberry.type(
    description="Who did it: a person, a machine client, or the register itself following an authentic source."
)
class Actor:
    reference: strawberry.Private[ActorReference]

    @strawberry.field(description="Person, machine client or the register.")
    def kind(self) -> ActorKind:
        return self.reference.kind

    @strawberry.field(description="The person, where one did it.")
    def person(self) -> Person | None:
        return None if self.reference.person is None else Person(person=self.reference.person)

    @strawberry.field(description="The machine client, where one did it.")
    def client(self) -> str | None:
        return self.reference.client


@strawberry.type(description="Where an access manager is reached.")
class Contact:
    email: str | None = strawberry.field(description="E-mail address.")
    phone: str | None = strawberry.field(description="Phone number, E.164.")


@federation.type(keys=["id"], description="One person's mandate in one enterprise.")
class AccessManager:
    mandate: strawberry.Private[Mandate]
    at: strawberry.Private[datetime]

    @strawberry.field(description="Random and stable.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.mandate.id))

    @strawberry.field(description="The enterprise.")
    def enterprise(self) -> Enterprise:
        return Enterprise(enterprise_number=self.mandate.enterprise)

    @strawberry.field(description="The person who holds the mandate.")
    def person(self) -> Person:
        return Person(person=self.mandate.person)

    @strawberry.field(description="Chief, co-chief, or access manager of some domains.")
    def role(self) -> AccessManagerRole:
        return self.mandate.role

    @strawberry.field(
        description="How the person belongs to the enterprise, as declared at appointment; null for role DOMAIN."
    )
    def affiliation(self) -> Affiliation | None:
        return self.mandate.affiliation

    @strawberry.field(
        description=(
            "Null where the reader is not entitled: for the person, the chief line, the legal representatives "
            "and the systems served."
        )
    )
    @batched
    async def contact(managers: list[AccessManager], info: Info) -> Each[Contact | None]:
        shown = await mandates.contacts(info.context, [manager.mandate for manager in managers])
        return [
            each if each is None or isinstance(each, Exception) else Contact(email=each.email, phone=each.phone)
            for each in shown
        ]

    @strawberry.field(description="Where the mandate stands; in a change, where it stood when that was recorded.")
    def status(self) -> MandateStatus:
        return self.mandate.status(self.at)

    @strawberry.field(description="First moment of the mandate.")
    def valid_from(self) -> datetime:
        return self.mandate.valid_from

    @strawberry.field(description="Planned end: the first moment no longer in it; null for none.")
    def valid_until(self) -> datetime | None:
        return self.mandate.valid_until

    @strawberry.field(description="When the register recorded the appointment.")
    def appointed_at(self) -> datetime:
        return self.mandate.appointed_at

    @strawberry.field(description="Who appointed.")
    def appointed_by(self) -> Actor:
        return Actor(reference=self.mandate.appointed_by)

    @strawberry.field(description="Since when the mandate is suspended; null where it is not.")
    def suspended_at(self) -> datetime | None:
        return self.mandate.suspended_at

    @strawberry.field(description="When the mandate ended; null while it has not.")
    def ended_at(self) -> datetime | None:
        return self.mandate.ended_at

    @strawberry.field(description="Why it ended; null while it has not.")
    def end_reason(self) -> EndReason | None:
        return self.mandate.end_reason

    @strawberry.field(description="The domains this person may manage now: all twenty for a chief or co-chief.")
    def domains(self, info: Info) -> list[Domain]:
        codes = mandates.managed_domains(info.context, self.mandate, self.at)
        return [Domain(domain=each) for each in domains.domains(info.context) if each.code in codes]

    @strawberry.field(description="What is delegated, with one of the statuses asked; at most one per domain in force.")
    def delegations(self, statuses: list[MandateStatus] | None = ACTIVE) -> list[Delegation]:  # type: ignore[assignment]
        wanted = ACTIVE if statuses is None else statuses
        return [
            Delegation(mandate=self.mandate, delegation=delegation, at=self.at)
            for delegation in self.mandate.delegations
            if self.mandate.delegation_status(delegation, self.at) in wanted
        ]

    @classmethod
    async def resolve_references(
        cls, info: Info, keys: list[dict[str, object]]
    ) -> Sequence[AccessManager | Exception | None]:
        """Mandates by id, for a gateway; unknown and not admitted look alike."""
        found = await mandates.by_ids(info.context, [str(key["id"]) for key in keys])
        return [each if isinstance(each, Exception) else access_manager(info, each) for each in found]


@federation.type(keys=["id"], description="One domain entrusted to one access manager of role DOMAIN.")
class Delegation:
    mandate: strawberry.Private[Mandate]
    delegation: strawberry.Private[facts.Delegation]
    at: strawberry.Private[datetime]

    @strawberry.field(description="Random and stable.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.delegation.id))

    @strawberry.field(description="The enterprise.")
    def enterprise(self) -> Enterprise:
        return Enterprise(enterprise_number=self.mandate.enterprise)

    @strawberry.field(description="The domain entrusted.")
    def domain(self, info: Info) -> Domain:
        return Domain(domain=domains.recorded_domain(info.context, self.delegation.domain))

    @strawberry.field(description="To whom.")
    def access_manager(self) -> AccessManager:
        return AccessManager(mandate=self.mandate, at=self.at)

    @strawberry.field(description="Where the delegation stands: never better than its mandate.")
    def status(self) -> MandateStatus:
        return self.mandate.delegation_status(self.delegation, self.at)

    @strawberry.field(description="First moment of the delegation.")
    def valid_from(self) -> datetime:
        return self.delegation.valid_from

    @strawberry.field(description="Planned end: the first moment no longer in it; null for none.")
    def valid_until(self) -> datetime | None:
        return self.delegation.valid_until

    @strawberry.field(description="When the register recorded it.")
    def granted_at(self) -> datetime:
        return self.delegation.granted_at

    @strawberry.field(description="Who delegated.")
    def granted_by(self) -> Actor:
        return Actor(reference=self.delegation.granted_by)

    @strawberry.field(description="When it ended; null while it has not.")
    def ended_at(self) -> datetime | None:
        return self.delegation.ended_at

    @strawberry.field(description="Why it ended; null while it has not.")
    def end_reason(self) -> EndReason | None:
        return self.delegation.end_reason

    @classmethod
    async def resolve_references(
        cls, info: Info, keys: list[dict[str, object]]
    ) -> Sequence[Delegation | Exception | None]:
        """Delegations by id, for a gateway; unknown and not admitted look alike."""
        found = await mandates.delegations_by_ids(info.context, [str(key["id"]) for key in keys])
        return [each if isinstance(each, Exception) else delegation(info, each) for each in found]


def access_manager(info: Info, mandate: Mandate | None) -> AccessManager | None:
    """The answer for a mandate as it stands now."""
    return None if mandate is None else AccessManager(mandate=mandate, at=info.context.moment)


def delegation(info: Info, found: tuple[Mandate, facts.Delegation] | None) -> Delegation | None:
    """The answer for a delegation as it stands now."""
    if found is None:
        return None
    mandate, entrusted = found
    return Delegation(mandate=mandate, delegation=entrusted, at=info.context.moment)
