"""`btb serve`: the subgraph on a port."""

from __future__ import annotations

import click

from server.commands.reading import settings_or_exit


@click.command()
@click.option("--host", help="Address to listen on; leads over BTB_HOST.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; leads over BTB_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the subgraph."""
    settings = settings_or_exit()
    # What takes time to import comes after the settings are known to be right.
    from server.app import create_app
    from server.house import now
    from server.listening import listen
    from server.logs import AccessLog, configure
    from server.policies import guarded

    configure(settings.house.log_level)
    app = create_app(settings)
    listen(AccessLog(guarded(app, settings, now)), settings, host=host, port=port, streams=app.streams)
