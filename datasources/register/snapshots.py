"""Every mandate that stood at one position of the log, whatever was written since: where a new consumer starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from btb.filters import EVERYTHING, ChangeFilter
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate, MandateId
from datasources.register.among import among
from datasources.register.database import Session
from datasources.register.payloads import change_of
from datasources.register.tables import changes


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """Mandates not ended at the position, in the order of their ids. `end` is None on the last page."""

    mandates: tuple[Mandate, ...]
    end: MandateId | None


async def snapshot_page(
    session: Session,
    position: int,
    limit: int,
    after: MandateId | None = None,
    asked: ChangeFilter = EVERYTHING,
) -> SnapshotPage:
    """The next mandates that belong to the enterprises and domains asked, at most `limit`; a page may be short.

    A mandate stands as its last change up to the position says.
    """
    later = changes.alias("later")
    superseded = exists().where(
        later.c.mandate == changes.c.mandate, later.c.position > changes.c.position, later.c.position <= position
    )
    statement = (
        select(changes.c.payload)
        .where(changes.c.position <= position, changes.c.mandate_ended.is_(False), ~superseded)
        .order_by(changes.c.mandate)
        .limit(limit)
    )
    values: dict[str, Any] = {}
    if after is not None:
        statement = statement.where(changes.c.mandate > after)
    if asked.enterprises is not None:
        statement = statement.where(among(changes.c.enterprise, EnterpriseNumber, "numbers"))
        values["numbers"] = asked.enterprises
    said = (await session.execute(statement, values)).scalars().all()
    standing = [mandate for one in said if (mandate := change_of(one, None).mandate) is not None]
    passed = tuple(mandate for mandate in standing if asked.concerns(mandate))
    return SnapshotPage(passed, standing[-1].id if len(standing) == limit else None)
