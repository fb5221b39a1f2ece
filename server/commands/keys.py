"""`btb keys`: the rotation of the keys that national numbers are kept under.

Rotate, bring the file to every replica and restart them, then re-encrypt: each step may be repeated.
"""

from __future__ import annotations

import click

from datasources.register.database import Database
from datasources.register.keys import KeyFailure, KeyRing
from datasources.register.persons import PersonDirectory
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit


@click.group()
def keys() -> None:
    """Change the key that national numbers are kept under."""


@keys.command()
@click.argument("name")
def rotate(name: str) -> None:
    """Add a key called NAME to the file BTB_PERSON_KEYS; numbers met from now on are kept under it."""
    path = settings_or_exit().house.person_keys
    try:
        ring = KeyRing.load(path).with_new_key(path, name)
    except KeyFailure as refused:
        raise click.ClickException(f"{refused}.") from None
    click.echo(f"{len(ring.keys)} keys, of which {name} is current. Restart every replica, then `btb keys reencrypt`.")


@keys.command()
def reencrypt() -> None:
    """Put every number under the current key. While it runs the service goes on; a run cut short may be repeated."""
    settings = settings_or_exit()

    async def done(database: Database) -> int:
        directory = PersonDirectory(database, KeyRing.load(settings.house.person_keys))
        total = 0
        while put := await directory.reencrypt():
            total += put
        return total

    total = on_register(settings.register.url.get_secret_value(), done)
    click.echo(f"{total:,} numbers were put under the current key; none is under another. Older keys may go.")
