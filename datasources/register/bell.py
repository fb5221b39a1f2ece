"""Hears at once that another process has written. A nudge lost costs what the feed's poll costs, and never a change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import asyncpg

from datasources.register.changes import BELL
from datasources.register.database import driver_url

logger = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds between two attempts to listen."""


async def listen(url: str, ring: Callable[[], None]) -> None:
    """Ring at every new position, and once with every connection, until cancelled. For PostgreSQL only."""
    address = driver_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            await _listen_once(address, ring)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            logger.warning("the bell of the register is out of reach: %s", type(error).__name__)
        await asyncio.sleep(_PAUSE)


async def _listen_once(address: str, ring: Callable[[], None]) -> None:
    connection = await asyncpg.connect(address, timeout=5)
    gone = asyncio.Event()

    def rung(*_: Any) -> None:
        ring()

    try:
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(BELL, rung)
        ring()
        await gone.wait()
    finally:
        connection.terminate()
