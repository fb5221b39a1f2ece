"""Writes what changes make true, and the changes into the log.

A position is taken from the one head row, last in the writing transaction: writers queue from there to their commit, so
that no reader can see a position before every smaller one, and a transaction undone leaves no gap. From there on each
trip to the database is waited for by everybody who writes; so on PostgreSQL there is one more before the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.changes import Change
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate, Standing
from datasources.register.changes import BELL, chained, change_row
from datasources.register.database import WriteSession
from datasources.register.direct import Direct
from datasources.register.failures import VersionMoved
from datasources.register.payloads import payload
from datasources.register.rows import delegation_row, mandate_row
from datasources.register.tables import changes, delegations, enterprises, head, mandates
from datasources.register.together import Insert, One, Rows, together

_MANDATES, _DELEGATIONS, _CHANGES = Insert(mandates, instead=True), Insert(delegations, instead=True), Insert(changes)

_NEXT_VERSION = Direct(
    update(enterprises)
    .where(enterprises.c.number == bindparam("n"), enterprises.c.version == bindparam("before"))
    .values(version=bindparam("after"))
    .returning(enterprises.c.version)
)


def _first_version(dialect: str) -> Direct:
    module = postgresql if dialect == "postgresql" else sqlite
    statement = module.insert(enterprises).values(number=bindparam("n"), version=bindparam("after"))
    met = statement.on_conflict_do_update(
        index_elements=[enterprises.c.number],
        set_={"version": statement.excluded.version},
        where=enterprises.c.version == 0,
    )
    return Direct(met.returning(enterprises.c.version))


_FIRST_VERSION = {dialect: _first_version(dialect) for dialect in ("postgresql", "sqlite")}
_TAKING = update(head).where(head.c.id == 1).values(position=head.c.position + bindparam("count"))
_TAKE = Direct(_TAKING.returning(head.c.position, head.c.hash))
_STOOD_AT = select(enterprises.c.version).where(enterprises.c.number == bindparam("n")).scalar_subquery()
_TAKE_FROM = Direct(_TAKING.returning(head.c.position, head.c.hash, func.coalesce(_STOOD_AT, 0)))
"""Says too which version the enterprise had before all that is written in the same trip."""
_CLOSED = update(head).where(head.c.id == 1).values(hash=bindparam("newest"))
_CLOSE = {
    "postgresql": Direct(_CLOSED.returning(func.pg_notify(literal(BELL), literal("")))),
    "sqlite": Direct(_CLOSED),
}

_MOVED = "the enterprise has another version by now"

Behind = Callable[[tuple[Change, ...]], Sequence[Rows | One]]
"""What is written beside the changes once their positions are known; where something is, the last is a `One`."""


def _nothing(recorded: tuple[Change, ...]) -> Sequence[Rows | One]:
    return ()


async def record(
    session: WriteSession, recorded: Sequence[Change], *, beside: Sequence[Rows | One] = (), behind: Behind = _nothing
) -> tuple[Change, ...]:
    """Write what the changes make true, then the changes; the last thing to do before leaving the transaction.

    `beside` and `behind` are sent in the same trips: what is written with the state, and with the log. The changes come
    from a chart read under lock (`chart_locked`), an enterprise's versions following the stored one. Answers them with
    their positions. Raises VersionMoved where they do not follow, RegisterConflict as `together` does; constraints
    raise RegisterConflict here or when the session is left.
    """
    if not recorded:
        return ()
    parts: list[Rows | One] = [*beside]
    states: dict[UUID, Mandate] = {change.mandate.id: change.mandate for change in recorded if change.mandate}
    # What ended goes first: the unique indexes look at every row as it is written, not at the end of the statement.
    written = sorted(states.values(), key=lambda mandate: mandate.standing is not Standing.ENDED)
    if written:
        parts.append(Rows(_MANDATES, [mandate_row(mandate) for mandate in written]))
    entrusted = [delegation_row(mandate, delegation) for mandate in written for delegation in mandate.delegations]
    if entrusted:
        entrusted.sort(key=lambda row: row["standing"] != Standing.ENDED.value)
        parts.append(Rows(_DELEGATIONS, entrusted))
    last, newest = await _advance(session, recorded, parts)
    return await _append(session, recorded, last, newest, behind)


async def _advance(session: WriteSession, recorded: Sequence[Change], parts: list[Rows | One]) -> tuple[int, bytes]:
    """Write the versions and the parts, and take positions: the last of them, and the hash of the one before."""
    dialect, count = session.dialect.name, len(recorded)
    versions = [_version(dialect, group) for group in _by_enterprise(recorded)]
    if dialect == "postgresql" and len(versions) == 1:
        ((version, before),) = versions
        take = One(_TAKE_FROM, {"count": count, "n": version.values["n"]})
        ((last, newest, stood_at),) = await together(session, [version, *parts], take)
        if stood_at != before:
            raise VersionMoved(_MOVED)
        return last, newest
    for version, _ in versions:
        if not await version.statement.rows(session, version.values):
            raise VersionMoved(_MOVED)
    ((last, newest),) = await together(session, parts, One(_TAKE, {"count": count}))
    return last, newest


def _by_enterprise(recorded: Sequence[Change]) -> list[list[Change]]:
    def number(change: Change) -> EnterpriseNumber:
        return change.enterprise

    return [list(group) for _, group in groupby(sorted(recorded, key=number), number)]


def _version(dialect: str, group: Sequence[Change]) -> tuple[One, int]:
    """The statement that takes an enterprise to the version after its changes, and the version before."""
    versions = [change.enterprise_version for change in group]
    before = versions[0] - 1
    if versions != list(range(before + 1, before + 1 + len(versions))):
        raise VersionMoved("versions of one enterprise must rise by one")
    values = {"n": group[0].enterprise, "after": versions[-1]}
    if before == 0:
        return One(_FIRST_VERSION[dialect], values), before
    return One(_NEXT_VERSION, {**values, "before": before}), before


async def _append(
    session: WriteSession, recorded: Sequence[Change], last: int, newest: bytes, behind: Behind
) -> tuple[Change, ...]:
    placed: list[Change] = []
    rows: list[dict[str, Any]] = []
    for position, change in enumerate(recorded, last - len(recorded) + 1):
        said = payload(change)
        previous, newest = newest, chained(newest, said)
        rows.append(change_row(change, position, said, previous, newest))
        placed.append(replace(change, position=position))
    parts = [Rows(_CHANGES, rows), One(_CLOSE[session.dialect.name], {"newest": newest}), *behind(tuple(placed))]
    *first, final = parts
    assert isinstance(final, One), "what is written behind the changes ends with one statement"
    await together(session, first, final)
    return tuple(placed)
