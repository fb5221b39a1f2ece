"""`btb`, the command. Exit status 2 means that the settings or the arguments are wrong, and says which.

A subcommand is a module in `server/commands` with a click command of the same name; add it to the table below.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

_COMMANDS: Final = {
    "serve": "Serve the subgraph.",
    "rehearse": "Serve the rehearsal sources as MAGDA does, as a server of their own.",
    "sdl": "Show the schema, or compare it with schema/subgraph.graphql, or write it there.",
    "settings": "Show every setting, its meaning and its default.",
    "token": "Print a token of the rehearsal issuer, for trying things out.",
}


class _Commands(click.Group):
    """Imports a subcommand's module only when it is asked for: `btb serve` is to be up within a second."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command = getattr(import_module(f"server.commands.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_Commands)
def main() -> None:
    """BTB: who may manage an enterprise's access to the government's online services."""
