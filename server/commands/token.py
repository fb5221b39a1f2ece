"""`btb token`: a token of somebody in the rehearsal town, or of one of its machine clients."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from server.rehearsal_issuer.clients import CLIENTS
from server.rehearsal_issuer.keys import KEYS_FILE, BadKeysFile, RehearsalKeys
from server.rehearsal_issuer.minting import LEVELS, LONGEST_LIFE, RehearsalIssuer


@click.command()
@click.option("--as", "name", metavar="NAME", help="Somebody of the town, by handle (els) or by name (Els Vermeirsch).")
@click.option("--client", type=click.Choice(tuple(CLIENTS), case_sensitive=False), help="A machine client.")
@click.option("--level", type=click.Choice([str(level) for level in LEVELS]), default="500", show_default=True)
@click.option(
    "--lifetime",
    type=click.IntRange(1, int(LONGEST_LIFE.total_seconds())),
    default=3600,
    show_default=True,
    help="Seconds until the token expires.",
)
@click.option(
    "--keys", type=click.Path(path_type=Path), default=KEYS_FILE, show_default=True, help="The rehearsal issuer's keys."
)
@click.option("--issuer", metavar="URL", help="The issuer's URL, where it is not the one that a server last wrote.")
def token(name: str | None, client: str | None, level: str, lifetime: int, keys: Path, issuer: str | None) -> None:
    """Print a token of the rehearsal issuer, for `Authorization: Bearer TOKEN`. No real issuer is involved."""
    if (name is None) == (client is None):
        raise click.UsageError("Say one of --as NAME and --client NAME.")
    try:
        kept = RehearsalKeys.kept(keys)
    except (BadKeysFile, OSError) as error:
        raise click.ClickException(str(error)) from None
    minted = RehearsalIssuer(kept if issuer is None else kept.of(issuer))
    if client is not None:
        click.echo(minted.token_for_client(client, timedelta(seconds=lifetime)))
        return
    click.echo(_for_person(minted, str(name), int(level), timedelta(seconds=lifetime)))


def _for_person(issuer: RehearsalIssuer, name: str, level: int, lifetime: timedelta) -> str:
    from datasources.rehearsal.town import Town

    wanted = name.casefold()
    people = [
        one
        for one in Town.build().persons
        if wanted in (one.handle, " ".join((*one.given_names, *one.family_names)).casefold())
    ]
    if len(people) != 1:
        raise click.ClickException("The town has nobody of that name." if not people else "Several have that name.")
    return issuer.token_for_person(people[0].number, level, lifetime)
