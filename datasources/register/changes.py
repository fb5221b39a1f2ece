"""The log of changes: positions 1, 2, 3 … in the order of commits, each row chained to the one before, never altered.

A position is taken from the one head row, last in the writing transaction: writers queue from there to their commit, so
that no reader can see a position before every smaller one, and a transaction undone leaves no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.changes import Change
from btb.filters import EVERYTHING, ChangeFilter
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate, Standing
from datasources.register.among import among
from datasources.register.database import Database, Session, WriteSession
from datasources.register.direct import Direct
from datasources.register.failures import VersionMoved
from datasources.register.payloads import change_of, payload
from datasources.register.rows import delegation_row, mandate_row
from datasources.register.tables import changes, delegations, enterprises, head, mandates

BELL = "btb_changes"
"""The PostgreSQL channel that is rung with every new position: a nudge, never the data."""


def _upsert(table: Table, dialect: str) -> Direct:
    module = postgresql if dialect == "postgresql" else sqlite
    statement = module.insert(table)
    taken = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return Direct(statement.on_conflict_do_update(index_elements=[table.c.id], set_=taken))


_UPSERTS = {(table.name, d): _upsert(table, d) for table in (mandates, delegations) for d in ("postgresql", "sqlite")}

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
_TAKE = Direct(
    update(head)
    .where(head.c.id == 1)
    .values(position=head.c.position + bindparam("count"))
    .returning(head.c.position, head.c.hash)
)
_APPEND = Direct(insert(changes))
_CLOSED = update(head).where(head.c.id == 1).values(hash=bindparam("newest"))
_CLOSE = {
    "postgresql": Direct(_CLOSED.returning(func.pg_notify(literal(BELL), literal("")))),
    "sqlite": Direct(_CLOSED),
}

_LOG = select(changes.c.position, changes.c.payload).order_by(changes.c.position)
_AFTER = Direct(_LOG.where(changes.c.position > bindparam("after")).limit(bindparam("most")))


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands."""

    epoch: UUID
    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class LogPage:
    """What of the log passed a filter, and how far the log was read: everything up to `through` that passes is here."""

    changes: tuple[Change, ...]
    through: int
    has_more: bool


def chained(previous: bytes, said: bytes) -> bytes:
    """The hash of a change: SHA-256 over the hash before it and its payload. Before the first stand 32 zero bytes."""
    return sha256(previous + said).digest()


async def record(session: WriteSession, recorded: Sequence[Change]) -> tuple[Change, ...]:
    """Write what the changes make true, then the changes; the last thing to do before leaving the transaction.

    The changes come from a chart read under lock (`chart_locked`), an enterprise's versions following the stored one.
    Answers them with their positions. Raises VersionMoved where they do not follow; constraints raise RegisterConflict
    when the session is left.
    """
    if not recorded:
        return ()
    dialect = session.dialect.name
    await _advance_versions(session, recorded, dialect)
    states: dict[UUID, Mandate] = {change.mandate.id: change.mandate for change in recorded if change.mandate}
    # What ended goes first: the unique indexes look at every row as it is written, not at the end of the statement.
    written = sorted(states.values(), key=lambda mandate: mandate.standing is not Standing.ENDED)
    if written:
        await _UPSERTS["mandates", dialect].each(session, [mandate_row(mandate) for mandate in written])
    entrusted = [delegation_row(mandate, delegation) for mandate in written for delegation in mandate.delegations]
    if entrusted:
        entrusted.sort(key=lambda row: row["standing"] != Standing.ENDED.value)
        await _UPSERTS["delegations", dialect].each(session, entrusted)
    return await _append(session, recorded, dialect)


async def _advance_versions(session: WriteSession, recorded: Sequence[Change], dialect: str) -> None:
    def number(change: Change) -> EnterpriseNumber:
        return change.enterprise

    for enterprise, group in groupby(sorted(recorded, key=number), number):
        versions = [change.enterprise_version for change in group]
        before = versions[0] - 1
        if versions != list(range(before + 1, before + 1 + len(versions))):
            raise VersionMoved("versions of one enterprise must rise by one")
        values = {"n": enterprise, "before": before, "after": versions[-1]}
        if before == 0:
            del values["before"]
        if not await (_NEXT_VERSION if before else _FIRST_VERSION[dialect]).rows(session, values):
            raise VersionMoved("the enterprise has another version by now")


