"""Which changes are still the last of their enterprises, and which extract is in use, in one statement.

So everything that rests on charts and on facts of the KBO extract, for any number of enterprises, is confirmed at once
and as of one moment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, String, and_, cast, literal_column, null, select, type_coerce, union_all

from datasources.kbo_mirror.facts import Mark
from datasources.kbo_mirror.state import moment_of
from datasources.kbo_mirror.tables import state
from datasources.register.among import among
from datasources.register.database import Session
from datasources.register.direct import Direct
from datasources.register.tables import changes, enterprises


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`last` are those of the changes named that are the last of their enterprises, as the engine's driver has them.

    `extract` is the mark of the extract in use, `read_at` the moment of its facts; None where there is none.
    """

    last: frozenset[Any]
    extract: Mark | None
    read_at: datetime | None


_PLACE = cast(state.c.slot, String) + literal_column("'.'") + cast(state.c.number, String)
_LAST = and_(changes.c.enterprise == enterprises.c.number, changes.c.enterprise_version == enterprises.c.version)
_STATEMENT = Direct(
    union_all(
        select(
            type_coerce(changes.c.id, String).label("change"),
            null().label("imported_at"),
            null().label("place"),
            null().label("snapshot"),
        )
        .select_from(changes.join(enterprises, _LAST))
        .where(among(changes.c.id, UUID, "changes")),
        select(null(), type_coerce(state.c.imported_at, BigInteger), _PLACE, state.c.snapshot),
    )
)


async def confirmed(session: Session, marks: Collection[Any]) -> Confirmed:
    """Of these changes, by the ids that `KeptCharts.mark_of` gave, those that nothing has followed."""
    last: list[Any] = []
    extract: Mark | None = None
    read_at: datetime | None = None
    for change, imported_at, place, snapshot in await _STATEMENT.rows(session, {"changes": marks}):
        if place is None:
            last.append(change)
        else:
            extract, read_at = (imported_at, place), moment_of(date.fromordinal(snapshot))
    return Confirmed(frozenset(last), extract, read_at)
