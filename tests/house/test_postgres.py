"""The databases that tests are given."""

from __future__ import annotations

import asyncpg
import pytest

from datasources.register.database import driver_url


def test_each_test_is_given_an_empty_database(database_url: str) -> None:
    assert driver_url(database_url).get_backend_name() in database_url


@pytest.mark.postgres
async def test_a_database_made_for_a_test_answers(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()
