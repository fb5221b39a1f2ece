"""When the tests of the mirror take place: a month after the extracts that they invent."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
