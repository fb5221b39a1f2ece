"""The log of changes: positions 1, 2, 3 … in the order of commits, each row chained to the one before, never altered.

How they are written is in `recording`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from btb.changes import Change
from btb.filters import EVERYTHING, ChangeFilter
from btb.identifiers import EnterpriseNumber
from btb.mandates import Standing
from datasources.register.among import among
from datasources.register.database import Database, Session
from datasources.register.direct import Direct
from datasources.register.payloads import change_of
from datasources.register.tables import changes, head

BELL = "btb_changes"
"""The PostgreSQL channel that is rung with every new position: a nudge, never the data."""


_HEAD = Direct(select(head.c.position))
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
            [(position,)] = await _HEAD.rows(session, {})
            return int(position)

    async def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        """The next changes in order, at most `limit`. Raises RegisterUnavailable."""
        async with self._database.reading() as session:
            return await changes_after(session, position, limit)
