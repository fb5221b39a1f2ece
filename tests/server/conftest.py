"""The command as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.operating import Btb


@pytest.fixture
def btb(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Btb:
    """The command on an empty database, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTB_DATABASE_URL", database_url)
    return Btb(database_url, tmp_path)
