"""Planned and unplanned outages of the service. Every write has the next revision, gapless and in commit order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.enterprises import Language
from datasources.register.applications import texts, words
from datasources.register.database import Session, WriteSession
from datasources.register.service_tables import outages
from datasources.register.tables import head


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage. `kind` and `service` are the contract's words; `ends_at` None while unknown; `notified` partners."""

    id: UUID
    kind: str
    service: str
    starts_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    descriptions: Mapping[Language, str]
    notified: int = 0
    revision: int = 0


async def write_outage(session: WriteSession, outage: Outage) -> int:
    """Announce, or write anew under the same id; answers its revision. Last in the transaction, as with changes."""
    taking = (
        update(head)
        .where(head.c.id == 1)
        .values(outage_revision=head.c.outage_revision + 1)
        .returning(head.c.outage_revision)
    )
    revision: int = (await session.execute(taking)).scalar_one()
    module = postgresql if session.dialect.name == "postgresql" else sqlite
    statement = module.insert(outages).values(
        id=outage.id,
        revision=revision,
        kind=outage.kind,
        service=outage.service,
        starts_at=outage.starts_at,
        ends_at=outage.ends_at,
        resolved_at=outage.resolved_at,
        descriptions=words(outage.descriptions),
        notified=outage.notified,
    )
    taken = {column.name: statement.excluded[column.name] for column in outages.c if not column.primary_key}
    await session.execute(statement.on_conflict_do_update(index_elements=[outages.c.id], set_=taken))
    return revision


async def outage(session: Session, identity: UUID, *, locked: bool = False) -> Outage | None:
    """One outage; `locked` inside a transaction that will write it anew."""
    statement = select(outages).where(outages.c.id == identity)
    row = (await session.execute(statement.with_for_update() if locked else statement)).one_or_none()
    return None if row is None else _of(row)


async def all_outages(session: Session, since: datetime | None = None, limit: int = 500) -> tuple[Outage, ...]:
    """Outages in order of their start; with `since`, those that are not over by that moment."""
    statement = select(outages).order_by(outages.c.starts_at, outages.c.id).limit(limit)
    if since is not None:
        over = func.coalesce(outages.c.resolved_at, outages.c.ends_at)
        statement = statement.where(or_(over.is_(None), over > since))
    return tuple(_of(row) for row in await session.execute(statement))


async def outages_after(session: Session, revision: int, limit: int) -> tuple[Outage, ...]:
    """Outages announced or altered after the revision, in order, each as it stands now."""
    statement = select(outages).where(outages.c.revision > revision).order_by(outages.c.revision).limit(limit)
    return tuple(_of(row) for row in await session.execute(statement))


async def outage_revision(session: Session) -> int:
    """The newest revision; 0 for none."""
    return int((await session.execute(select(head.c.outage_revision))).scalar_one())


def _of(row: Row[tuple[object, ...]]) -> Outage:
    return Outage(
        row.id,
        row.kind,
        row.service,
        row.starts_at,
        row.ends_at,
        row.resolved_at,
        texts(row.descriptions),
        row.notified,
        row.revision,
    )
