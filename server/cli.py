"""`btb`, the command. Exit status 2 means that the settings or the arguments are wrong, and says which.

A subcommand is a module in `server/commands` with a click command of the same name (`import_` for `import`); add it to
the table below.
"""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

_COMMANDS: Final = {
    "serve": "Serve the subgraph.",
    "follow": "Follow the feed into a copy, as an access-management system does.",
    "kbo": "Take the KBO Open Data extract, and show which one is in use.",
    "rehearse": "Serve the rehearsal sources as MAGDA does, as a server of their own.",
    "sdl": "Show the schema, or compare it with schema/subgraph.graphql, or write it there.",
    "settings": "Show every setting, its meaning and its default.",
    "token": "Print a token of the rehearsal issuer, for trying things out.",
    "migrate": "Bring the database to the tables of this version.",
    "verify": "Hold the register against its own log, and say exactly where it is off.",
    "export": "Write mandates, of one enterprise or of all, as JSON lines or CSV.",
    "import": "Take mandates in bulk from a CSV file, by the rules of every request.",
    "epoch": "Say whether a restored database goes on with the same history.",
    "keys": "Change the key that national numbers are kept under.",
    "purge": "Remove answers and consultations that were kept long enough.",
}


class _Commands(click.Group):
    """Imports a subcommand's module only when it is asked for: `btb serve` is to be up within a second."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        spelt = f"{name}_" if iskeyword(name) else name
        command = getattr(import_module(f"server.commands.{spelt}"), spelt)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_Commands)
def main() -> None:
    """BTB: who may manage an enterprise's access to the government's online services."""
