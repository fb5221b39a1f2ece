"""`btb verify`: the log held against itself, and the charts against the log. Exit status 1 means something is off."""

from __future__ import annotations

import sys

import click

from datasources.register.changes import current_head
from datasources.register.database import Database
from datasources.register.verify import findings
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit


@click.command()
def verify() -> None:
    """Say exactly where the register is off: hash chain, positions, versions, charts. Others may write meanwhile."""
    found, position = on_register(settings_or_exit().register.url.get_secret_value(), _verified)
    if found:
        click.echo(f"{found:,} findings in {position:,} changes.", err=True)
        sys.exit(1)
    click.echo(f"The register is whole: {position:,} changes, chained without a gap, make exactly the charts stored.")


async def _verified(database: Database) -> tuple[int, int]:
    found = 0
    async for finding in findings(database):
        found += 1
        click.echo(str(finding))
    async with database.reading() as session:
        return found, (await current_head(session)).position
