"""SQLAlchemy's asynchronous engine, without the object-relational mapper that its package imports beside it.

Nothing here maps objects, and the mapper's forty modules would take six megabytes of every process. So while the
package is imported, two of its modules are stood in for; whoever asks for these modules later is given the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_PACKAGE = "sqlalchemy.ext.asyncio"
_MAPPING = ("scoping", "session")
"""The modules of the package that import the mapper; the engine's need nothing of them."""


class _StandIn(ModuleType):
    """Has every name, each for a class that can do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__doc__": "Not imported; see datasources/register/asynchronous.py."})


@contextmanager
def _without_mapper() -> Iterator[None]:
    if _PACKAGE in sys.modules:
        yield
        return
    names = [f"{_PACKAGE}.{name}" for name in _MAPPING]
    sys.modules.update({name: _StandIn(name) for name in names})
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


with _without_mapper():
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

__all__ = ["AsyncConnection", "AsyncEngine", "create_async_engine"]
