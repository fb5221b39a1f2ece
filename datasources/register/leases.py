"""Who of several replicas holds a duty: one at a time, by the database's clock, so that no skew shares it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, text
from sqlalchemy.dialects import postgresql, sqlite

from datasources.register.columns import Microseconds
from datasources.register.database import Session, WriteSession
from datasources.register.service_tables import leases

_NOW = {
    "postgresql": text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"),
    "sqlite": text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS integer) * 1000"),
}


async def database_time(session: Session) -> Microseconds:
    """The database's own clock; to the millisecond on SQLite."""
    return int((await session.execute(_NOW[session.dialect.name])).scalar_one())


async def try_hold(session: WriteSession, name: str, holder: str, lasting: timedelta) -> bool:
    """Take the lease where it is free or expired, prolong it where it is ours; whether `holder` holds it now."""
    module = postgresql if session.dialect.name == "postgresql" else sqlite
    now = await database_time(session)
    statement = module.insert(leases).values(name=name, holder=holder, until=now + lasting // timedelta(microseconds=1))
    given = statement.excluded
    taken = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": given.holder, "until": given.until},
            where=or_(leases.c.holder == holder, leases.c.until <= now),
        ).returning(leases.c.holder)
    )
    return taken.one_or_none() is not None


async def release(session: WriteSession, name: str, holder: str) -> None:
    """Give the lease back, if it is ours."""
    await session.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
