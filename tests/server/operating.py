"""The command as an operator runs it, on a database of a test."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from click.testing import CliRunner, Result
from sqlalchemy import text

from datasources.register.database import Database
from server.cli import main
from tests.cast import BAKERY, enterprise_of, number_of

BAKERS = enterprise_of(BAKERY).digits


class Btb:
    """The command as an operator runs it, and the database behind it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def rows(self, *rows: Sequence[str]) -> str:
        """A file to import; columns from the left."""
        columns = ("enterprise", "role", "person", "domains", "affiliation", "email", "phone", "valid_from")
        file = self.folder / f"{uuid4().hex}.csv"
        with file.open("w", newline="") as opened:
            csv.writer(opened).writerows([columns, *([*row, *[""] * (len(columns) - len(row))] for row in rows)])
        return str(file)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """One statement on the database, behind the register's back."""

        async def run() -> list[tuple[object, ...]]:
            database = Database.open(self.url)
            try:
                async with database.working() as session:
                    found = await session.execute(text(statement))
                    return [tuple(row) for row in found] if found.returns_rows else []
            finally:
                await database.close()

        return asyncio.run(run())


def of(handle: str) -> str:
    return number_of(handle).digits


CHIEF = (BAKERS, "CHIEF", of("koen"), "", "EMPLOYEE", "koen@bakkerij.example", "025551212")
CO_CHIEF = (BAKERS, "CO_CHIEF", of("nadia"), "", "EMPLOYEE")
MANAGER = (BAKERS, "DOMAIN", of("tom"), "FINANCE|MOBILITY")
