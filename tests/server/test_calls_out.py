"""What the service calls is opened where the settings name somebody to call, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.app import Subgraph, create_app
from server.settings import Settings
from tests.graphql import client

NOBODY = "http://127.0.0.1:1"


def application(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Subgraph:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BTB_DATABASE_URL", f"sqlite:///{folder / 'btb.sqlite3'}")
    for name, value in settings.items():
        monkeypatch.setenv(f"BTB_{name}", value)
    return create_app(Settings.read(None))


async def test_callbacks_are_posted_once_a_gateway_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = application(tmp_path, monkeypatch, CALLBACK_ORIGINS=NOBODY)
    async with client(app):
        with pytest.raises(ConnectionError, match="ClientConnectorError"):
            await app.callback_calls.post(f"{NOBODY}/callback", {}, b"{}")


async def test_nothing_is_posted_where_no_gateway_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = application(tmp_path, monkeypatch)
    async with client(app):
        with pytest.raises(ConnectionError, match="closed"):
            await app.callback_calls.post(f"{NOBODY}/callback", {}, b"{}")
