"""Real processes: `btb serve` on a free port, and `btb follow` beside it. Each is ended by whoever started it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from server.consumer.asking import Asking
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import RehearsalIssuer

ROOT = Path(__file__).parents[2]
STARTED_WITHIN = 300.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


@dataclass
class Server:
    """One replica. `folder` is where it lives: its keys are there, and those of the rehearsal issuer."""

    folder: Path
    url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def graph(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def keys(self) -> Path:
        return self.folder / ".local" / "rehearsal-issuer.json"

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BTB_")},
            "PYTHONPATH": str(ROOT),
            "BTB_DATABASE_URL": self.url,
            "BTB_PORT": str(self.port),
            "BTB_LOG_LEVEL": "warning",
            "BTB_PERSON_KEYS": str(self.folder / "person-keys"),
            "BTB_SERVE_GRACE": "2",
            **self.settings,
        }
        with (self.folder / f"serve-{self.port}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.feed.btb",
                "serve",
                cwd=self.folder,
                env=environment,
                stderr=log,
                stdout=log,
            )
        await self.ready()

    async def ready(self) -> None:
        """Wait until it answers."""
        assert self.process is not None
        until = time.monotonic() + STARTED_WITHIN
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                assert self.process.returncode is None, "The server ended."
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError("The server was not ready in time.")

    async def kill(self) -> None:
        """As if the machine lost power."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """As a deployment stops it."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), 20)

    def token(self, system: str = "UMAN", lifetime: float = 3600) -> str:
        """A token of a machine client."""
        issuer = RehearsalIssuer(RehearsalKeys.kept(self.keys))
        return issuer.token_for_client(system, timedelta(seconds=lifetime))

    @asynccontextmanager
    async def asking(self, system: str = "UMAN") -> AsyncIterator[Asking]:
        """Queries and mutations."""
        async with aiohttp.ClientSession() as session:
            yield Asking(session, self.graph, lambda: self.token(system))


@asynccontextmanager
async def serving(folder: Path, url: str, **settings: str) -> AsyncIterator[Server]:
    """A server, killed at the end."""
    server = Server(folder, url, settings)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


class Consumer:
    """`btb follow` as a process of its own, so that it can be killed."""

    def __init__(self, server: Server, copy: Path, url: str | None = None, system: str = "UMAN", **said: str) -> None:
        options = [f"--{name.replace('_', '-')}={value}" for name, value in said.items()]
        self._words = ["follow", "--url", url or server.graph, "--system", system, "--to", str(copy), *options]
        self._words += [f"--keys={server.keys}"]
        self._log = copy.with_suffix(".log")
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *more: str) -> None:
        """Start it, or start it again."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.feed.btb", *self._words, *more,
                stdout=asyncio.subprocess.PIPE, stderr=log, env=environment,
            )  # fmt: skip

    async def kill(self) -> None:
        """As if the machine lost power."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()

    async def ended(self, within: float = 60) -> dict[str, Any]:
        """What it says at its end, which it comes to by itself."""
        assert self.process is not None
        try:
            said, _ = await asyncio.wait_for(self.process.communicate(), within)
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"The consumer did not end: {self._log.read_text()[-2000:]}") from None
        assert said, self._log.read_text()[-2000:]
        found: dict[str, Any] = json.loads(said)
        return found

    async def stopped(self) -> dict[str, Any]:
        """What it says when a deployment stops it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


async def until(reached: Callable[[], bool], within: float = 30) -> None:
    """Wait until something outside of this process is so."""
    async with asyncio.timeout(within):
        while not reached():  # noqa: ASYNC110 another process cannot set an event of ours
            await asyncio.sleep(0.05)
