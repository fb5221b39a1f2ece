"""One suite on both engines: a fresh register for every test, copied from one that was migrated once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from datasources.register.database import Database, Patience
from datasources.register.keys import KeyRing
from datasources.register.migrations import migrate
from datasources.register.persons import PersonDirectory
from tests.datasources.register.building import another
from tests.postgres import PostgresServer

TEMPLATE = "register_template"


def _migrated(url: str) -> None:
    """In a thread of its own: a fixture of the session may be asked for from inside a running loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrate(url)).result()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a migrated database to copy."""
    postgres_server.run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    _migrated(make_url(postgres_server.url).set(database=TEMPLATE).render_as_string(hide_password=False))
    yield TEMPLATE
    postgres_server.run(f"DROP DATABASE {TEMPLATE}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "register.sqlite"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty register, once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "register.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database(template) as url:
        yield url


@pytest.fixture
async def database(register_url: str) -> AsyncIterator[Database]:
    """An open register."""
    database = Database.open(register_url, Patience(waiting=20.0))
    yield database
    await database.close()


@pytest.fixture
def postgres_register_url(postgres_template: str, postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated, empty register on PostgreSQL, for what only a server can do."""
    with postgres_server.database(postgres_template) as url:
        yield url


@pytest.fixture
async def postgres_database(postgres_register_url: str) -> AsyncIterator[Database]:
    """An open register on PostgreSQL."""
    database = Database.open(postgres_register_url, Patience(waiting=20.0))
    yield database
    await database.close()


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """Fresh keys."""
    return KeyRing.load_or_create(tmp_path / "keys.json")


@pytest.fixture
def directory(database: Database, keys: KeyRing) -> PersonDirectory:
    """The directory of one replica, at noon."""
    return another(database, keys)
