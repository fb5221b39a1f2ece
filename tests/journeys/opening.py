"""Opens the service on a database of a test, with the town's switches within reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasources.rehearsal import Town, rehearsal_app
from datasources.rehearsal.service import RehearsalApp
from server import house
from server.app import Subgraph, create_app
from server.settings import Settings


def opened(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Subgraph, list[RehearsalApp]]:
    """The application, and the list in which the town it opens appears once it is up."""
    sources: list[RehearsalApp] = []

    def noted(town: Town) -> RehearsalApp:
        sources.append(rehearsal_app(town))
        return sources[-1]

    monkeypatch.setattr(house, "rehearsal_app", noted)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BTB_DATABASE_URL", database_url)
    monkeypatch.setenv("BTB_PERSON_KEYS", str(folder / "person-keys"))
    return create_app(Settings.read(None)), sources
