"""Counts the statements that reach the driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from datasources.register.database import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Everything said to the database inside the block; BEGIN and COMMIT of the driver are not among it."""
    said: list[str] = []

    def heard(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    for engine in database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", heard)
    try:
        yield said
    finally:
        for engine in database.engines:
            event.remove(engine.sync_engine, "before_cursor_execute", heard)