async def _append(session: WriteSession, recorded: Sequence[Change], dialect: str) -> tuple[Change, ...]:
    payloads = [payload(change) for change in recorded]
    [(last, newest)] = await _TAKE.rows(session, {"count": len(recorded)})
    placed: list[Change] = []
    rows: list[dict[str, Any]] = []
    for position, (change, said) in enumerate(zip(recorded, payloads, strict=True), last - len(recorded) + 1):
        previous, newest = newest, chained(newest, said)
        rows.append(change_row(change, position, said, previous, newest))
        placed.append(replace(change, position=position))
    await _APPEND.each(session, rows)
    await _CLOSE[dialect].rows(session, {"newest": newest})
    return tuple(placed)


def change_row(change: Change, position: int, said: bytes, previous: bytes, newest: bytes) -> dict[str, Any]:
    """A change as a row of the log: `said` is its payload, `newest` its hash."""
    mandate, delegation = change.mandate, change.delegation
    return {
        "position": position,
        "id": change.id,
        "enterprise": change.enterprise,
        "enterprise_version": change.enterprise_version,
        "type": change.type.value,
        "cause": change.cause.value,
        "person": None if mandate is None else mandate.person,
        "mandate": None if mandate is None else mandate.id,
        "mandate_ended": None if mandate is None else mandate.standing is Standing.ENDED,
        "role": None if change.role is None else change.role.value,
        "domain": change.domain,
        "delegation": None if delegation is None else delegation.id,
        "effective_at": change.effective_at,
        "recorded_at": change.recorded_at,
        "actor": change.actor,
        "payload": said.decode(),
        "previous_hash": previous,
        "hash": newest,
    }


async def current_head(session: Session) -> Head:
    """Where the log stands now."""
    epoch, position, newest = (await session.execute(select(head.c.epoch, head.c.position, head.c.hash))).one()
    return Head(epoch, position, newest)


async def changes_after(session: Session, position: int, limit: int) -> tuple[Change, ...]:
    """The next changes in order, at most `limit`."""
    rows = await _AFTER.rows(session, {"after": position, "most": limit})
    return tuple([change_of(said, place) for place, said in rows])


async def page_after(session: Session, position: int, limit: int, asked: ChangeFilter = EVERYTHING) -> LogPage:
    """The next changes that pass the filter, at most `limit`; an empty page may still read on (`has_more`).

    A domain is judged on what a change says, so that such a page reads a bounded stretch of the log and may be short.
    """
    newest = (await current_head(session)).position
    statement = _LOG.where(changes.c.position > position, changes.c.position <= newest)
    values: dict[str, Any] = {}
    if asked.enterprises is not None:
        statement = statement.where(among(changes.c.enterprise, EnterpriseNumber, "numbers"))
        values["numbers"] = asked.enterprises
    if asked.types is not None:
        statement = statement.where(changes.c.type.in_(sorted(word.value for word in asked.types)))
    stretch = limit if asked.domains is None else max(limit, 1000)
    rows = await _read(session, statement.limit(stretch), values)
    passed = tuple(change for change in rows if asked.passes(change))
    if len(passed) > limit:
        return LogPage(passed[:limit], _position(passed[limit - 1]), True)
    if len(rows) == stretch:
        through = _position(rows[-1])
        return LogPage(passed, through, through < newest)
    return LogPage(passed, max(newest, position), False)


async def change_at(session: Session, position: int) -> Change | None:
    """The change at one position."""
    found = await _read(session, _LOG.where(changes.c.position == position))
    return found[0] if found else None


async def _read(session: Session, statement: Select[Any], values: dict[str, Any] | None = None) -> tuple[Change, ...]:
    rows = (await session.execute(statement, values or {})).all()
    return tuple([change_of(said, position) for position, said in rows])


def _position(change: Change) -> int:
    assert change.position is not None
    return change.position


class RegisterLog:
    """The log as the feed reads it: each call a session of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def head(self) -> int:
        """Position of the newest change; 0 for none. Raises RegisterUnavailable."""
        async with self._database.reading() as session:
            return (await current_head(session)).position

    async def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        """The next changes in order, at most `limit`. Raises RegisterUnavailable."""
        async with self._database.reading() as session:
            return await changes_after(session, position, limit)
