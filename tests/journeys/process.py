"""The server as a process of its own, that can be killed between any two statements and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class ServerProcess:
    """`btb serve` in a folder of its own; its children come from `tests/journeys/nursery.py`."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = {**settings, "BTB_HOST": "127.0.0.1", "BTB_PORT": str(self.port), "BTB_LOG_LEVEL": "info"}
        self._nursery: Process | None = None
        self._child: int | None = None
        self._listens = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._said: list[str] = []

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def keys(self) -> Path:
        """The keys of its issuer."""
        return self._folder / ".local" / "rehearsal-issuer.json"

    async def start(self, dies_at: int = 0) -> None:
        """Start it, and wait until it listens. From `count_steps` on it dies at that step towards the register."""
        nursery = self._nursery or await self._open()
        assert nursery.stdin is not None
        self._listens.clear()
        nursery.stdin.write(f"{dies_at}\n".encode())
        self._child = int(await self._told())
        listens = asyncio.create_task(self._listens.wait())
        ends = asyncio.create_task(self.ended())
        await asyncio.wait((listens, ends), return_when=asyncio.FIRST_COMPLETED)
        for task in (listens, ends):
            task.cancel()
        assert self._listens.is_set(), "The server ended before it listened: " + "".join(self._said[-5:])

    def count_steps(self) -> None:
        """From now on its steps are counted."""
        assert self._child is not None
        os.kill(self._child, signal.SIGUSR1)

    async def ended(self) -> None:
        """Wait until it has ended."""
        assert await self._told() == "ended"
        self._child = None

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
            await self.ended()

    async def close(self) -> None:
        """Kill it for good, and what it came from."""
        await self.kill()
        if self._nursery is not None:
            self._nursery.kill()
            await self._nursery.wait()
        if self._reading is not None:
            await self._reading

    async def _open(self) -> Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BTB_")}
        self._nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.journeys.nursery"),
            cwd=self._folder,
            env={**inherited, **self._settings, "PYTHONPATH": str(ROOT)},
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._nursery))
        return self._nursery

    async def _read(self, nursery: Process) -> None:
        assert nursery.stderr is not None
        async for line in nursery.stderr:
            self._said = [*self._said[-20:], line.decode()]
            if b"Uvicorn running" in line:
                self._listens.set()

    async def _told(self) -> str:
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        line = (await self._nursery.stdout.readline()).decode().strip()
        assert line, "The nursery ended: " + "".join(self._said[-5:])
        return line
