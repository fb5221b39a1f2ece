"""The service as the tests of the schema open it."""

from __future__ import annotations

from tests.schema.conftest import staffed, world, world_on_both

__all__ = ["staffed", "world", "world_on_both"]
