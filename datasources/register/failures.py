"""How our database can fail, in words that repeat nothing of what was asked or stored.

RegisterFailure
├── RegisterUnavailable     nothing was written: out of reach, too slow, too busy or full; ask again later
├── OutcomeUnknown          lost while committing: written or not; ask again with the same idempotency key
├── RegisterConflict        a constraint refused what another writer made impossible; nothing was written
└── VersionMoved            changes were decided on a chart that is not the stored one; nothing was written
"""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_RETRYABLE_CLASSES = ("08", "25P0", "40", "53", "55", "57", "58")
"""SQLSTATE: connection, idle transaction ended, serialisation and deadlock, resources, locks, cancelled, system."""

_UNDONE_CLASSES = ("23", "40", "53")
"""SQLSTATE that PostgreSQL answers to COMMIT only after it has rolled back."""


class RegisterFailure(Exception):
    """The database did not do what was asked. `reason` is a word or code for operators, never data."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class RegisterUnavailable(RegisterFailure):
    """Nothing was written; ask again later."""


class OutcomeUnknown(RegisterFailure):
    """The connection was lost while committing: everything was written, or nothing."""


class RegisterConflict(RegisterFailure):
    """A constraint of the database refused; `reason` names it where the engine does."""


class VersionMoved(RegisterFailure):
    """The changes do not follow the stored version of their enterprise."""


DATABASE_ERRORS = (DBAPIError, PoolTimeout, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Everything that may come out of a driver. Raw ones come from connecting, which SQLAlchemy does not translate."""


def failure(error: Exception) -> RegisterFailure | None:
    """What an error means before COMMIT was sent; None where it is a bug of ours (SQL that cannot be)."""
    if isinstance(error, IntegrityError):
        return RegisterConflict(_constraint(error))
    if isinstance(error, DBAPIError):
        code = _code(error)
        if code == "SQLITE_ERROR":
            return None  # what SQLite says of SQL that cannot be; the driver calls it operational
        retryable = (
            error.connection_invalidated
            or isinstance(error, OperationalError | InterfaceError | InternalError)
            or (code is not None and code.startswith(_RETRYABLE_CLASSES))
        )
        return RegisterUnavailable(code or type(error).__name__) if retryable else None
    return RegisterUnavailable(type(error).__name__)


def failure_at_commit(error: Exception) -> RegisterFailure:
    """What an error means once COMMIT was sent: unknown, but where the engine says that it rolled back."""
    if isinstance(error, IntegrityError):
        return RegisterConflict(_constraint(error))
    code = _code(error) if isinstance(error, DBAPIError) else None
    if code is not None and (code.startswith(("SQLITE_FULL", "SQLITE_BUSY")) or code[:2] in _UNDONE_CLASSES):
        return RegisterUnavailable(code)
    return OutcomeUnknown(code or type(error).__name__)


def _code(error: DBAPIError) -> str | None:
    """SQLSTATE of PostgreSQL, or SQLite's name of the error."""
    for holder in (error.orig, getattr(error.orig, "__cause__", None)):
        for attribute in ("sqlite_errorname", "sqlstate"):
            code = getattr(holder, attribute, None)
            if isinstance(code, str):
                return code
    return None


def _constraint(error: IntegrityError) -> str:
    """PostgreSQL names the constraint. SQLite names an index by its name or by its columns, never by values."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    if isinstance(name, str):
        return name
    text = str(error.orig).rpartition("constraint failed: ")[2]
    return text if text.replace(".", "").replace(", ", "").replace("_", "").isalnum() else "constraint"
