"""Who consulted whose data: written before the answer leaves, read by the person concerned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId
from datasources.register.columns import actor_text, microseconds
from datasources.register.database import Session, WriteSession
from datasources.register.direct import fetch
from datasources.register.ids import new_id
from datasources.register.tables import consultations


class Consultation(NamedTuple):
    """One disclosure of one person's data to somebody else. `what` names what was shown, never its content."""

    id: UUID
    at: datetime
    subject: PersonId
    actor: ActorReference
    what: str
    enterprise: EnterpriseNumber | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class ConsultationKey:
    """Where a page ends: hand it back to read on."""

    at: datetime
    id: UUID


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


_ALIKE = (
    "INSERT INTO consultations (id, at, subject, actor, what, enterprise, purpose) SELECT gen_random_uuid(),"
    " CAST($1 AS bigint), subject, CAST($2 AS varchar), CAST($3 AS varchar), enterprise,"
    " CAST($4 AS varchar) FROM unnest(CAST($5 AS uuid[]), CAST($6 AS varchar[])) AS shown (subject, enterprise)"
)
"""What one question shows differs in two columns: two parameters for some hundreds of rows, not seven for each."""


async def record_consultations(
    session: WriteSession, at: datetime, actor: ActorReference, purpose: str | None, shown: Sequence[Shown]
) -> None:
    """Write down what somebody is shown, one statement a kind of data. What cannot be written must not be shown."""
    if session.dialect.name != "postgresql":
        rows = [
            {
                "id": new_id(),
                "at": at,
                "subject": UUID(int=one.person),
                "actor": actor,
                "what": one.what,
                "enterprise": None if one.enterprise is None else EnterpriseNumber(one.enterprise),
                "purpose": purpose,
            }
            for one in shown
        ]
        if rows:
            await session.execute(insert(consultations), rows)
        return
    for what in dict.fromkeys([one.what for one in shown]):
        alike = [one for one in shown if one.what == what]
        people, concerned = [f"{one.person:032x}" for one in alike], [one.enterprise for one in alike]
        await fetch(session, _ALIKE, microseconds(at), actor_text(actor), what, purpose, people, concerned)


async def consultations_of(
    session: Session, subjects: Collection[PersonId], first: int, before: ConsultationKey | None = None
) -> tuple[Consultation, ...]:
    """The newest consultations of one person by all their ids, at most `first`, before the key where one is given."""
    table = consultations.c
    statement = select(
        table.id, table.at, table.subject, table.actor, table.what, table.enterprise, table.purpose
    ).where(table.subject.in_(subjects))
    if before is not None:
        place = tuple_(table.at, table.id)
        statement = statement.where(place < tuple_(before.at, before.id, types=[column.type for column in place]))
    rows = await session.execute(statement.order_by(table.at.desc(), table.id.desc()).limit(first))
    return tuple(Consultation(*row) for row in rows)


async def purge_consultations(session: WriteSession, older_than: datetime) -> int:
    """Remove what is older than its retention, and say how many."""
    return (await session.execute(delete(consultations).where(consultations.c.at < older_than))).rowcount
