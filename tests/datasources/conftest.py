"""An empty, migrated database for every test that asks for one, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from datasources.kbo_mirror.bulk import IMPORTING
from datasources.register.database import Database
from datasources.register.migrations import migrate


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Opened as an import opens it."""
    await migrate(database_url)
    database = Database.open(database_url, IMPORTING)
    yield database
    await database.close()
