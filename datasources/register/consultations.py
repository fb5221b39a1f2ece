"""Who consulted whose data: written before the answer leaves, read by the person concerned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId
from datasources.register.consultation_rows import COLUMNS, Disclosed, Shown, copied
from datasources.register.database import Session, WriteSession
from datasources.register.direct import copy
from datasources.register.ids import new_id
from datasources.register.tables import consultations
from datasources.register.together import Insert, Rows

_ADD = Insert(consultations)
_FEW = 8
"""Rows up to which COPY, which takes two trips, costs more than it spares."""


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


async def record_consultations(
    session: WriteSession, at: datetime, actor: ActorReference, purpose: str | None, shown: Sequence[Shown]
) -> None:
    """Write down what somebody is shown, all of it in one statement. What cannot be written must not be shown."""
    await record_disclosed(session, (Disclosed(at, actor, purpose, shown),))


async def record_disclosed(session: WriteSession, disclosed: Sequence[Disclosed]) -> None:
    """As `record_consultations`, for several readers in the same statement."""
    count = sum(len(each.shown) for each in disclosed)
    if not count:
        return
    if session.dialect.name == "postgresql" and count > _FEW:
        await copy(session, consultations.name, COLUMNS, copied(disclosed))
        return
    await _ADD.write(session, disclosing(disclosed).rows)


def disclosing(disclosed: Sequence[Disclosed]) -> Rows:
    """The same, to be written together with something else; of something that is shown."""
    rows = [
        {
            "id": new_id(),
            "at": each.at,
            "subject": UUID(int=one.person),
            "actor": each.actor,
            "what": one.what,
            "enterprise": None if one.enterprise is None else EnterpriseNumber(one.enterprise),
            "purpose": each.purpose,
        }
        for each in disclosed
        for one in each.shown
    ]
    return Rows(_ADD, rows)


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
