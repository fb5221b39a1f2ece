"""Disclosures of persons' data, written down once per operation before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from btb.actors import ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId
from datasources.register.consultations import Consultation, random_ids, record_consultations
from datasources.register.database import Database
from loaders.batching import ByKey
from loaders.present import Present


class Shown(NamedTuple):
    """One person's data, shown for one enterprise or for none. `what` names the data, not its content."""

    subject: PersonId
    enterprise: EnterpriseNumber | None
    what: str


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom, when, and what for. Nobody is written down who may see nothing."""

    actor: ActorReference | None
    present: Present
    purpose: str | None


def disclosures(database: Database, reader: Reader) -> ByKey[Shown, bool]:
    """True under what was written down; a failure under what could not be, and then must not be shown."""

    async def write(shown: Sequence[Shown]) -> Mapping[Shown, bool]:
        rows = entries(reader, shown)
        async with database.working() as session:
            await record_consultations(session, rows)
        return dict.fromkeys(shown, True)

    return ByKey(write)


def entries(reader: Reader, shown: Iterable[Shown]) -> list[Consultation]:
    """What is to be written down."""
    actor = reader.actor
    assert actor is not None, "data of persons for nobody"
    several = list(shown)
    return [
        Consultation(
            id=identity,
            at=reader.present.moment,
            subject=one.subject,
            actor=actor,
            what=one.what,
            enterprise=one.enterprise,
            purpose=reader.purpose,
        )
        for one, identity in zip(several, random_ids(len(several)), strict=True)
    ]
