"""`btb export`: mandates as they stand in the register, ended ones included. National numbers are never written."""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

import click
import orjson

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber, InvalidEnterpriseNumber
from btb.mandates import Delegation, Mandate
from datasources.register.charts import charts
from datasources.register.columns import actor_text
from datasources.register.database import Database
from datasources.register.exports import every_chart
from server.commands.on_register import on_register
from server.commands.reading import settings_or_exit

COLUMNS: Final = (
    *("enterprise", "version", "mandate", "role", "person", "affiliation", "email", "phone", "standing"),
    *("valid_from", "valid_until", "appointed_at", "appointed_by", "suspended_at", "ended_at", "end_reason"),
    *("delegation", "domain", "delegation_standing", "delegation_valid_from", "delegation_valid_until"),
    *("granted_at", "granted_by", "delegation_ended_at", "delegation_end_reason"),
)


@click.command()
@click.option("--enterprise", metavar="NUMBER", help="Only this enterprise.")
@click.option("--format", "shape", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A file to write; else standard output.")
def export(enterprise: str | None, shape: str, to: Path | None) -> None:
    """Write mandates: a JSON object for each, or a CSV row for each and, of access managers, for each domain."""
    number = None if enterprise is None else _number(enterprise)
    url = settings_or_exit().register.url.get_secret_value()
    if to is None:
        on_register(url, lambda database: _written(database, number, shape, sys.stdout))
        return
    with to.open("w", encoding="utf-8", newline="") as file:
        written = on_register(url, lambda database: _written(database, number, shape, file))
    click.echo(f"{written:,} mandates.", err=True)


def _number(text: str) -> EnterpriseNumber:
    try:
        return EnterpriseNumber.parse(text)
    except InvalidEnterpriseNumber:
        raise click.BadParameter("This is no enterprise number.", param_hint="--enterprise") from None


async def _written(database: Database, number: EnterpriseNumber | None, shape: str, file: TextIO) -> int:
    write, written = _WRITERS[shape](file), 0
    async for chart in _charts(database, number):
        for mandate in chart.mandates:
            write(chart, mandate)
            written += 1
    return written


async def _charts(database: Database, number: EnterpriseNumber | None) -> AsyncIterator[Chart]:
    if number is None:
        async for chart in every_chart(database):
            yield chart
        return
    async with database.reading() as session:
        yield (await charts(session, (number,), full=True))[number]


Write = Callable[[Chart, Mandate], None]


def _json_lines(file: TextIO) -> Write:
    def write(chart: Chart, mandate: Mandate) -> None:
        delegations = [_delegation(each) for each in mandate.delegations]
        said = {**_mandate(chart, mandate), "delegations": delegations}
        file.write(orjson.dumps(said, option=orjson.OPT_UTC_Z).decode() + "\n")

    return write


def _csv(file: TextIO) -> Write:
    rows = csv.DictWriter(file, COLUMNS)
    rows.writeheader()

    def write(chart: Chart, mandate: Mandate) -> None:
        rows.writerows({name: _cell(value) for name, value in row.items()} for row in _flat(chart, mandate))

    return write


_WRITERS: Final = {"jsonl": _json_lines, "csv": _csv}


def _flat(chart: Chart, mandate: Mandate) -> Iterator[dict[str, Any]]:
    whole = _mandate(chart, mandate)
    if not mandate.delegations:
        yield whole
    for delegation in mandate.delegations:
        said = _delegation(delegation)
        own = ("standing", "valid_from", "valid_until", "ended_at", "end_reason")
        yield whole | {f"delegation_{name}" if name in own else name: value for name, value in said.items()}


def _cell(value: Any) -> Any:
    """Texts that callers wrote begin with no sign that a spreadsheet would take for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str) or not value.startswith(("=", "+", "@", "-", "\t", "\r")):
        return value
    return value if value[1:].isdigit() else f"'{value}"  # a phone number is left as it is


def _mandate(chart: Chart, mandate: Mandate) -> dict[str, Any]:
    return {
        "enterprise": mandate.enterprise.digits,
        "version": chart.version,
        "mandate": str(mandate.id),
        "role": mandate.role,
        "person": str(mandate.person),
        "affiliation": mandate.affiliation,
        "email": mandate.contact.email,
        "phone": mandate.contact.phone,
        "standing": mandate.standing,
        "valid_from": mandate.valid_from,
        "valid_until": mandate.valid_until,
        "appointed_at": mandate.appointed_at,
        "appointed_by": actor_text(mandate.appointed_by),
        "suspended_at": mandate.suspended_at,
        "ended_at": mandate.ended_at,
        "end_reason": mandate.end_reason,
    }


def _delegation(delegation: Delegation) -> dict[str, Any]:
    return {
        "delegation": str(delegation.id),
        "domain": delegation.domain,
        "standing": delegation.standing,
        "valid_from": delegation.valid_from,
        "valid_until": delegation.valid_until,
        "granted_at": delegation.granted_at,
        "granted_by": actor_text(delegation.granted_by),
        "ended_at": delegation.ended_at,
        "end_reason": delegation.end_reason,
    }
