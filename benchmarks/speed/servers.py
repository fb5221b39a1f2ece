"""A server process: pinned, started, timed, weighed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from benchmarks.speed.client import Answered, ask

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a server is started; `{port}` in a word of the command is where it shall listen.

    `settings` are its own, beside the environment of all.
    """

    name: str
    command: Sequence[str]
    folder: Path
    path: str = "/graphql"
    settings: Mapping[str, str] = field(default_factory=dict)


class Server:
    """One running process on the servers' core."""

    def __init__(self, recipe: Recipe, environment: Mapping[str, str]) -> None:
        self.name, self.path = recipe.name, recipe.path
        with socket.socket() as opened:
            opened.bind(("127.0.0.1", 0))
            self.port: int = opened.getsockname()[1]
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            [word.format(port=self.port) for word in recipe.command],
            cwd=recipe.folder,
            env={**_inherited(), "NODE_ENV": "production", **environment, **recipe.settings},
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
            stdout=subprocess.DEVNULL,
        )

    async def first_answer(self, body: bytes, headers: Mapping[str, str]) -> tuple[float, Answered]:
        """Seconds from the start to the first answer, and the answer. Raises RuntimeError after two minutes."""
        while time.perf_counter() - self._started < 120:
            try:
                answered = await ask(self.port, self.path, body, headers)
                return time.perf_counter() - self._started, answered
            except OSError:
                if self._process.poll() is not None:
                    raise RuntimeError(f"{self.name} ended with {self._process.returncode}") from None
                await asyncio.sleep(0.005)
        raise RuntimeError(f"{self.name} did not start in time")

    @property
    def cpu(self) -> float:
        """Processor seconds so far, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory(self) -> int:
        """Resident bytes now."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")

    @property
    def most_memory(self) -> int:
        """The most resident bytes it ever had, as the kernel noted."""
        said = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM")) * 1024

    def figure(self, name: str) -> float:
        """One of ours, of those that `/metrics` shows."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics") as answered:
            said = answered.read().decode()
        return float(next(line for line in said.splitlines() if line.startswith(f"{name} ")).split()[1])

    def stop(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def _inherited() -> dict[str, str]:
    """Our environment, without settings of the product, and without what keeps Python from keeping compiled modules."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BTB_") and name != "PYTHONDONTWRITEBYTECODE"
    }


@contextmanager
def running(recipes: Sequence[Recipe], environment: Mapping[str, str]) -> Iterator[list[Server]]:
    """All of them, until the block ends; this process keeps to the other core meanwhile."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    servers: list[Server] = []
    try:
        for recipe in recipes:
            servers.append(Server(recipe, environment))
        yield servers
    finally:
        for server in servers:
            server.stop()
