"""One suite on both engines: an empty, migrated database for every test, and small extracts of invented enterprises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from datasources.kbo_mirror.bulk import IMPORTING
from datasources.register.database import Database
from datasources.register.migrations import migrate

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, opened as an import opens it."""
    await migrate(database_url)
    database = Database.open(database_url, IMPORTING)
    yield database
    await database.close()
