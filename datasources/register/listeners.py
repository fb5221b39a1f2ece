"""Which access-management systems listen to the feed now, at whichever replica: each tells what it has, for a while."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from datasources.register.database import Session, WriteSession
from datasources.register.leases import database_time
from datasources.register.service_tables import listeners


async def tell(session: WriteSession, replica: str, systems: Collection[str], lasting: timedelta) -> None:
    """These systems, and no others, listen at this replica; believed for so long, then forgotten unless told again."""
    module = postgresql if session.dialect.name == "postgresql" else sqlite
    now = await database_time(session)
    until = now + lasting // timedelta(microseconds=1)
    gone = (listeners.c.replica == replica) & listeners.c.system.not_in(sorted(systems))
    await session.execute(delete(listeners).where(gone | (listeners.c.until <= now)))
    if not systems:
        return
    statement = module.insert(listeners)
    prolonged = statement.on_conflict_do_update(
        index_elements=[listeners.c.system, listeners.c.replica], set_={"until": statement.excluded.until}
    )
    await session.execute(prolonged, [{"system": each, "replica": replica, "until": until} for each in sorted(systems)])


async def listening(session: Session) -> frozenset[str]:
    """The systems that listen somewhere."""
    now = await database_time(session)
    found = await session.execute(select(listeners.c.system).where(listeners.c.until > now))
    return frozenset(found.scalars())
