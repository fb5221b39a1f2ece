"""Starts what a suite needs, each on a free port of the loopback, and ends exactly that, however the run ends."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CLIENTS = HERE / "clients"
NODE_MODULES = HERE / "node_modules"
PATIENCE = 180.0
"""Seconds that something may take to start: it is started when it answers, however slow the machine."""
GRACE = 15.0
PING = b'{"query":"{__typename}"}'

_started: set[subprocess.Popen[bytes]] = set()


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running(command: Sequence[str], folder: Path, log: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours for as long as the block lasts; what it writes goes to a file in its folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BTB_")}
    with (folder / f"{log}.log").open("wb") as written:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**clean, **environment},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _started.add(process)
        try:
            yield process
        finally:
            _ended(process, GRACE)


def _ended(process: subprocess.Popen[bytes], grace: float) -> None:
    """End a process and whatever it started: they are one session, whose number is the process's own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    _started.discard(process)


@atexit.register
def _end_all() -> None:
    for process in tuple(_started):
        _ended(process, 1.0)


def until_it_answers(process: subprocess.Popen[bytes], url: str, body: bytes | None = None) -> None:
    """Return when what is asked there succeeds. Raises TimeoutError and RuntimeError."""
    headers = {"content-type": "application/json"} if body else {}

    def answers() -> bool:
        try:
            with urlopen(Request(url, data=body, headers=headers), timeout=10):
                return True
        except OSError:
            return False

    until(answers, f"{url} did not answer", process)


def until(holds: Callable[[], bool], otherwise: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Look again and again. Raises TimeoutError; RuntimeError where the process that is to do it has ended."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode} before it was ready.")
        if time.monotonic() > end:
            raise TimeoutError(f"{otherwise} in {PATIENCE:g} seconds.")
        time.sleep(0.1)


def finished(
    command: Sequence[str],
    seconds: float = 300.0,
    folder: Path = HERE,
    said: str = "",
    environment: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[bytes]:
    """A command that has been run to its end, told this on its standard input. Raises TimeoutExpired."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        _started.add(process)
        try:
            told, complained = process.communicate(said.encode(), timeout=seconds)
        finally:
            _ended(process, 1.0)
    return subprocess.CompletedProcess(command, process.returncode, told, complained)


def said_by(command: Sequence[str], seconds: float = 300.0, folder: Path = HERE, said: str = "") -> str:
    """What a command prints. Raises RuntimeError with what it said of its failure."""
    process = finished(command, seconds, folder, said)
    if process.returncode:
        complaint = process.stderr.decode(errors="replace")[-1500:]
        raise RuntimeError(f"{' '.join(map(str, command[:2]))}: {complaint}")
    return process.stdout.decode()


def node(script: str, *arguments: str, seconds: float = 300.0) -> str:
    """What a script of `clients/` prints. Raises RuntimeError."""
    return said_by(["node", str(CLIENTS / script), *arguments], seconds)
