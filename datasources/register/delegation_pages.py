"""An enterprise's delegations page by page, however many there have ever been."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, or_, select, tuple_

from btb.identifiers import EnterpriseNumber
from btb.mandates import Delegation, DelegationId, MandateId, MandateStatus
from datasources.register.database import Session
from datasources.register.rows import DELEGATION_COLUMNS, delegation_of_row
from datasources.register.tables import delegations, mandates


@dataclass(frozen=True, slots=True)
class DelegationKey:
    """Where a page ends: hand it back to read on."""

    granted_at: datetime
    id: DelegationId


@dataclass(frozen=True, slots=True)
class DelegationPage:
    """Delegations, oldest grant first, each with its mandate's id; `total` counts all that were asked, not the page."""

    delegations: tuple[tuple[MandateId, Delegation], ...]
    total: int
    has_more: bool

    @property
    def end(self) -> DelegationKey | None:
        """Where to read on; None for an empty page."""
        if not self.delegations:
            return None
        last = self.delegations[-1][1]
        return DelegationKey(last.granted_at, last.id)


async def delegation_page(
    session: Session,
    enterprise: EnterpriseNumber,
    at: datetime,
    statuses: Collection[MandateStatus],
    first: int,
    after: DelegationKey | None = None,
    domain: str | None = None,
) -> DelegationPage:
    """At most `first` delegations whose status at the moment is one of those asked."""
    joined = delegations.join(mandates, delegations.c.mandate == mandates.c.id)
    asked = [
        delegations.c.enterprise == enterprise,
        _status(at).in_([status.value for status in statuses]),
    ]
    if domain is not None:
        asked.append(delegations.c.domain == domain)
    total = await session.scalar(select(func.count()).select_from(joined).where(*asked))
    place = tuple_(delegations.c.granted_at, delegations.c.id)
    if after is not None:
        asked.append(place > tuple_(after.granted_at, after.id, types=[column.type for column in place]))
    page = (
        select(delegations.c.mandate, *DELEGATION_COLUMNS)
        .select_from(joined)
        .where(*asked)
        .order_by(delegations.c.granted_at, delegations.c.id)
        .limit(first + 1)
    )
    rows = (await session.execute(page)).all()
    found = tuple((MandateId(row[0]), delegation_of_row(row[1:])) for row in rows[:first])
    return DelegationPage(found, total or 0, len(rows) > first)


def _status(at: datetime) -> ColumnElement[str]:
    """`Mandate.delegation_status` in SQL; a test holds the two together."""
    return case(
        (_ended(delegations, at), MandateStatus.ENDED.value),
        (delegations.c.valid_from > at, MandateStatus.SCHEDULED.value),
        (_ended(mandates, at), MandateStatus.ENDED.value),
        (mandates.c.valid_from > at, MandateStatus.SCHEDULED.value),
        (mandates.c.suspended_at <= at, MandateStatus.SUSPENDED.value),
        else_=MandateStatus.ACTIVE.value,
    )


def _ended(table: Table, at: datetime) -> ColumnElement[Any]:
    return or_(table.c.ended_at <= at, table.c.valid_until <= at)
