"""The epoch: the name of one unbroken history. Positions mean something only together with it.

A database restored from a backup, or a standby promoted before it had everything, gives out positions again with other
content. PostgreSQL shows both: another cluster has another system identifier, a promotion or a restore to a moment
another timeline. Whether anything was lost only an operator can say: `confirm_epoch` keeps it, `renew_epoch` ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select, text, update

from datasources.register.database import Database, Session, WriteSession
from datasources.register.tables import head

_IDENTITY = text(
    "SELECT CAST(system_identifier AS varchar), substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
    " FROM pg_control_system()"
)


@dataclass(frozen=True, slots=True)
class History:
    """Which cluster and which of its timelines; both None on SQLite, where nothing tells a restored file."""

    system_identifier: str | None
    timeline: int | None


@dataclass(frozen=True, slots=True)
class EpochSuspect:
    """The database is not on the history it was on when the epoch was last confirmed."""

    epoch: UUID
    was: History
    found: History


async def suspicion(database: Database) -> EpochSuspect | None:
    """Asked at every start: None where the history is unbroken. The first start writes down where it is."""
    async with database.working() as session:
        row = (await session.execute(select(head.c.epoch, head.c.system_identifier, head.c.timeline))).one()
        was, found = History(row.system_identifier, row.timeline), await _history(session)
        if was == found:
            return None
        if was == History(None, None):
            await confirm_epoch(session)
            return None
        return EpochSuspect(row.epoch, was, found)


async def confirm_epoch(session: WriteSession) -> None:
    """Nothing was lost: the history found now is the one that belongs to the epoch."""
    found = await _history(session)
    await session.execute(
        update(head).where(head.c.id == 1).values(system_identifier=found.system_identifier, timeline=found.timeline)
    )


async def renew_epoch(session: WriteSession) -> UUID:
    """Begin a new epoch: every cursor given out before is refused, and consumers take a snapshot."""
    epoch = uuid4()
    await session.execute(update(head).where(head.c.id == 1).values(epoch=epoch))
    await confirm_epoch(session)
    return epoch


async def current_epoch(session: Session) -> UUID:
    """The epoch now, for those who look often."""
    found: UUID = (await session.execute(select(head.c.epoch))).scalar_one()
    return found


async def _history(session: Session) -> History:
    if session.dialect.name != "postgresql":
        return History(None, None)
    identifier, timeline = (await session.execute(_IDENTITY)).one()
    return History(identifier, int(timeline, 16))
