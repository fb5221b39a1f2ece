"""What the register has, and what a consumer has: to be compared, and not by the consumer itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from btb.changes import Change
from btb.checksums import Checksum, line
from btb.filters import ChangeFilter
from btb.systems import SYSTEMS
from datasources.register.changes import changes_after, current_head
from datasources.register.database import Database
from datasources.register.snapshots import snapshot_page
from server.consumer.lines import digest


@dataclass(frozen=True, slots=True)
class Copied:
    """A consumer's file. `journal` are the ids of the changes it applied since its snapshot, in order."""

    digest: str
    mandates: int
    journal: tuple[str, ...]
    repeated: int


def copied(file: Path) -> Copied:
    """Read a consumer's file."""
    base = sqlite3.connect(file)
    try:
        kept = dict(base.execute("SELECT name, value FROM progress").fetchall())
        journal = tuple(row[0] for row in base.execute("SELECT id FROM journal ORDER BY place"))
        (size,) = base.execute("SELECT count(*) FROM mandates").fetchone()
    finally:
        base.close()
    return Copied(digest(int(kept["total"])), size, journal, int(kept.get("repeated") or 0))


def journal_length(file: Path) -> int:
    """How many changes a consumer has applied; -1 before its first snapshot is complete."""
    try:
        return len(copied(file).journal)
    except (sqlite3.Error, KeyError):
        return -1


def of(system: str) -> ChangeFilter:
    """What concerns a system."""
    found = SYSTEMS.find(system)
    assert found is not None
    return ChangeFilter(domains=found.domains)


async def everything(database: Database) -> tuple[Change, ...]:
    """The whole log."""
    async with database.reading() as session:
        head = (await current_head(session)).position
        found: list[Change] = []
        while len(found) < head:
            found += await changes_after(session, len(found), 500)
    return tuple(found)


async def assert_equal(database: Database, file: Path, system: str = "UMAN") -> Copied:
    """The copy is the register's, change by change from its snapshot on, and nothing came twice."""
    asked, copy, log = of(system), copied(file), await everything(database)
    concerned = [str(change.id) for change in log if asked.passes(change)]
    assert list(copy.journal) == concerned[len(concerned) - len(copy.journal) :]
    assert copy.repeated == 0
    expected = Checksum()
    async with database.reading() as session:
        page, more = await snapshot_page(session, len(log), 500, None, asked), True
        while more:
            for mandate in page.mandates:
                expected = expected.plus(line(mandate, asked))
            more = page.end is not None
            page = await snapshot_page(session, len(log), 500, page.end, asked) if more else page
    assert (copy.digest, copy.mandates) == (expected.digest, expected.mandates)
    return copy
