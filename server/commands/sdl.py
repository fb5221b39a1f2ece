"""`btb sdl`: the contract as text, and whether the committed text is still the contract."""

from __future__ import annotations

import sys
from pathlib import Path

import click

COMMITTED = Path(__file__).resolve().parents[2] / "schema" / "subgraph.graphql"


@click.command()
@click.option("--check", is_flag=True, help="Fail where schema/subgraph.graphql is not this schema.")
@click.option("--write", is_flag=True, help="Write schema/subgraph.graphql.")
def sdl(check: bool, write: bool) -> None:
    """Show the schema, or compare it with schema/subgraph.graphql, or write it there."""
    from schema.subgraph import build_schema

    text = build_schema().as_str().rstrip() + "\n"
    if write:
        COMMITTED.write_text(text)
    elif not check:
        click.echo(text, nl=False)
    elif not COMMITTED.exists() or COMMITTED.read_text() != text:
        click.echo("schema/subgraph.graphql is not the schema any more: write it with `btb sdl --write`.", err=True)
        sys.exit(1)
