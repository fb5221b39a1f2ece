"""Ids that turned out to be other people's, for as long as something may stand in the register under them.

A replica that had not heard of it may still write under such an id, for as long as it remembers whom a number names.
So each is looked after for a while, and only then left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import and_, select, update

from btb.identifiers import EnterpriseNumber
from btb.persons import Identity, PersonId
from datasources.register.among import among
from datasources.register.charts import NOT_ENDED
from datasources.register.database import Session, WriteSession
from datasources.register.tables import mandates, persons

LOOKED_AFTER = timedelta(minutes=3)
"""Longer than a replica remembers whom a number names and than a request may last after that, together."""

_AT_ONCE = 500

_UNSETTLED = (
    select(persons.c.id, persons.c.absorbed_by, persons.c.unsettled_until)
    .where(persons.c.unsettled_until.is_not(None))
    .order_by(persons.c.unsettled_until)
    .limit(_AT_ONCE)
    .subquery()
)
_HELD = (
    select(_UNSETTLED, mandates.c.enterprise)
    .select_from(_UNSETTLED.outerjoin(mandates, and_(mandates.c.person == _UNSETTLED.c.id, NOT_ENDED)))
    .order_by(_UNSETTLED.c.id)
)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A former id, the person it names now, and the enterprises in which something stands under it yet."""

    former: PersonId
    person: PersonId
    until: datetime
    enterprises: frozenset[EnterpriseNumber]

    @property
    def identity(self) -> Identity:
        """The person under both."""
        return Identity(self.person, frozenset((self.former,)))


async def unsettled(session: Session) -> Sequence[Unsettled]:
    """Those to look after, some hundreds at most; one statement, nearly always over nothing."""
    rows = (await session.execute(_HELD)).all()
    return [
        Unsettled(former, person, until, frozenset(row[3] for row in several if row[3] is not None))
        for (former, person, until), several in groupby(rows, itemgetter(0, 1, 2))
    ]


async def settle(session: WriteSession, formers: Collection[PersonId], now: datetime) -> None:
    """Leave those alone for good of which nobody can know less by now than we do."""
    over = and_(among(persons.c.id, UUID, "formers"), persons.c.unsettled_until <= now)
    await session.execute(update(persons).where(over).values(unsettled_until=None), {"formers": formers})
