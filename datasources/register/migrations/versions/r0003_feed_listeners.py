"""Which access-management systems listen to the feed, at which replica, until when unless it is told again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "feed_listeners",
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("replica", sa.String(length=100), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("system", "replica", name=op.f("pk_feed_listeners")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("feed_listeners")
