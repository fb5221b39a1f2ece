"""An update: staged in temporary tables, then all deletes and all inserts in one transaction.

While it is staged nobody waits. `*_delete` holds keys only, and a changed row stands in both files.
"""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from datasources.kbo_mirror.bulk import Bulk, column_names, transaction
from datasources.kbo_mirror.days import DayOrder
from datasources.kbo_mirror.extract import Extract
from datasources.kbo_mirror.indexing import vocabulary, word_row
from datasources.kbo_mirror.loading import Progress, Target, check_share, stream
from datasources.kbo_mirror.numbers import Places, Seen
from datasources.kbo_mirror.records import (
    ADDRESS,
    DELETED,
    ENTERPRISE,
    NAME,
    NAMES_PER_ENTERPRISE,
    addresses,
    deletions,
    enterprises,
    names,
)
from datasources.kbo_mirror.report import Tally
from datasources.kbo_mirror.tables import Slot

_GONE: Final = {"enterprise": "gone_enterprises", "denomination": "gone_names", "address": "gone_addresses"}
_NAMES_AT_ONCE: Final = 50_000
_STAGED: Final = (*_GONE.values(), "new_enterprises", "new_names", "new_addresses", "new_words")


async def update(
    extract: Extract,
    to: Bulk,
    slot: Slot,
    most_rejected: float,
    progress: Progress,
    noted: Callable[[], Awaitable[None]],
) -> Sequence[Tally]:
    """Stage the files, then apply them; `noted` runs last, in the same transaction."""
    await _prepared(to, slot)
    tallies = await _staged(extract, to, slot, progress)
    check_share(tallies, most_rejected)
    progress.step("applying", None)
    if to.is_postgresql:
        for table in _STAGED:
            await to.run(f"ANALYZE {table}")
    async with transaction(to):
        for statement in _deletes(to, slot) + _inserts(to, slot):
            await to.run(statement)
        await noted()
    for table in _STAGED:
        await to.run(f"DROP TABLE {table}")
    return tallies


async def _prepared(to: Bulk, slot: Slot) -> None:
    async with transaction(to, staging=True):
        for table in _GONE.values():
            await to.run(f"CREATE TEMP TABLE {table} (number BIGINT)")
        for table, like in (
            ("new_enterprises", slot.enterprises),
            ("new_names", slot.names),
            ("new_addresses", slot.addresses),
            ("new_words", slot.words),
        ):
            await to.run(f"CREATE TEMP TABLE {table} AS SELECT * FROM {like.name} WHERE 1 = 0")


async def _staged(extract: Extract, to: Bulk, slot: Slot, progress: Progress) -> list[Tally]:
    tallies: list[Tally] = []
    for subject, table in _GONE.items():
        target = Target(table, ("number",), staging=True)
        name = f"{subject}_delete.csv"
        tallies.append(await stream(extract, name, DELETED[subject], deletions, to, target, progress))
    seen, places, seats, days = Seen(), Places(), Seen(), DayOrder()
    steps: tuple[tuple[str, Any, Any, Any], ...] = (
        ("enterprise", ENTERPRISE, slot.enterprises, lambda batch, tally: enterprises(batch, seen, days, tally)),
        ("denomination", NAME, slot.names, lambda batch, tally: names(batch, None, places, tally)),
        ("address", ADDRESS, slot.addresses, lambda batch, tally: addresses(batch, None, seats, tally)),
    )
    for subject, columns, table, convert in steps:
        target = Target(f"new_{table.name.split('_')[1]}", column_names(table), staging=True)
        tallies.append(await stream(extract, f"{subject}_insert.csv", columns, convert, to, target, progress))
    await _staged_words(to)
    return tallies


async def _staged_words(to: Bulk) -> None:
    behind = 0
    while found := await to.rows(
        f"SELECT id, folded FROM new_names WHERE id > $1 ORDER BY id LIMIT {_NAMES_AT_ONCE}", behind
    ):
        behind = found[-1][0]
        words = sorted({word for _, folded in found for word in vocabulary(folded)})
        async with transaction(to, staging=True):
            await to.load("new_words", ("word", "backward"), [word_row(word) for word in words])


_CEASED: Final = "SELECT number FROM gone_enterprises WHERE number NOT IN (SELECT number FROM new_enterprises)"
"""An enterprise that is deleted and inserted again keeps the names and the seat that the update does not mention."""


def _deletes(to: Bulk, slot: Slot) -> list[str]:
    most = NAMES_PER_ENTERPRISE
    entities = f"SELECT number FROM gone_names UNION SELECT id / {most} FROM new_names UNION {_CEASED}"
    # From each enterprise to its few names. PostgreSQL believes that a range holds many, and joins the whole table to
    # itself wherever another way is open: the range as the one condition of the DELETE leaves none.
    belongs = f"name.id BETWEEN gone.number * {most} AND gone.number * {most} + {most - 1}"
    old_names = f"FROM ({entities}) AS gone JOIN {slot.names.name} AS name ON {belongs}"
    unsearched = f"INSERT INTO {slot.search}({slot.search}, rowid, folded) SELECT 'delete', name.id, name.folded "
    unnamed = (
        [f"DELETE FROM {slot.names.name} AS name USING ({entities}) AS gone WHERE {belongs}"]
        if to.is_postgresql
        else [unsearched + old_names, f"DELETE FROM {slot.names.name} WHERE id IN (SELECT name.id {old_names})"]
    )
    return [
        *unnamed,
        f"DELETE FROM {slot.addresses.name} WHERE number IN (SELECT number FROM gone_addresses "
        f"UNION SELECT number FROM new_addresses UNION {_CEASED})",
        f"DELETE FROM {slot.enterprises.name} WHERE number IN "
        "(SELECT number FROM gone_enterprises UNION SELECT number FROM new_enterprises)",
    ]


def _inserts(to: Bulk, slot: Slot) -> list[str]:
    enterprises_table, names_table = slot.enterprises.name, slot.names.name
    named = (
        f"FROM new_names AS name WHERE EXISTS (SELECT 1 FROM {enterprises_table} AS enterprise "
        f"WHERE enterprise.number = name.id / {NAMES_PER_ENTERPRISE})"
    )
    return [
        f"INSERT INTO {enterprises_table} SELECT * FROM new_enterprises",
        f"INSERT INTO {names_table} SELECT name.* {named}",
        *(
            []
            if to.is_postgresql
            else [f"INSERT INTO {slot.search}(rowid, folded) SELECT name.id, name.folded {named}"]
        ),
        f"INSERT INTO {slot.addresses.name} SELECT seat.* FROM new_addresses AS seat WHERE EXISTS "
        f"(SELECT 1 FROM {enterprises_table} AS enterprise WHERE enterprise.number = seat.number)",
        f"INSERT INTO {slot.words.name} SELECT word, backward FROM new_words WHERE TRUE ON CONFLICT (word) DO NOTHING",
    ]
