"""The search index of a slot: names by their beginning, by their words, and words by their halves.

SQLite: FTS5 over the folded names. PostgreSQL: GIN over their words, and `pg_trgm` over the vocabulary where the
extension is at hand. The vocabulary is what typing errors are looked up in.
"""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

from typing import Final

from datasources.kbo_mirror.bulk import Bulk, index_statements, transaction
from datasources.kbo_mirror.records import Row
from datasources.kbo_mirror.tables import Slot

SHORTEST_WORD: Final = 4
LONGEST_WORD: Final = 40
"""Words that typing errors are looked for in."""

_NAMES_AT_ONCE: Final = 100_000
_WORDS_AT_ONCE: Final = 50_000


def word_row(word: str) -> Row:
    """A row of the vocabulary."""
    return word, word[::-1]


def vocabulary(folded: str) -> list[str]:
    """The words of a name that belong to the vocabulary."""
    return [word for word in folded.split() if SHORTEST_WORD <= len(word) <= LONGEST_WORD]


async def cleared(to: Bulk, slot: Slot) -> None:
    """Empty the slot that is not in use. On PostgreSQL at once: a reader waits for no longer than that."""
    if not to.is_postgresql:
        await to.run("PRAGMA secure_delete = OFF")
    async with transaction(to):
        if to.is_postgresql:
            # In the order in which a reader's statement takes them: in another one, each would wait for the other.
            tables = ", ".join(table.name for table in (slot.enterprises, slot.addresses, slot.names, slot.words))
            await to.run(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        await to.run(f"DROP {'INDEX' if to.is_postgresql else 'TABLE'} IF EXISTS {slot.search}")
        await to.run(f"DROP INDEX IF EXISTS {near_index(slot)}")
        for name, _ in index_statements(to, slot):
            await to.run(f"DROP INDEX IF EXISTS {name}")
        for table in slot.tables:
            await to.run(f"TRUNCATE {table.name}" if to.is_postgresql else f"DELETE FROM {table.name}")


async def indexed(to: Bulk, slot: Slot) -> None:
    """Build the search index over the names of a slot that is not in use. On PostgreSQL others may load meanwhile."""
    if to.is_postgresql:
        await _postgresql(to, slot)
        return
    await _sqlite_names(to, slot)
    await _sqlite_words(to, slot)
    for _, statement in index_statements(to, slot):
        await to.rest()
        async with transaction(to):
            await to.run(statement)


async def counted(to: Bulk, slot: Slot) -> None:
    """Let PostgreSQL know what its planner must know of tables that were empty before."""
    if to.is_postgresql:
        for table in slot.tables:
            await to.run(f"ANALYZE {table.name}")


async def trigrams_at_hand(to: Bulk) -> bool:
    """Whether PostgreSQL lets us have `pg_trgm`; whoever owns a database may make this extension in it."""
    if await to.rows("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"):
        return True
    allowed = await to.rows(
        "SELECT 1 FROM pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted"
        " AND has_database_privilege(current_database(), 'CREATE')"
    )
    if allowed:
        await to.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return bool(allowed)


def near_index(slot: Slot) -> str:
    """The name of the index over the vocabulary's trigrams, which PostgreSQL has where `pg_trgm` is at hand."""
    return f"kbo_near_{slot.place}"


async def _postgresql(to: Bulk, slot: Slot) -> None:
    await to.run("SET maintenance_work_mem = '128MB'")
    await to.run(
        f"CREATE INDEX {slot.search} ON {slot.names.name} "
        "USING gin (array_to_tsvector(string_to_array(folded, ' '))) WITH (fastupdate = off)"
    )
    await to.run(
        f"INSERT INTO {slot.words.name} (word, backward) SELECT word, reverse(word) FROM "
        f"(SELECT DISTINCT unnest(string_to_array(folded, ' ')) AS word FROM {slot.names.name}) AS every "
        f"WHERE length(word) BETWEEN {SHORTEST_WORD} AND {LONGEST_WORD} ORDER BY word"
    )
    for _, statement in index_statements(to, slot):
        await to.run(statement)
    if await trigrams_at_hand(to):
        await to.run(f"CREATE INDEX {near_index(slot)} ON {slot.words.name} USING gin (word gin_trgm_ops)")


async def _sqlite_names(to: Bulk, slot: Slot) -> None:
    search, names = slot.search, slot.names.name
    async with transaction(to):
        await to.run(
            f"CREATE VIRTUAL TABLE {search} USING fts5(folded, content='{names}', content_rowid='id', "
            "detail='none', columnsize=0, prefix='3 4', tokenize='unicode61 remove_diacritics 0')"
        )
        await to.run(f"INSERT INTO {search}({search}, rank) VALUES('hashsize', 33554432)")
    behind = 0
    while True:
        last = await to.rows(
            f"SELECT max(id) FROM (SELECT id FROM {names} WHERE id > $1 ORDER BY id LIMIT {_NAMES_AT_ONCE})", behind
        )
        if last[0][0] is None:
            return
        async with transaction(to):
            await to.run(
                f"INSERT INTO {search}(rowid, folded) SELECT id, folded FROM {names} WHERE id > $1 AND id <= $2",
                behind,
                last[0][0],
            )
        behind = last[0][0]
        await to.rest()


async def _sqlite_words(to: Bulk, slot: Slot) -> None:
    await to.run(f"CREATE VIRTUAL TABLE temp.kbo_vocabulary USING fts5vocab('main', '{slot.search}', 'row')")
    behind = ""
    while True:
        found = await to.rows(
            f"SELECT term FROM temp.kbo_vocabulary WHERE term > $1 ORDER BY term LIMIT {_WORDS_AT_ONCE}", behind
        )
        if not found:
            break
        behind = found[-1][0]
        words = [word_row(word) for (word,) in found if SHORTEST_WORD <= len(word) <= LONGEST_WORD]
        async with transaction(to):
            await to.load(slot.words.name, ("word", "backward"), words)
        await to.rest()
    await to.run("DROP TABLE temp.kbo_vocabulary")
