"""How a command works on our database: opened and brought to this version's tables, or an end with status 1."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click

from datasources.register.database import Database, InvalidDatabaseUrl, Patience
from datasources.register.failures import RegisterFailure, RegisterUnavailable
from datasources.register.keys import KeyFailure
from datasources.register.migrations import migrate
from server.house import make_folder_of

Answered = TypeVar("Answered")

PATIENT = Patience(readers=1, writers=1, waiting=60.0, statement=600.0)
"""An operator's command may take its time."""


def on_register(url: str, work: Callable[[Database], Coroutine[Any, Any, Answered]]) -> Answered:
    """What the work answers; where the database or the keys fail, a sentence and the end of the process."""
    return finished(_opened(url, work))


def finished(work: Coroutine[Any, Any, Answered]) -> Answered:
    """Run the work to its end; where the database or the keys fail, a sentence and the end of the process."""
    try:
        return asyncio.run(work)
    except RegisterFailure as failure:
        click.echo(f"The database is out of reach ({failure.reason}).", err=True)
    except InvalidDatabaseUrl as refused:
        click.echo(str(refused), err=True)
    except KeyFailure as refused:
        click.echo(f"The keys cannot be used: {refused}.", err=True)
    sys.exit(1)


async def _opened(url: str, work: Callable[[Database], Coroutine[Any, Any, Answered]]) -> Answered:
    try:
        make_folder_of(url)
    except OSError as error:
        raise RegisterUnavailable(type(error).__name__) from None
    await migrate(url)
    database = Database.open(url, PATIENT)
    try:
        return await work(database)
    finally:
        await database.close()
