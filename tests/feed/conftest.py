"""A replica over each kind of database, with its register open beside it for those who write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasources.register.database import Database, Patience
from tests.feed.running import Server, serving


@pytest.fixture
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Server]:
    """A replica, once over SQLite and once over PostgreSQL."""
    async with serving(tmp_path, database_url) as started:
        yield started


@pytest.fixture
async def register(server: Server) -> AsyncIterator[Database]:
    """The register of that replica, as another process has it open."""
    database = Database.open(server.url, Patience(waiting=20.0))
    yield database
    await database.close()
