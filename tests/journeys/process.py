"""The server as a process of its own, that can be killed between any two statements and started again."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SERVE = "from server.cli import main; main()"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class ServerProcess:
    """`btb serve` in a folder of its own."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = {**settings, "BTB_HOST": "127.0.0.1", "BTB_PORT": str(self.port)}
        self._process: asyncio.subprocess.Process | None = None
        self._draining: asyncio.Task[bytes] | None = None

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BTB_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", _SERVE, "serve"),
            cwd=self._folder,
            env={**inherited, **self._settings, "PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.PIPE,
        )
        log = self._process.stderr
        assert log is not None
        said = []
        async for line in log:
            said.append(line.decode())
            if b"Uvicorn running" in line:
                self._draining = asyncio.create_task(log.read())
                return
        raise AssertionError("The server ended before it listened: " + "".join(said[-5:]))

    async def kill(self) -> None:
        """End it as a power cut would."""
        process, draining = self._process, self._draining
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        if draining is not None:
            await draining
        self._process = self._draining = None
