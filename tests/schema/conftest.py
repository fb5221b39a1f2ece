"""The service on SQLite, shared by a module for what only reads; and fresh for a test, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.schema.world import World, opened


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The service on a fresh SQLite file."""
    async with opened(f"sqlite:///{tmp_path / 'btb.sqlite'}", tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def world_on_both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a fresh database, once on each engine."""
    async with opened(database_url, tmp_path) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staffed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The service with a bakery that has its chief, co-chief and two access managers; for a whole module."""
    folder = tmp_path_factory.mktemp("staffed")
    async with opened(f"sqlite:///{folder / 'btb.sqlite'}", folder) as found:
        await found.staff_bakkerij()
        yield found
