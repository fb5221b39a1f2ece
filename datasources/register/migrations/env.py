"""What Alembic runs: always on a connection that the caller has opened and will commit."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from datasources.kbo_mirror import tables as kbo_mirror
from datasources.register import service_tables, tables


def _plain_type(kind: str, item: Any, autogenerating: AutogenContext) -> str | Literal[False]:
    """Write the stored type into a migration and not our class: a migration outlives the code of its day."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


assert service_tables.leases.metadata is tables.metadata, "one register, one metadata"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[tables.metadata, kbo_mirror.metadata],
    render_item=_plain_type,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
