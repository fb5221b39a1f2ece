"""`btb follow`: the reference consumer. It ends with status 1 where its copy is not proven to equal the register."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from server.rehearsal_issuer.clients import CLIENTS
from server.rehearsal_issuer.keys import KEYS_FILE, BadKeysFile

_SYSTEMS = tuple(name for name, client in CLIENTS.items() if client.system is not None)


@click.command()
@click.option("--url", default="http://127.0.0.1:8000/graphql", show_default=True, help="Where the graph is asked.")
@click.option("--system", required=True, help="The access-management system to follow for, such as UMAN.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The copy: a SQLite file; with a name that ends in .json, its mandates are also written there at the end.",
)
@click.option("--token", help="A token. It is not renewed: following ends where it ends.")
@click.option("--token-file", type=click.Path(path_type=Path, exists=True), help="A file with a token, kept fresh.")
@click.option(
    "--keys", type=click.Path(path_type=Path), default=KEYS_FILE, show_default=True, help="The rehearsal issuer's keys."
)
@click.option(
    "--lifetime", type=click.IntRange(1, 43_200), default=3600, show_default=True, help="Of the rehearsal's tokens."
)
@click.option("--until-idle", type=click.FloatRange(0.1, 3600), help="End when nothing came for so many seconds.")
def follow(
    url: str,
    system: str,
    target: Path,
    token: str | None,
    token_file: Path | None,
    keys: Path,
    lifetime: int,
    until_idle: float | None,
) -> None:
    """Keep a copy of the mandates that concern a system, until a signal says stop; then prove it.

    Without a token, those of the rehearsal issuer are used. See docs/feed.md.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        tokens = _tokens(token, token_file, system, keys, lifetime)
    except (BadKeysFile, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    from server.consumer.asking import Trouble
    from server.consumer.copy import OtherSystem

    try:
        proven = asyncio.run(_followed(url, system, target, tokens, until_idle))
    except OtherSystem:
        raise click.ClickException("That file holds the copy of another system.") from None
    except Trouble as trouble:
        raise click.ClickException(f"The service refuses: {trouble}.") from None
    raise SystemExit(0 if proven else 1)


def _tokens(token: str | None, token_file: Path | None, system: str, keys: Path, lifetime: int) -> Callable[[], str]:
    from server.consumer import tokens

    if token is not None:
        return tokens.fixed(token)
    if token_file is not None:
        return tokens.from_file(token_file)
    if system not in _SYSTEMS:
        raise click.UsageError(f"The rehearsal knows the systems {', '.join(_SYSTEMS)}.")
    return tokens.from_rehearsal(system, keys, lifetime)


async def _followed(url: str, system: str, target: Path, token: Callable[[], str], until_idle: float | None) -> bool:
    import aiohttp

    from server.consumer.asking import Asking
    from server.consumer.copy import Copy
    from server.consumer.follower import Follower

    as_json = target.suffix == ".json"
    copy = Copy(target.with_suffix(".sqlite") if as_json else target, system)
    try:
        async with aiohttp.ClientSession() as session:
            follower = Follower(copy, Asking(session, url, token), url, system, token)
            loop = asyncio.get_running_loop()
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(each, follower.stop)
            await follower.run(until_idle)
            proven = copy.cursor is not None and await follower.proven()
        if as_json:
            _write(copy.mandates(), target)
        found = {"cursor": copy.cursor, "mandates": copy.size, "digest": copy.digest, "proven": proven}
        click.echo(json.dumps({**found, "repairs": follower.repairs, "repeated": copy.repeated}))
        return proven
    finally:
        copy.close()


def _write(mandates: Iterable[object], target: Path) -> None:
    """Whole or not at all."""
    beside = target.with_suffix(".json.new")
    beside.write_text(json.dumps(list(mandates), indent=1))
    os.replace(beside, target)
