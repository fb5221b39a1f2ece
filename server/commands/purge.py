"""`btb purge`: what has been kept for as long as it is needed. Mandates and changes are never removed."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from datasources.register.consultations import purge_consultations
from datasources.register.database import Database
from datasources.register.idempotency import purge_answers
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit
from server.house import now


@click.command()
@click.option(
    "--consultations-days",
    type=click.IntRange(1, 36_525),
    default=3_653,
    show_default=True,
    help="Days for which it is kept who consulted whose data.",
)
def purge(consultations_days: int) -> None:
    """Remove answers under idempotency keys that have expired, and consultations older than their retention."""
    url, moment = settings_or_exit().register.url.get_secret_value(), now()

    async def purged(database: Database) -> tuple[int, int]:
        return await _purged(database, moment, timedelta(days=consultations_days))

    answers, consultations = on_register(url, purged)
    click.echo(f"Removed {answers:,} answers and {consultations:,} consultations.")


async def _purged(database: Database, moment: datetime, retention: timedelta) -> tuple[int, int]:
    async with database.working() as session:
        answers = await purge_answers(session, moment)
    async with database.working() as session:
        return answers, await purge_consultations(session, moment - retention)
