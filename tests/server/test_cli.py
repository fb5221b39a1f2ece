"""The command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from server import cli
from server.commands import sdl
from server.commands import settings as settings_command
from server.settings import meanings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BTB_")]:
        monkeypatch.delenv(name)


def test_every_command_named_is_there() -> None:
    for name in cli._COMMANDS:
        result = CliRunner().invoke(cli.main, [name, "--help"])
        assert result.exit_code == 0, result.output


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert CliRunner().invoke(cli.main, ["sing"]).exit_code == 2


@pytest.mark.parametrize("command", ["serve", "rehearse"])
def test_wrong_settings_are_listed_by_name_and_end_with_status_2(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("BTB_PORT", "hunter2")
    monkeypatch.setenv("BTB_CACHE_ENTRIES", "-1")
    result = CliRunner().invoke(cli.main, [command])
    assert result.exit_code == 2
    assert "  BTB_CACHE_ENTRIES: " in result.stderr
    assert "  BTB_PORT: " in result.stderr
    assert "hunter2" not in result.output


def test_naming_a_command_imports_neither_the_schema_nor_the_server() -> None:
    loaded = (
        "import sys, server.cli; print(*sorted({'strawberry', 'uvicorn', 'sqlalchemy', 'lxml'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == ""


def test_a_start_imports_nothing_that_only_some_deployments_or_questions_need() -> None:
    rare = "aiohttp", "alembic", "authlib", "email_validator", "opentelemetry", "phonenumbers", "rich", "signxml"
    rare += ("sqlalchemy.orm",)  # six megabytes, see datasources/register/asynchronous.py
    loaded = (
        "import sys, server.app, server.commands.serve, server.listening, server.logs, server.neighbours;"
        f"print(*sorted(set({rare}) & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == ""


def test_the_page_for_operators_lists_exactly_the_settings_there_are() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert page == settings_command.renewed(page), "Write it with `btb settings --write`."
    for meaning in meanings():
        assert f"| `{meaning.name}` | {meaning.meaning} |" in page


def test_a_page_out_of_step_is_refused_and_can_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "operations.md"
    page.write_text("before\n" + settings_command._BEGIN + "old\n" + settings_command._END + "after\n")
    monkeypatch.setattr(settings_command, "PAGE", page)
    assert CliRunner().invoke(cli.main, ["settings", "--check"]).exit_code == 1
    assert CliRunner().invoke(cli.main, ["settings", "--write"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["settings", "--check"]).exit_code == 0
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("after\n")


def test_a_schema_out_of_step_is_refused_and_can_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sdl, "COMMITTED", tmp_path / "subgraph.graphql")
    assert CliRunner().invoke(cli.main, ["sdl", "--check"]).exit_code == 1
    assert CliRunner().invoke(cli.main, ["sdl", "--write"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["sdl", "--check"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["sdl"]).output == (tmp_path / "subgraph.graphql").read_text()
