"""What is in use: which slot, which extract, how old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from datasources.kbo_mirror.meta import ExtractKind
from datasources.kbo_mirror.tables import state
from datasources.register.database import ReadSession


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The extract in use. `kind` is that of the last one taken; `enterprises`, `names` and `addresses` are counts."""

    slot: int
    number: int
    snapshot: date
    kind: ExtractKind
    imported_at: datetime
    enterprises: int
    names: int
    addresses: int

    @property
    def read_at(self) -> datetime:
        """The moment its facts are said to be of: the beginning of the snapshot's day, UTC."""
        return moment_of(self.snapshot)

    def age_days(self, now: datetime) -> float:
        """How old its facts are."""
        return (now - self.read_at).total_seconds() / 86_400


def moment_of(snapshot: date) -> datetime:
    """The beginning of a snapshot's day, UTC."""
    return datetime.combine(snapshot, time(), UTC)


_STATE = select(
    state.c.slot,
    state.c.number,
    state.c.snapshot,
    state.c.kind,
    state.c.imported_at,
    state.c.enterprises,
    state.c.names,
    state.c.addresses,
)


async def mirror_state(session: ReadSession) -> MirrorState | None:
    """What is in use; None before the first import."""
    row = (await session.execute(_STATE)).one_or_none()
    if row is None:
        return None
    return MirrorState(
        row.slot,
        row.number,
        date.fromordinal(row.snapshot),
        ExtractKind(row.kind),
        row.imported_at,
        row.enterprises,
        row.names,
        row.addresses,
    )
