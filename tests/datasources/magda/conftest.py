"""The server, the adapter in front of it, and the reference data beside the project."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datasources.magda.registry import Magda, magda
from datasources.magda.settings import MagdaSettings
from datasources.outages import OutagePolicy
from tests.datasources.magda.server import SoapServer, serving

REFERENCE = Path(__file__).parents[4] / "shared" / "magda"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DEADLINE = 0.5


@pytest.fixture
def reference() -> Path:
    """Schemas and answers of MAGDA; never part of this project."""
    if not REFERENCE.is_dir():
        pytest.skip("MAGDA reference data not present: ../shared/magda")
    return REFERENCE


@dataclass
class Counting:
    """Keeps what the adapter reports."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    drops: int = 0
    codes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def called(self, service: str, outcome: str, seconds: float) -> None:
        self.calls.append((service, outcome))

    def dropped(self, service: str, count: int) -> None:
        self.drops += count

    def noticed(self, service: str, code: str) -> None:
        self.codes.append(code)

    def unknown_function(self, code: str) -> None:
        self.unknown.append(code)


@pytest.fixture
def observer() -> Counting:
    """What was reported."""
    return Counting()


@pytest.fixture
async def server() -> AsyncIterator[SoapServer]:
    """A server that knows nothing yet."""
    async with serving(SoapServer()) as running:
        yield running


Adapt = Callable[..., Magda]


@pytest.fixture
async def adapt(server: SoapServer, observer: Counting) -> AsyncIterator[Adapt]:
    """Make an adapter, given nothing but the server's address and what a test changes."""
    async with AsyncExitStack() as stack:

        def make(known_functions: frozenset[str] | None = None, **settings: Any) -> Magda:
            policy = OutagePolicy(**{"deadline": DEADLINE, "rate": None} | settings.pop("policy", {}))
            chosen = MagdaSettings(**{"base_url": server.url, "outages": policy} | settings)
            made = magda(chosen, now=lambda: NOW, observer=observer, known_functions=known_functions)
            stack.push_async_callback(made.close)
            return made

        yield make
