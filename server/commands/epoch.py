"""`btb epoch`: what an operator decides after the database was restored, moved or promoted."""

from __future__ import annotations

from uuid import UUID

import click

from datasources.register.database import Database
from datasources.register.epoch import confirm_epoch, renew_epoch
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit


@click.group()
def epoch() -> None:
    """Say whether a database that was restored or moved goes on with the same history."""


@epoch.command()
def renew() -> None:
    """Something may be lost: refuse every cursor given out before, so that consumers take a snapshot."""
    begun = on_register(settings_or_exit().register.url.get_secret_value(), _renewed)
    click.echo(f"Epoch {begun} has begun; running servers notice within seconds.")


@epoch.command()
def confirm() -> None:
    """Nothing is lost: cursors given out before stay good."""
    on_register(settings_or_exit().register.url.get_secret_value(), _confirmed)
    click.echo("The epoch goes on.")


async def _renewed(database: Database) -> UUID:
    async with database.working() as session:
        return await renew_epoch(session)


async def _confirmed(database: Database) -> None:
    async with database.working() as session:
        await confirm_epoch(session)
