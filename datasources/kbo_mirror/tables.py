"""The mirror's tables: two slots of four tables, and one row that says which slot is in use.

The engines' own search indexes (FTS5 on SQLite, GIN on PostgreSQL) are made by the import: Alembic knows neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text

from datasources.register.columns import Moment
from datasources.register.tables import metadata as register

metadata = MetaData(naming_convention=register.naming_convention)

_Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared by bytes on both engines, so that a beginning is a range."""

state = Table(
    "kbo_mirror",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False, comment="ExtractNumber of what is in use."),
    Column("snapshot", Integer, nullable=False, comment="Day of the facts, as its ordinal."),
    Column("kind", String(6), nullable=False, comment="Of the last extract taken: full or update."),
    Column("imported_at", Moment, nullable=False),
    Column("enterprises", BigInteger, nullable=False),
    Column("names", BigInteger, nullable=False),
    Column("addresses", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("slot IN (0, 1)", name="slot"),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One of two places an extract stands in."""

    place: int
    enterprises: Table
    names: Table
    addresses: Table
    words: Table
    indexes: tuple[Index, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All four."""
        return self.enterprises, self.names, self.addresses, self.words

    @property
    def search(self) -> str:
        """The name of the engine's own index over the folded names."""
        return f"kbo_search_{self.place}"


def _slot(place: int) -> Slot:
    enterprises = Table(
        f"kbo_enterprises_{place}",
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("status", String(2), nullable=False),
        Column("kind", SmallInteger, nullable=False),
        Column("form", String(3)),
        Column("situation", String(3)),
        Column("started", Integer),
    )
    names = Table(
        f"kbo_names_{place}",
        metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("language", SmallInteger, nullable=False),
        Column("kind", SmallInteger, nullable=False),
        Column("name", Text, nullable=False),
        Column("folded", _Bytewise, nullable=False),
    )
    addresses = Table(
        f"kbo_addresses_{place}",
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        *(Column(name, Text) for name in ("street", "house_number", "box", "postal_code", "municipality")),
        Column("country_code", String(2)),
    )
    words = Table(
        f"kbo_words_{place}",
        metadata,
        Column("word", _Bytewise, primary_key=True),
        Column("backward", _Bytewise, nullable=False),
    )
    indexes = Index(f"ix_{names.name}_folded", names.c.folded), Index(f"ix_{words.name}_backward", words.c.backward)
    return Slot(place, enterprises, names, addresses, words, indexes)


SLOTS: Final = (_slot(0), _slot(1))
