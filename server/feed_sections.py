"""The settings of the feed."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from server.sections import section


class Following(BaseSettings):
    """How the feed is kept."""

    model_config = section("BTB_FEED_")

    retention_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="How many days a cursor of the feed can be read on from; an older one is answered CURSOR_EXPIRED, "
        "and its reader takes a snapshot. 0: for ever. The register's history stays in any case.",
    )
    kept: int = Field(
        2_000,
        ge=0,
        le=1_000_000,
        description="Newest changes kept in memory for whoever follows, per process, one or two kilobytes each; older "
        "ones are read from the database, once for all who stand at the same place.",
    )

    @property
    def retention(self) -> timedelta | None:
        """The same; None for ever."""
        return timedelta(days=self.retention_days) if self.retention_days else None
