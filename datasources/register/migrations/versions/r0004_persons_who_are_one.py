"""Ids that turned out to be other people's are looked after until nothing can stand under them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None

_UNSETTLED = sa.text("unsettled_until IS NOT NULL")


def upgrade() -> None:
    """Go up."""
    op.add_column("persons", sa.Column("unsettled_until", sa.BigInteger(), nullable=True))
    # What was left under such ids before this is looked for once.
    op.execute("UPDATE persons SET unsettled_until = 0 WHERE absorbed_by IS NOT NULL")
    op.create_index(
        "ix_persons_unsettled_until",
        "persons",
        ["unsettled_until"],
        unique=False,
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_persons_unsettled_until", table_name="persons")
    op.drop_column("persons", "unsettled_until")
