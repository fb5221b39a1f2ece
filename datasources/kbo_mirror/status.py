"""Which extract is in use and whether it is too old: for `btb kbo status`, for readiness and for figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from datasources.kbo_mirror.state import MirrorState, mirror_state
from datasources.register.database import Database


class MirrorTooOld(Exception):
    """The extract in use is older than the operator wants; reads go on as the settings say."""


async def mirror_status(database: Database) -> MirrorState | None:
    """What is in use; None before the first import. Raises RegisterUnavailable."""
    async with database.reading() as session:
        return await mirror_state(session)


@dataclass(frozen=True, slots=True)
class MirrorWatch:
    """Looks at the extract in use; `told` hears what was found, for figures. No extract at all is no fault."""

    database: Database
    now: Callable[[], datetime]
    oldest: timedelta
    told: Callable[[MirrorState | None], None] = lambda _: None

    async def look(self) -> None:
        """Raises MirrorTooOld, RegisterUnavailable."""
        state = await mirror_status(self.database)
        self.told(state)
        if state is not None and self.now() - state.read_at > self.oldest:
            raise MirrorTooOld(f"Extract {state.number} is of {state.snapshot}.")
