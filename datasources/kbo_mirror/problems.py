"""Why an extract was not taken. Every message is one sentence for whoever runs the import, and holds no row's content.

ImportRefused
├── ExtractUnreadable       no extract, damaged, of another shape, or unsafe to open
├── OutOfSequence           older than the one in use, or an update that goes with another extract
├── TooMuchRejected         more rows break the format than the settings allow
├── ImportUnderWay          another import is loading into this database
└── DatabaseFailed          the database did not take it: full, lost, or locked
"""

from __future__ import annotations

import errno
import sqlite3

import asyncpg

from datasources.register.failures import RegisterFailure


class ImportRefused(Exception):
    """The extract was not taken; the one in use stands as it stood."""


class ExtractUnreadable(ImportRefused):
    """No extract, damaged, of another shape, or unsafe to open."""


class OutOfSequence(ImportRefused):
    """The extract does not follow the one in use."""


class TooMuchRejected(ImportRefused):
    """More rows break the format than the settings allow."""


class ImportUnderWay(ImportRefused):
    """Another import is loading into this database."""


class DatabaseFailed(ImportRefused):
    """The database did not take it."""


DATABASE_FAILURES = (
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    RegisterFailure,
)
"""What may come out of the drivers while an extract is loaded."""


def database_failed(error: Exception) -> DatabaseFailed:
    """The sentence for a failure of the database; only its code is told, for a message may hold a row."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or type(error).__name__
    full = (
        isinstance(error, asyncpg.DiskFullError)
        or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
        or code == "SQLITE_FULL"
    )
    if full:
        return DatabaseFailed("The disk of the database is full.")
    if code in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return DatabaseFailed("The database stayed locked by others.")
    return DatabaseFailed(f"The database did not take it ({code}).")
