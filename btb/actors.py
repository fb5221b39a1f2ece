"""Who is speaking.

Actor
├── Anonymous   nobody has said who they are
├── Citizen     a person who logged in, with the assurance level of that login
└── Client      a machine: a consuming system, a dashboard, an operator's tool
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from btb.identifiers import NationalNumber
from btb.persons import Identity, PersonId


class Scope(StrEnum):
    """What a token may open; other scope names are ignored."""

    MANDATES_READ = "btb:mandates:read"
    FEED_READ = "btb:feed:read"
    FEED_ACKNOWLEDGE = "btb:feed:acknowledge"
    PERSON_IDENTIFY = "btb:person:identify"
    STATISTICS_READ = "btb:statistics:read"
    APPLICATIONS_MANAGE = "btb:applications:manage"
    OPERATE = "btb:operate"


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody unknown: may ask what anybody may know."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person who logged in. `assurance` is CSAM's level (500 eID, 450 itsme, 400, 300, 100).

    `others` are ids of ours under which the same person was met as somebody else (see `btb.persons.Identity`).
    """

    person: PersonId
    national_number: NationalNumber
    assurance: int
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = None
    others: frozenset[PersonId] = frozenset()

    def is_named(self, person: PersonId | None) -> bool:
        """Whether that id names this person, or did."""
        return Identity(self.person, self.others).has(person)


@dataclass(frozen=True, slots=True)
class Client:
    """A machine. `system` is the access-management system it speaks for, `owner` the public service it belongs to."""

    client: str
    scopes: frozenset[Scope]
    system: str | None = None
    owner: str | None = None
    expires_at: datetime | None = None


Actor: TypeAlias = Anonymous | Citizen | Client


class ActorKind(StrEnum):
    """Who did something: a person, a machine client, or the register itself following an authentic source or time."""

    PERSON = "PERSON"
    CLIENT = "CLIENT"
    REGISTER = "REGISTER"


@dataclass(frozen=True, slots=True)
class ActorReference:
    """Who did it, as it is kept with what was done: never a national number."""

    kind: ActorKind
    person: PersonId | None = None
    client: str | None = None


REGISTER = ActorReference(ActorKind.REGISTER)


def reference(actor: Citizen | Client) -> ActorReference:
    """How an actor is written down."""
    match actor:
        case Citizen():
            return ActorReference(ActorKind.PERSON, person=actor.person)
        case Client():
            return ActorReference(ActorKind.CLIENT, client=actor.client)
