"""`btb import`: mandates in bulk. Exit status 1 means that rows were refused, and says which and why."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import uuid4

import click

from btb.enterprises import Language
from btb.refusals import Problem, Refused
from btb.wording import problem_message
from execution.batching import Batches
from loaders import Present
from resolvers.context import Context, House
from resolvers.imports import IMPORTER, import_row
from server.commands.import_rows import HeaderRefused, Line, lines
from server.commands.on_register import finished
from server.commands.reading import settings_or_exit
from server.contexts import loaders_of
from server.house import open_house
from server.metrics import Metrics
from server.settings import Settings

_PURPOSE = "import of mandates"


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", is_flag=True, help="Write what is accepted. Without it everything is only tried out.")
def import_(file: Path, apply: bool) -> None:
    """Take the mandates of FILE, a CSV file, by the rules of every request. Run it again after it was cut short.

    Columns: enterprise, role (CHIEF, CO_CHIEF, DOMAIN), person (national number, or `Person.id`), domains (codes with
    | between them), affiliation, email, phone, valid_from, valid_until.
    """
    accepted, refused = finished(_imported(settings_or_exit(), file, apply))
    done = "accepted" if apply else "would be accepted (nothing is written without --apply)"
    click.echo(f"{accepted:,} rows {done}, {refused:,} refused.")
    if refused:
        sys.exit(1)


async def _imported(settings: Settings, file: Path, apply: bool) -> tuple[int, int]:
    accepted = refused = 0
    async with open_house(settings, Metrics()) as house:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            try:
                for line in lines(opened, allow_test_numbers=settings.test_numbers_allowed):
                    said, taken = await _told(house, line, apply)
                    accepted, refused = accepted + taken, refused + (not taken)
                    click.echo(f"line {line.number}: {said}")
            except HeaderRefused as wrong:
                raise click.UsageError(str(wrong)) from None
            except UnicodeDecodeError:
                raise click.UsageError("The file is not UTF-8.") from None
    return accepted, refused


async def _told(house: House, line: Line, apply: bool) -> tuple[str, bool]:
    if line.row is None:
        return f"refused: cannot be read: {', '.join(line.unreadable)}", False
    try:
        made = await import_row(_context(house), line.row, dry_run=not apply)
    except Refused as no:
        return "refused: " + " ".join(map(_sentence, no.problems)), False
    if made.replayed:
        return "done before", True
    return "accepted: " + ", ".join(change.type for change in made.changes), True


def _sentence(problem: Problem) -> str:
    where = "" if not problem.path else f" ({problem.path[0]})"
    return f"{problem.code}{where} {problem_message(problem, Language.EN)}"


def _context(house: House) -> Context:
    present = Present(house.now())
    return Context(
        house=house,
        batches=Batches(),
        actor=IMPORTER,
        loaders=loaders_of(house, IMPORTER, present, _PURPOSE),
        language=Language.EN,
        request_id=str(uuid4()),
        present=present,
        purpose=_PURPOSE,
    )
