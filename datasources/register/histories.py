"""What happened to enterprises, one by one but all in one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby
from operator import itemgetter

from sqlalchemy import String, and_, bindparam, func, select, type_coerce

from btb.changes import Change
from btb.identifiers import EnterpriseNumber
from datasources.register.among import among
from datasources.register.database import Session
from datasources.register.payloads import change_of
from datasources.register.tables import changes

# An enterprise's versions rise by one with its positions: so its next changes are a stretch of the index that begins
# with the enterprise, and no row behind the page is read.
_FIRST = (
    select(changes.c.enterprise, func.min(changes.c.enterprise_version).label("version"))
    .where(among(changes.c.enterprise, EnterpriseNumber, "numbers"), changes.c.position > bindparam("after"))
    .group_by(changes.c.enterprise)
    .subquery()
)
_NEXT = (
    select(type_coerce(changes.c.enterprise, String), changes.c.position, changes.c.payload)
    .join(
        _FIRST,
        and_(
            changes.c.enterprise == _FIRST.c.enterprise,
            changes.c.enterprise_version >= _FIRST.c.version,
            changes.c.enterprise_version < _FIRST.c.version + bindparam("most"),
        ),
    )
    .order_by(changes.c.enterprise, changes.c.enterprise_version)
)


async def histories(
    session: Session, numbers: Collection[EnterpriseNumber], after: int, limit: int
) -> Mapping[EnterpriseNumber, tuple[Change, ...]]:
    """What happened to each enterprise after a position, oldest first, at most `limit` for each."""
    answer: dict[EnterpriseNumber, tuple[Change, ...]] = dict.fromkeys(numbers, ())
    if not numbers:
        return answer
    found = await session.execute(_NEXT, {"numbers": numbers, "after": after, "most": limit})
    for digits, rows in groupby(found, itemgetter(0)):
        answer[EnterpriseNumber(digits)] = tuple([change_of(said, position) for _, position, said in rows])
    return answer
