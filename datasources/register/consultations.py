"""Who consulted whose data: written before the answer leaves, read by the person concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import urandom
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, select, text, tuple_

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId
from datasources.register.columns import actor_text, microseconds
from datasources.register.database import Session, WriteSession
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


_ALIKE = text(
    "INSERT INTO consultations (id, at, subject, actor, what, enterprise, purpose) SELECT id, CAST(:at AS bigint),"
    " subject, CAST(:actor AS varchar), CAST(:what AS varchar), enterprise, CAST(:purpose AS varchar) FROM unnest("
    "CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:enterprises AS varchar[]))"
    " AS shown (id, subject, enterprise)"
)
"""What one question shows differs in three columns: three parameters for some hundreds of rows, not seven for each."""


def random_ids(count: int) -> list[UUID]:
    """As many as `uuid4()` called so often, of one draw."""
    drawn = urandom(16 * count)
    return [UUID(bytes=drawn[place : place + 16], version=4) for place in range(0, 16 * count, 16)]


async def record_consultations(session: WriteSession, shown: Sequence[Consultation]) -> None:
    """Write all of them, in one statement. What cannot be written must not be shown."""
    if shown and session.dialect.name == "postgresql" and _alike(shown):
        first = shown[0]
        said = {
            "at": microseconds(first.at),
            "actor": actor_text(first.actor),
            "what": first.what,
            "purpose": first.purpose,
            "ids": [one.id for one in shown],
            "subjects": [one.subject for one in shown],
            "enterprises": [None if one.enterprise is None else one.enterprise.digits for one in shown],
        }
        await session.execute(_ALIKE, said)
    elif shown:
        rows = [
            {
                "id": one.id,
                "at": one.at,
                "subject": one.subject,
                "actor": one.actor,
                "what": one.what,
                "enterprise": one.enterprise,
                "purpose": one.purpose,
            }
            for one in shown
        ]
        await session.execute(insert(consultations), rows)


def _alike(shown: Sequence[Consultation]) -> bool:
    first = shown[0]
    return all(
        one.at is first.at and one.actor is first.actor and one.what == first.what and one.purpose == first.purpose
        for one in shown
    )


async def consultations_of(
    session: Session, subject: PersonId, first: int, before: ConsultationKey | None = None
) -> tuple[Consultation, ...]:
    """The newest consultations of a person's data, at most `first`, those before the key where one is given."""
    table = consultations.c
    statement = select(
        table.id, table.at, table.subject, table.actor, table.what, table.enterprise, table.purpose
    ).where(table.subject == subject)
    if before is not None:
        place = tuple_(table.at, table.id)
        statement = statement.where(place < tuple_(before.at, before.id, types=[column.type for column in place]))
    rows = await session.execute(statement.order_by(table.at.desc(), table.id.desc()).limit(first))
    return tuple(Consultation(*row) for row in rows)


async def purge_consultations(session: WriteSession, older_than: datetime) -> int:
    """Remove what is older than its retention, and say how many."""
    return (await session.execute(delete(consultations).where(consultations.c.at < older_than))).rowcount
