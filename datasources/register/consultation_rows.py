"""What is shown of persons, as rows: in the binary form of PostgreSQL's COPY, some hundreds for one question.

A question shows a hundred enterprises' people, and each of them is a row. Two things make that cheap for the database:
no expression is worked out for a row, and the ids of what is shown together are made by counting on from one (`ids`),
so that their places in the index are neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Self

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId
from datasources.register.columns import actor_text, microseconds
from datasources.register.ids import new_id

COLUMNS: Final = ("id", "at", "actor", "purpose", "subject", "what", "enterprise")
"""In this order, so that what all rows have in common stands together."""
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_ROW: Final = len(COLUMNS).to_bytes(2, "big") + (16).to_bytes(4, "big")
_UUID: Final = (16).to_bytes(4, "big")
_NULL: Final = b"\xff\xff\xff\xff"
_END: Final = b"\xff\xff"


class Shown(NamedTuple):
    """One person's data, shown for one enterprise or for none. `what` names the data, not its content.

    The person's id as an integer and the enterprise's digits: a level of a question looks some hundreds of these up
    again and again, and hashing what they stand for would cost more than writing them down.
    """

    person: int
    enterprise: str | None
    what: str

    @classmethod
    def of(cls, person: PersonId, enterprise: EnterpriseNumber | None, what: str) -> Self:
        """What is shown of a person."""
        return cls(person.int, None if enterprise is None else enterprise.digits, what)


class Disclosed(NamedTuple):
    """All that one reader is shown at one moment, and what for."""

    at: datetime
    actor: ActorReference
    purpose: str | None
    shown: Sequence[Shown]


def copied(disclosed: Iterable[Disclosed]) -> bytes:
    """One row for each that is shown to each reader, with the columns in the order of COLUMNS."""
    rows, identity = [_SIGNATURE], new_id().int
    for at, actor, purpose, shown in disclosed:
        moment, reader = _field(microseconds(at).to_bytes(8, "big", signed=True)), _field(actor_text(actor).encode())
        common = moment + reader + (_NULL if purpose is None else _field(purpose.encode())) + _UUID
        kinds = {what: _field(what.encode()) for what in {one.what for one in shown}}
        for person, enterprise, what in shown:
            known = _NULL if enterprise is None else _field(enterprise.encode())
            rows += _ROW, identity.to_bytes(16, "big"), common, person.to_bytes(16, "big"), kinds[what], known
            identity += 1
    rows.append(_END)
    return b"".join(rows)


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value
