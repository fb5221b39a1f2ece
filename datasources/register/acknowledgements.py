"""How far each access-management system has confirmed the feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from datasources.register.database import Session, WriteSession
from datasources.register.service_tables import acknowledgements


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A system has applied everything up to and including the position, in that epoch."""

    epoch: UUID
    position: int
    at: datetime


async def acknowledge(session: WriteSession, system: str, confirmed: Acknowledgement) -> Acknowledgement:
    """Keep the confirmation, and answer what is kept: within one epoch it never goes back."""
    module = postgresql if session.dialect.name == "postgresql" else sqlite
    statement = module.insert(acknowledgements).values(
        system=system, epoch=confirmed.epoch, position=confirmed.position, acknowledged_at=confirmed.at
    )
    given = statement.excluded
    forward = or_(given.epoch != acknowledgements.c.epoch, given.position > acknowledgements.c.position)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[acknowledgements.c.system],
            set_={"epoch": given.epoch, "position": given.position, "acknowledged_at": given.acknowledged_at},
            where=forward,
        )
    )
    return (await acknowledged(session))[system]


async def acknowledged(session: Session) -> Mapping[str, Acknowledgement]:
    """What each system has confirmed; a system that never has is absent."""
    table = acknowledgements.c
    rows = await session.execute(select(table.system, table.epoch, table.position, table.acknowledged_at))
    return {system: Acknowledgement(epoch, position, at) for system, epoch, position, at in rows}
