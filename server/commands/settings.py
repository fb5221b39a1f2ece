"""`btb settings`: every setting as the table of `docs/operations.md`, and whether that page is in step."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from server.settings import meanings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
_BEGIN: Final = "<!-- settings: written by `btb settings --write` -->\n"
_END: Final = "<!-- end of settings -->\n"


@click.command()
@click.option("--check", is_flag=True, help="Fail where docs/operations.md says something else.")
@click.option("--write", is_flag=True, help="Write the table into docs/operations.md.")
def settings(check: bool, write: bool) -> None:
    """Show every setting, its meaning and its default."""
    if not check and not write:
        click.echo(table(), nl=False)
        return
    page = PAGE.read_text()
    in_step = renewed(page)
    if write:
        PAGE.write_text(in_step)
    elif page != in_step:
        click.echo("docs/operations.md is not in step: write it with `btb settings --write`.", err=True)
        sys.exit(1)


def table() -> str:
    """The settings in Markdown."""
    rows = [f"| `{each.name}` | {each.meaning} | {_shown(each.default)} |\n" for each in meanings()]
    return "| Setting | Meaning | Default |\n|---|---|---|\n" + "".join(rows)


def renewed(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{table()}{_END}{after}"


def _shown(default: str) -> str:
    return default if default == "unset" else f"`{default}`"
