"""Reads charts: enterprises with their mandates, each call one statement, so that what it answers was true together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
    union_all,
)

from btb.changes import Change
from btb.chart import Chart, after, replay
from btb.identifiers import EnterpriseNumber
from btb.mandates import Delegation, DelegationId, Mandate, MandateId, Standing
from btb.persons import PersonId
from datasources.register.among import among
from datasources.register.database import Session, WriteSession
from datasources.register.direct import Direct, fetch
from datasources.register.payloads import change_of
from datasources.register.rows import DELEGATION_COLUMNS, MANDATE_COLUMNS, mandates_of_rows
from datasources.register.tables import changes, delegations, enterprises, mandates

NOT_ENDED = mandates.c.standing != literal_column(f"'{Standing.ENDED.value}'")
"""A literal: a partial index is used only for a condition that is known when the statement is planned."""


def _charts(condition: ColumnElement[bool], asked: ColumnElement[bool]) -> Select[Any]:
    joined = enterprises.outerjoin(mandates, and_(mandates.c.enterprise == enterprises.c.number, condition))
    return (
        select(type_coerce(enterprises.c.number, String), enterprises.c.version, *MANDATE_COLUMNS, *DELEGATION_COLUMNS)
        .select_from(joined.outerjoin(delegations, delegations.c.mandate == mandates.c.id))
        .where(asked)
    )


_ONE, _MANY = enterprises.c.number == bindparam("number"), among(enterprises.c.number, EnterpriseNumber, "numbers")
_CHART, _CHARTS = (Direct(_charts(NOT_ENDED, asked)) for asked in (_ONE, _MANY))
_FULL_CHART, _FULL_CHARTS = (Direct(_charts(mandates.c.id.is_not(None), asked)) for asked in (_ONE, _MANY))
"""One has a statement of its own: PostgreSQL plans one with a list anew each time, which for one takes most of it."""

_LOCK_ONE = (
    "INSERT INTO enterprises (number, version) VALUES ($1, 0)"
    " ON CONFLICT (number) DO UPDATE SET version = enterprises.version"
)
_LOCK = (
    "INSERT INTO enterprises (number, version) SELECT number, 0 FROM unnest(CAST($1 AS varchar[])) AS n (number)"
    " ORDER BY number ON CONFLICT (number) DO UPDATE SET version = enterprises.version"
)
"""Locks the rows, made where absent, in one order for everybody: two who lock the same enterprises cannot deadlock."""

_RECORDED = (
    select(type_coerce(changes.c.enterprise, String), changes.c.position, changes.c.payload)
    .where(among(changes.c.enterprise, EnterpriseNumber, "numbers"))
    .order_by(changes.c.enterprise, changes.c.enterprise_version)
)

_MANDATES = select(*MANDATE_COLUMNS, *DELEGATION_COLUMNS).select_from(
    mandates.outerjoin(delegations, delegations.c.mandate == mandates.c.id)
)


async def charts(
    session: Session, numbers: Collection[EnterpriseNumber], *, full: bool = False
) -> Mapping[EnterpriseNumber, Chart]:
    """Every enterprise's version and mandates: those not ended, or all where `full`; delegations always all.

    An enterprise the register has never met has version 0 and no mandates.
    """
    if not numbers:
        return {}
    if len(numbers) == 1:
        found = await (_FULL_CHART if full else _CHART).rows(session, {"number": next(iter(numbers))})
    else:
        found = await (_FULL_CHARTS if full else _CHARTS).rows(session, {"numbers": numbers})
    held: dict[str, list[Mandate]] = {}
    for mandate in mandates_of_rows(found, skip=2):
        held.setdefault(mandate.enterprise.digits, []).append(mandate)
    versions: dict[str, int] = dict(zip(map(itemgetter(0), found), map(itemgetter(1), found), strict=True))
    return {
        number: Chart(number, versions.get(number.digits, 0), tuple(held.get(number.digits, ()))) for number in numbers
    }


async def charts_locked(
    session: WriteSession, numbers: Collection[EnterpriseNumber], *, full: bool = False
) -> Mapping[EnterpriseNumber, Chart]:
    """The charts as nobody else will change them before this transaction ends. First of all locks to be taken.

    SQLite has one writer, who holds everything already.
    """
    if session.dialect.name == "postgresql" and numbers:
        digits = [number.digits for number in numbers]
        await (fetch(session, _LOCK_ONE, digits[0]) if len(digits) == 1 else fetch(session, _LOCK, digits))
    return await charts(session, numbers, full=full)


async def chart_locked(session: WriteSession, number: EnterpriseNumber, *, full: bool = False) -> Chart:
    """One chart under its lock."""
    return (await charts_locked(session, (number,), full=full))[number]


async def charts_as_of(
    session: Session, numbers: Collection[EnterpriseNumber], at: datetime
) -> Mapping[EnterpriseNumber, Chart]:
    """The charts as they had been recorded by the moment, ended mandates included, rebuilt from the log."""
    said = await _recorded(session, numbers, _RECORDED.where(changes.c.recorded_at <= at))
    return {number: replay(number, each) for number, each in said.items()}


async def replayed_charts(session: Session, numbers: Collection[EnterpriseNumber]) -> Mapping[EnterpriseNumber, Chart]:
    """The charts as the whole log makes them, ended mandates included."""
    return {number: replay(number, each) for number, each in (await _recorded(session, numbers, _RECORDED)).items()}


async def charts_as_of_each(
    session: Session, moments: Mapping[EnterpriseNumber, Collection[datetime]]
) -> Mapping[tuple[EnterpriseNumber, datetime], Chart]:
    """As `charts_as_of`, for several moments of each enterprise; its changes are read and replayed once for all."""
    if not moments:
        return {}
    last = max(at for each in moments.values() for at in each)
    said = await _recorded(session, moments.keys(), _RECORDED.where(changes.c.recorded_at <= last))
    found: dict[tuple[EnterpriseNumber, datetime], Chart] = {}
    for number, each in moments.items():
        chart, told = Chart(number), said[number]
        for at in sorted(each):
            until = bisect_right(told, at, key=attrgetter("recorded_at"))
            chart = found[number, at] = after(chart, told[chart.version : until])
    return found


async def _recorded(
    session: Session, numbers: Collection[EnterpriseNumber], statement: Select[Any]
) -> Mapping[EnterpriseNumber, tuple[Change, ...]]:
    if not numbers:
        return {}
    answer: dict[EnterpriseNumber, tuple[Change, ...]] = dict.fromkeys(numbers, ())
    for digits, rows in groupby(await session.execute(statement, {"numbers": numbers}), itemgetter(0)):
        answer[EnterpriseNumber(digits)] = tuple([change_of(payload, position) for _, position, payload in rows])
    return answer


async def mandates_by_id(session: Session, ids: Collection[MandateId]) -> Mapping[MandateId, Mandate]:
    """The mandates known by these ids, ended ones included; an unknown id is absent."""
    if not ids:
        return {}
    statement = _MANDATES.where(among(mandates.c.id, UUID, "ids"))
    found = mandates_of_rows(await session.execute(statement, {"ids": ids}))
    return {mandate.id: mandate for mandate in found}


async def delegations_by_id(
    session: Session, ids: Collection[DelegationId]
) -> Mapping[DelegationId, tuple[Mandate, Delegation]]:
    """The delegations known by these ids, each with its whole mandate; an unknown id is absent."""
    if not ids:
        return {}
    concerned = select(delegations.c.mandate).where(among(delegations.c.id, UUID, "ids"))
    statement = _MANDATES.where(mandates.c.id.in_(concerned))
    found = mandates_of_rows(await session.execute(statement, {"ids": ids}))
    asked = frozenset(ids)
    return {
        delegation.id: (mandate, delegation)
        for mandate in found
        for delegation in mandate.delegations
        if delegation.id in asked
    }


async def mandates_of_persons(
    session: Session, persons: Collection[PersonId], *, full: bool = False
) -> Mapping[PersonId, tuple[Mandate, ...]]:
    """Everything these people hold, in whatever enterprise: what has not ended, or all where `full`."""
    if not persons:
        return {}
    statement = _MANDATES.where(among(mandates.c.person, UUID, "persons"))
    rows = await session.execute(statement if full else statement.where(NOT_ENDED), {"persons": persons})
    answer: dict[PersonId, tuple[Mandate, ...]] = dict.fromkeys(persons, ())
    for mandate in mandates_of_rows(rows):
        answer[mandate.person] += (mandate,)
    return answer


async def enterprises_due(session: Session, now: datetime, limit: int) -> tuple[EnterpriseNumber, ...]:
    """Enterprises in which time alone has changed something that is not recorded yet, the longest waiting first."""
    due = union_all(
        *(select(table.c.enterprise, table.c.due_at).where(table.c.due_at <= now) for table in (mandates, delegations))
    ).subquery()
    statement = select(due.c.enterprise).group_by(due.c.enterprise).order_by(func.min(due.c.due_at)).limit(limit)
    return tuple((await session.execute(statement)).scalars())
