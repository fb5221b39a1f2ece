"""Who consulted whose data is written down alike, whether little was shown or much."""

from __future__ import annotations

import pytest

from btb.actors import ActorKind, ActorReference
from datasources.register.consultation_rows import Disclosed, Shown
from datasources.register.consultations import consultations_of, record_disclosed
from datasources.register.database import Database
from tests.datasources.register.building import DAY, NOON, SOMEBODY, enterprise, person

UMAN = ActorReference(ActorKind.CLIENT, client="uman")


@pytest.mark.parametrize("count", [1, 8, 9, 40])
async def test_few_and_many_are_written_down_alike(database: Database, count: int) -> None:
    people = [person() for _ in range(count)]
    whats = ("mandates", "national number", "gegevens, in één keer")
    shown = [(each, enterprise(n) if n % 3 else None, whats[n % 3]) for n, each in enumerate(people)]
    readers = [(NOON, UMAN, "dossier van Zoë"), (NOON + DAY, SOMEBODY, None)]
    disclosed = [
        Disclosed(at, actor, purpose, [Shown.of(*each) for each in shown[place::2]])
        for place, (at, actor, purpose) in enumerate(readers)
    ]
    async with database.noting() as session:
        await record_disclosed(session, disclosed)
    async with database.reading() as session:
        found = await consultations_of(session, people, 100)
    assert {(one.at, one.actor, one.purpose, one.subject, one.enterprise, one.what) for one in found} == {
        (*readers[n % 2], who, where, what) for n, (who, where, what) in enumerate(shown)
    }
    assert len({one.id for one in found}) == len(found) == count
    assert {one.id.version for one in found} == {7}
