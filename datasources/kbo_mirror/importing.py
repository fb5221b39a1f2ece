"""`btb kbo import`: takes an extract into the database, or refuses it and leaves the one in use as it stands.

A full extract is loaded into the slot that is not in use, and one small transaction switches. Wherever this ends before
that, the slot in use is whole; what was loaded beside it is cleared by the next import.
"""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from datasources.kbo_mirror.bulk import Bulk, beside, bulk, column_names, durable, transaction
from datasources.kbo_mirror.days import DayOrder
from datasources.kbo_mirror.extract import Extract
from datasources.kbo_mirror.indexing import cleared, counted, indexed
from datasources.kbo_mirror.loading import Progress, Silent, Target, check_share, stream
from datasources.kbo_mirror.meta import ExtractKind, ExtractMeta, Told
from datasources.kbo_mirror.numbers import Places, Seen
from datasources.kbo_mirror.problems import DATABASE_FAILURES, ExtractUnreadable, ImportRefused, database_failed
from datasources.kbo_mirror.records import (
    ADDRESS,
    ENTERPRISE,
    NAME,
    addresses,
    enterprises,
    names,
)
from datasources.kbo_mirror.report import Tally
from datasources.kbo_mirror.sequence import InUse, check_follows
from datasources.kbo_mirror.tables import SLOTS, Slot
from datasources.kbo_mirror.updating import update
from datasources.register.columns import microseconds
from datasources.register.database import Database


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken, and what became of its rows."""

    meta: ExtractMeta
    enterprises: int
    names: int
    addresses: int
    tallies: tuple[Tally, ...]


async def import_extract(
    database: Database,
    path: Path,
    now: datetime,
    most_rejected: float = 0.05,
    progress: Progress | None = None,
    told: Told = Told(),  # noqa: B008 frozen
) -> Imported:
    """Take a full extract or an update. The database is opened with `bulk.IMPORTING`.

    Raises ImportRefused, and then nothing has changed.
    """
    try:
        with Extract.open(path) as extract, _not_collecting():
            meta = extract.meta(told)
            async with bulk(database) as to:
                return await _taken(extract, meta, database, to, now, most_rejected, progress or Silent())
    except ImportRefused:
        raise
    except DATABASE_FAILURES as error:
        raise database_failed(error) from None


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Rows hold no cycles, and a collector that looks through them all the time doubles the time of an import."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


async def _taken(
    extract: Extract,
    meta: ExtractMeta,
    database: Database,
    to: Bulk,
    now: datetime,
    most_rejected: float,
    progress: Progress,
) -> Imported:
    in_use = await _in_use(to)
    check_follows(meta, in_use)
    if meta.kind is ExtractKind.UPDATE and in_use is not None:
        slot = SLOTS[in_use.slot]
        tallies = await update(extract, to, slot, most_rejected, progress, partial(_noted, to, slot, meta, now))
    else:
        slot = SLOTS[0 if in_use is None else 1 - in_use.slot]
        tallies = await _full(extract, database, to, slot, most_rejected, progress)
        progress.step("switching", None)
        async with transaction(to):
            check_follows(meta, await _in_use(to))
            await _noted(to, slot, meta, now)
    counts = (await to.rows("SELECT enterprises, names, addresses FROM kbo_mirror"))[0]
    return Imported(meta, counts[0], counts[1], counts[2], tuple(tallies))


async def _full(
    extract: Extract, database: Database, to: Bulk, slot: Slot, most_rejected: float, progress: Progress
) -> Sequence[Tally]:
    progress.step("making room", None)
    await cleared(to, slot)
    known, places, seats, days = Seen(), Places(), Seen(), DayOrder()
    tallies: list[Tally] = []

    async def load(name: str, columns: Any, table: Table, convert: Any) -> None:
        target = Target(table.name, column_names(table))
        tallies.append(await stream(extract, name, columns, convert, to, target, progress))
        check_share(tallies, most_rejected)

    await load("enterprise.csv", ENTERPRISE, slot.enterprises, lambda rows, told: enterprises(rows, known, days, told))
    await load("denomination.csv", NAME, slot.names, lambda rows, told: names(rows, known, places, told))
    async with _index(database, to, slot) as ready:
        await load("address.csv", ADDRESS, slot.addresses, lambda rows, told: addresses(rows, known, seats, told))
        if not tallies[0].kept:
            raise ExtractUnreadable("There is no enterprise in this extract.")
        progress.step("search index", None)
        await ready()
    await counted(to, slot)
    return tallies


@asynccontextmanager
async def _index(database: Database, to: Bulk, slot: Slot) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The index over names, once all are there: waited for by what is yielded. PostgreSQL builds it meanwhile."""
    if not to.is_postgresql:
        yield lambda: indexed(to, slot)
        return

    async def aside() -> None:
        async with beside(database) as other:
            await indexed(other, slot)

    building = asyncio.ensure_future(aside())
    try:
        yield lambda: building
    except BaseException:
        building.cancel()
        await asyncio.wait([building])
        if not building.cancelled():
            building.exception()  # the one that is raised says enough
        raise


async def _in_use(to: Bulk) -> InUse | None:
    found = await to.rows("SELECT slot, number, snapshot FROM kbo_mirror")
    return InUse(*found[0]) if found else None


async def _noted(to: Bulk, slot: Slot, meta: ExtractMeta, now: datetime) -> None:
    """Write which extract stands in which slot: from the end of this transaction on, every reader sees it."""
    await durable(to)
    counted = ", ".join(
        f"(SELECT count(*) FROM {table.name})" for table in (slot.enterprises, slot.names, slot.addresses)
    )
    await to.run(
        "INSERT INTO kbo_mirror (id, slot, number, snapshot, kind, imported_at, enterprises, names, addresses) "
        f"VALUES (1, $1, $2, $3, $4, $5, {counted}) ON CONFLICT (id) DO UPDATE SET slot = excluded.slot, "
        "number = excluded.number, snapshot = excluded.snapshot, kind = excluded.kind, "
        "imported_at = excluded.imported_at, enterprises = excluded.enterprises, names = excluded.names, "
        "addresses = excluded.addresses",
        slot.place,
        meta.number,
        meta.snapshot.toordinal(),
        str(meta.kind),
        microseconds(now),
    )
