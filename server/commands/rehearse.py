"""`btb rehearse`: the rehearsal town as a MAGDA of its own."""

from __future__ import annotations

import click

from server.commands.reading import settings_or_exit


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8001, show_default=True, help="Port to listen on.")
@click.option("--seed", default=1830, show_default=True, help="The same seed makes the same town.")
def rehearse(host: str, port: int, seed: int) -> None:
    """Serve the rehearsal sources as MAGDA does, as a server of their own."""
    settings = settings_or_exit()
    from datasources.rehearsal.service import rehearsal_app
    from datasources.rehearsal.town import Town
    from server.listening import listen
    from server.logs import configure

    configure(settings.house.log_level)
    listen(rehearsal_app(Town.build(seed)), settings, host=host, port=port)
