"""The epoch as it is now: `btb epoch renew` ends one under running processes, which must refuse its cursors at once."""

from __future__ import annotations

import asyncio
import logging

from datasources.register.changes import Head, current_head
from datasources.register.database import Session
from datasources.register.epoch import current_epoch
from datasources.register.failures import RegisterFailure
from resolvers.context import House

logger = logging.getLogger("btb.epochs")


async def head_of(house: House, session: Session) -> Head:
    """Where the log stands. Whoever reads a cursor asks this first: a new epoch is noticed then, at the latest."""
    found = await current_head(session)
    if found.epoch != house.cursors.epoch:
        logger.warning("A new epoch has begun: cursors given out before are refused, and every stream ends.")
        house.cursors.begin(found.epoch)
        house.directory.forget()
        house.feed.begin_anew(found.position)
    return found


async def watch(house: House, *, pause: float = 1.0) -> None:
    """Look every `pause` seconds, for ever, so that streams which nobody asks about end too."""
    while True:
        await asyncio.sleep(pause)
        try:
            async with house.database.reading() as session:
                if await current_epoch(session) != house.cursors.epoch:
                    await head_of(house, session)
        except RegisterFailure as failure:
            logger.warning("The epoch could not be read: %s", failure.reason)
