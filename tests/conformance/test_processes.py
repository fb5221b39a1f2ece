"""What a suite starts is ready before it is asked, and ends with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conformance.processes import finished, free_port, running, said_by, until_it_answers

SERVER = """
import sys
from http.server import SimpleHTTPRequestHandler, HTTPServer
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.pause()"


def test_a_server_is_waited_for_until_it_answers(tmp_path: Path) -> None:
    port = free_port()
    with running([sys.executable, "-c", SERVER, str(port)], tmp_path, "server") as process:
        until_it_answers(process, f"http://127.0.0.1:{port}/")
    assert process.returncode is not None
    assert "GET / HTTP" in (tmp_path / "server.log").read_text()


def test_what_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    with (
        running([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, "server") as process,
        pytest.raises(RuntimeError, match="status 3"),
    ):
        until_it_answers(process, f"http://127.0.0.1:{free_port()}/")


def test_a_process_ends_with_its_block_however_that_ends(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), running([sys.executable, "-c", STUBBORN], tmp_path, "stubborn") as process:
        raise KeyboardInterrupt
    assert process.returncode is not None


def test_settings_of_whoever_runs_the_suites_do_not_reach_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BTB_PORT", "1")
    show = [sys.executable, "-c", "import os; print(sorted(name for name in os.environ if name.startswith('BTB_')))"]
    with running(show, tmp_path, "shown", BTB_LOG_LEVEL="warning") as process:
        process.wait(30)
    assert (tmp_path / "shown.log").read_text() == "['BTB_LOG_LEVEL']\n"


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        said_by([sys.executable, "-c", "raise SystemExit('no such thing')"])
    assert finished([sys.executable, "-c", "print(input())"], said="heard\n").stdout == b"heard\n"
