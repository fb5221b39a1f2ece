"""The mirror of the KBO Open Data extract: two slots of four tables, and which one is in use.

What the import makes beside them (the engine's own search index) goes with them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

_SLOTS = (0, 1)


def _bytewise() -> sa.types.TypeEngine[str]:
    return sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()


def _whole() -> sa.types.TypeEngine[int]:
    """SQLite knows its row ids by the word INTEGER only."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "kbo_mirror",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="ExtractNumber of what is in use."),
        sa.Column("snapshot", sa.Integer(), nullable=False, comment="Day of the facts, as its ordinal."),
        sa.Column("kind", sa.String(length=6), nullable=False, comment="Of the last extract taken: full or update."),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("enterprises", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.BigInteger(), nullable=False),
        sa.Column("addresses", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_kbo_mirror_one_row")),
        sa.CheckConstraint("slot IN (0, 1)", name=op.f("ck_kbo_mirror_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kbo_mirror")),
    )
    for slot in _SLOTS:
        _facts(slot)
        _names(slot)


def downgrade() -> None:
    """Go back."""
    for slot in _SLOTS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(sa.text(f"DROP TABLE IF EXISTS kbo_search_{slot}"))
        for table in ("words", "names", "addresses", "enterprises"):
            op.drop_table(f"kbo_{table}_{slot}")
    op.drop_table("kbo_mirror")


def _facts(slot: int) -> None:
    op.create_table(
        f"kbo_enterprises_{slot}",
        sa.Column("number", _whole(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("form", sa.String(length=3), nullable=True),
        sa.Column("situation", sa.String(length=3), nullable=True),
        sa.Column("started", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_kbo_enterprises_{slot}")),
    )
    op.create_table(
        f"kbo_addresses_{slot}",
        sa.Column("number", _whole(), autoincrement=False, nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("house_number", sa.Text(), nullable=True),
        sa.Column("box", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("country_code", sa.String(length=2), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_kbo_addresses_{slot}")),
    )


def _names(slot: int) -> None:
    op.create_table(
        f"kbo_names_{slot}",
        sa.Column("id", _whole(), autoincrement=False, nullable=False),
        sa.Column("language", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", _bytewise(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_kbo_names_{slot}")),
    )
    op.create_index(f"ix_kbo_names_{slot}_folded", f"kbo_names_{slot}", ["folded"], unique=False)
    op.create_table(
        f"kbo_words_{slot}",
        sa.Column("word", _bytewise(), nullable=False),
        sa.Column("backward", _bytewise(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f(f"pk_kbo_words_{slot}")),
    )
    op.create_index(f"ix_kbo_words_{slot}_backward", f"kbo_words_{slot}", ["backward"], unique=False)
