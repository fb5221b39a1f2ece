"""`btb serve`: the subgraph on a port."""

from __future__ import annotations

import gc
import sys

import click


@click.command()
@click.option("--host", help="Address to listen on; leads over BTB_HOST.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; leads over BTB_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the subgraph."""
    # Nearly all that is made while starting stays, and looking for garbage in it again and again would take a fifth of
    # the start. The application switches this on once it is open.
    gc.disable()
    try:
        _serve(host, port)
    finally:
        gc.enable()


def _serve(host: str | None, port: int | None) -> None:
    from server.commands.reading import exit_over, settings_or_exit

    settings = settings_or_exit()
    # What takes time to import comes after the settings are known to be right.
    from server.app import create_app
    from server.house import now
    from server.issuers import IssuerMistakes
    from server.listening import listen
    from server.logs import AccessLog, configure
    from server.neighbours import open_to_neighbours
    from server.policies import guarded
    from server.settings import WrongSettings

    configure(settings.house.log_level)
    try:
        app = create_app(settings)
    except WrongSettings as refused:
        exit_over(refused)
    except IssuerMistakes as wrong:
        click.echo("The issuers of tokens cannot be trusted as they stand (docs/identity.md):", err=True)
        for mistake in wrong.mistakes:
            click.echo(f"  {mistake}", err=True)
        sys.exit(2)
    known = guarded(app, settings, now, app.metrics.refused)
    gc.freeze()  # so that what opening the application leaves behind is found among little
    listen(AccessLog(open_to_neighbours(known, settings)), settings, host=host, port=port, streams=app.streams)
