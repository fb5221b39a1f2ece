"""`btb kbo`: the mirror of the KBO Open Data extract. Exit status 1 means that an extract was refused, and says why."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from datasources.kbo_mirror.bulk import IMPORTING
from datasources.kbo_mirror.importing import Imported, import_extract
from datasources.kbo_mirror.meta import Told
from datasources.kbo_mirror.problems import ImportRefused
from datasources.kbo_mirror.state import MirrorState
from datasources.kbo_mirror.status import mirror_status
from datasources.register.database import Database, InvalidDatabaseUrl, driver_url
from datasources.register.failures import RegisterFailure
from datasources.register.migrations import migrate
from server.commands.kbo_progress import watched
from server.commands.reading import settings_or_exit


@click.group()
def kbo() -> None:
    """Keep the register of enterprises at hand, from the KBO Open Data extract."""


@kbo.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--most-rejected",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of a file's rows that may break the format.",
)
@click.option("--number", type=click.IntRange(0), help="The extract's number, where its meta.csv does not say it.")
@click.option(
    "--snapshot",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of its facts, where its meta.csv does not say it.",
)
def import_(path: Path, most_rejected: float, number: int | None, snapshot: datetime | None) -> None:
    """Take a full extract or an update: the zip as KBO publishes it, or a folder of its CSV files."""
    url = _database_url()
    told = Told(number, None if snapshot is None else snapshot.date())
    try:
        imported = asyncio.run(_import(url, path, most_rejected, told))
    except (ImportRefused, RegisterFailure, InvalidDatabaseUrl) as refused:
        click.echo(f"Not imported. {_sentence(refused)} The extract in use is untouched.", err=True)
        sys.exit(1)
    for line in _told(imported):
        click.echo(line)


@kbo.command()
@click.option("--oldest", type=click.IntRange(1), default=45, show_default=True, help="Days after which it is too old.")
def status(oldest: int) -> None:
    """Show the extract in use: its date, age and counts. Exit status 1 where there is none, or it is too old."""
    url = _database_url()
    try:
        state = asyncio.run(_status(url))
    except (RegisterFailure, InvalidDatabaseUrl) as refused:
        click.echo(_sentence(refused), err=True)
        sys.exit(1)
    if state is None:
        click.echo("There is no extract yet.")
        sys.exit(1)
    age = state.age_days(datetime.now(UTC))
    click.echo(f"Extract {state.number} of {state.snapshot} ({_old(age)}), imported {state.imported_at:%F %T} UTC.")
    click.echo(f"{state.enterprises:,} enterprises, {state.names:,} names, {state.addresses:,} addresses.")
    if age > oldest:
        click.echo(f"It is older than {oldest} days.", err=True)
        sys.exit(1)


def _old(days: float) -> str:
    if days < 0:
        return "of a day to come"
    return "1 day old" if 1 <= days < 2 else f"{int(days)} days old"


def _database_url() -> str:
    return settings_or_exit().register.url.get_secret_value()


async def _import(url: str, path: Path, most_rejected: float, told: Told) -> Imported:
    await _prepared(url)
    database = Database.open(url, IMPORTING)
    try:
        with watched() as progress:
            return await import_extract(database, path, datetime.now(UTC), most_rejected, progress, told)
    finally:
        await database.close()


async def _status(url: str) -> MirrorState | None:
    await _prepared(url)
    database = Database.open(url)
    try:
        return await mirror_status(database)
    finally:
        await database.close()


async def _prepared(url: str) -> None:
    parsed = driver_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    await migrate(url)


def _sentence(refused: Exception) -> str:
    return f"The database is out of reach ({refused})." if isinstance(refused, RegisterFailure) else str(refused)


def _told(imported: Imported) -> list[str]:
    meta = imported.meta
    return [
        *meta.notes,
        *(line for tally in imported.tallies for line in tally.sentences()),
        f"{str(meta.kind).capitalize()} extract {meta.number} of {meta.snapshot} is in use: "
        f"{imported.enterprises:,} enterprises, {imported.names:,} names, {imported.addresses:,} addresses.",
    ]
