"""`btb migrate`: our database with the tables of this version. `btb serve` does the same when it starts."""

from __future__ import annotations

import click

from datasources.register.changes import Head, current_head
from datasources.register.database import Database
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit


@click.command()
def migrate() -> None:
    """Bring the database to the tables of this version; one replica does it while others wait."""
    head = on_register(settings_or_exit().register.url.get_secret_value(), _head)
    click.echo(f"The database has the tables of this version, and {head.position:,} changes in its log.")


async def _head(database: Database) -> Head:
    async with database.reading() as session:
        return await current_head(session)
