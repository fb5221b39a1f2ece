"""Whose tokens are believed is known before anything listens; a mistake ends the start with a sentence and status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server import listening
from server.commands.serve import serve
from server.tokens import TokenVerifier
from tests.schema.world import World, opened


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTB_DATABASE_URL", f"sqlite:///{tmp_path / 'btb.sqlite'}")
    monkeypatch.setenv("BTB_PERSON_KEYS", str(tmp_path / "keys"))
    return tmp_path


def started(monkeypatch: pytest.MonkeyPatch) -> Result:
    """What `btb serve` says before it would listen."""
    monkeypatch.setattr(listening, "listen", lambda *_, **__: pytest.fail("It listens."))
    return CliRunner().invoke(serve, ["--port", "0"])


def test_a_rehearsal_beside_a_real_issuer_does_not_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "issuers.toml").write_text("")
    monkeypatch.setenv("BTB_ISSUERS", str(folder / "issuers.toml"))
    monkeypatch.setenv("BTB_REHEARSAL", "true")
    result = started(monkeypatch)
    assert result.exit_code == 2
    assert "gives a token to whoever asks" in result.stderr


@pytest.mark.parametrize("text", ["", "[[issuer]]\n", "not toml"])
def test_a_mistake_in_the_issuers_ends_the_start(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "issuers.toml").write_text(text)
    monkeypatch.setenv("BTB_ISSUERS", str(folder / "issuers.toml"))
    result = started(monkeypatch)
    assert result.exit_code == 2
    assert "issuer" in result.stderr


async def test_a_refused_token_is_counted(world: World) -> None:
    assert (await world.ask("{ viewer { client } }", "nonsense")).status == 401
    assert 'btb_tokens_refused_total{reason="malformed"} 1.0' in (await world.client.request("GET", "/metrics")).text


async def test_the_verifier_is_closed_at_shutdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[TokenVerifier] = []

    async def close(verifier: TokenVerifier) -> None:
        closed.append(verifier)

    monkeypatch.setattr(TokenVerifier, "close", close)
    async with opened(f"sqlite:///{tmp_path / 'btb.sqlite'}", tmp_path):
        assert not closed
    assert len(closed) == 1
