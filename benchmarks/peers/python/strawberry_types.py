"""The values of the Strawberry schemas, of the peer and of ours, and the data in them."""

from __future__ import annotations

from enum import Enum

import strawberry

from benchmarks.peers.python import records


@strawberry.enum
class EnterpriseStatus(Enum):
    """Whether it goes on."""

    ACTIVE = "ACTIVE"
    STOPPED = "STOPPED"


@strawberry.enum
class AccessManagerRole(Enum):
    """What a manager is."""

    CHIEF = "CHIEF"
    CO_CHIEF = "CO_CHIEF"
    DOMAIN = "DOMAIN"


@strawberry.enum
class MandateStatus(Enum):
    """Where a mandate stands."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


@strawberry.type
class CodeLabel:
    """A code with its label."""

    code: str
    label: str


@strawberry.type
class Address:
    """A seat."""

    street: str | None
    house_number: str | None
    postal_code: str | None
    municipality: str | None


@strawberry.type
class Domain:
    """What is delegated."""

    code: strawberry.ID


@strawberry.type
class Delegation:
    """A domain in somebody's hands."""

    id: strawberry.ID
    domain: Domain
    status: MandateStatus
    valid_from: str


@strawberry.type
class AccessManager:
    """A mandate."""

    id: strawberry.ID
    role: AccessManagerRole
    status: MandateStatus
    valid_from: str
    delegations: list[Delegation]


def form_and_address(said: records.Enterprise) -> tuple[CodeLabel, Address]:
    """Form and seat of an enterprise of the data."""
    form, seat = said.juridical_form, said.address
    return (
        CodeLabel(code=form.code, label=form.label),
        Address(
            street=seat.street,
            house_number=seat.house_number,
            postal_code=seat.postal_code,
            municipality=seat.municipality,
        ),
    )


def manager(said: records.AccessManager) -> AccessManager:
    """A mandate of the data."""
    return AccessManager(
        id=strawberry.ID(said.id),
        role=AccessManagerRole(said.role),
        status=MandateStatus(said.status),
        valid_from=said.valid_from,
        delegations=[
            Delegation(
                id=strawberry.ID(each.id),
                domain=Domain(code=strawberry.ID(each.domain.code)),
                status=MandateStatus(each.status),
                valid_from=each.valid_from,
            )
            for each in said.delegations
        ],
    )
