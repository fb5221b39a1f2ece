"""Disclosures of persons' data, written down once per operation before the answer leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from btb.actors import ActorReference
from datasources.register.consultation_rows import Disclosed, Shown
from datasources.register.consultations import disclosing, record_disclosed
from datasources.register.database import Database, WriteSession
from datasources.register.together import Rows
from loaders.batching import ByKey
from loaders.present import Present


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom, when, and what for. Nobody is written down who may see nothing."""

    actor: ActorReference | None
    present: Present
    purpose: str | None

    def of(self, shown: Sequence[Shown]) -> Disclosed:
        """That all of this is shown."""
        assert self.actor is not None, "data of persons for nobody"
        return Disclosed(self.present.moment, self.actor, self.purpose, shown)

    async def record(self, session: WriteSession, shown: Sequence[Shown]) -> None:
        """Write down that all of this is shown."""
        await record_disclosed(session, (self.of(shown),))

    def disclosing(self, shown: Sequence[Shown]) -> Rows:
        """The same, to be written together with something else."""
        return disclosing((self.of(shown),))


async def write(database: Database, reader: Reader, shown: Sequence[Shown]) -> None:
    """Write down all of this, or nothing of it. Raises RegisterFailure."""
    async with database.noting() as session:
        await reader.record(session, shown)


def disclosures(database: Database, reader: Reader) -> ByKey[Shown, bool]:
    """True under what was written down; a failure under what could not be, and then must not be shown."""

    async def ask(shown: Sequence[Shown]) -> Mapping[Shown, bool]:
        await write(database, reader, shown)
        return dict.fromkeys(shown, True)

    return ByKey(ask)
