"""A town for each test, and the application before it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from datasources.rehearsal import RehearsalApp, Switches, Town, rehearsal_app


@pytest.fixture
def town() -> Town:
    return Town.build()


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def slept() -> list[float]:
    """How long the application would have slept."""
    return []


@pytest.fixture
def app(town: Town, switches: Switches, slept: list[float]) -> RehearsalApp:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return rehearsal_app(town, switches, now=lambda: datetime(2026, 3, 2, 8, 0, tzinfo=UTC), sleep=sleep)
