"""The service on the town, once on each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.graphql import client
from tests.journeys.opening import opened
from tests.journeys.world import World


@pytest.fixture
async def world(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An empty register, and the town as it always begins."""
    app, sources = opened(database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        yield World(app, ask, sources[0], database_url)
