"""How a command reads the settings: all of them, or an end with status 2."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from server.settings import Settings, WrongSettings


def settings_or_exit() -> Settings:
    """The settings; where some are wrong, they are listed by name and the process ends."""
    try:
        return Settings.read()
    except WrongSettings as refused:
        exit_over(refused)


def exit_over(refused: WrongSettings) -> NoReturn:
    """List what is wrong, by name, and end with status 2."""
    click.echo("These settings are wrong or missing (docs/operations.md lists them all):", err=True)
    for name, reason in refused.wrong:
        click.echo(f"  {name}: {reason}", err=True)
    sys.exit(2)
