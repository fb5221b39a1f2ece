"""A register of a hundred thousand enterprises, written in bulk: tables, chained log and KBO extract agree."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from benchmarks.speed import invented
from btb.actors import ActorReference
from btb.changes import Change, ChangeCause, ChangeType
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Affiliation,
    Contact,
    Delegation,
    DelegationId,
    Mandate,
    MandateId,
    Standing,
)
from btb.persons import PersonId
from datasources.kbo_mirror.records import NAMES_PER_ENTERPRISE
from datasources.kbo_mirror.tables import SLOTS, state
from datasources.register.changes import chained, change_row
from datasources.register.columns import actor_text, microseconds
from datasources.register.payloads import payload
from datasources.register.rows import delegation_row, mandate_row
from datasources.register.tables import changes, delegations, enterprises, mandates

DOMAINS = ("SOCIAL_SECURITY", "EMPLOYMENT", "HEALTH_CARE", "WELFARE", "FINANCE")
"""The first four are served by the system that asks, so that it is not shown everything."""
SERVED = DOMAINS[:4]
SINCE = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
BATCH = 10_000
_TYPES = {
    AccessManagerRole.CHIEF: ChangeType.CHIEF_APPOINTED,
    AccessManagerRole.CO_CHIEF: ChangeType.CO_CHIEF_APPOINTED,
    AccessManagerRole.DOMAIN: ChangeType.ACCESS_MANAGER_APPOINTED,
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes enterprises of `invented` into a fresh, migrated database; `chief` is the chief of every one of them."""

    connection: asyncpg.Connection
    chief: PersonId
    actor: ActorReference

    async def write(self, count: int) -> None:
        """All of them, in one transaction a batch."""
        chance, position, newest = random.Random(8), 0, await self.connection.fetchval("SELECT hash FROM head")
        for first in range(0, count, BATCH):
            serials = range(invented.FIRST + first, invented.FIRST + min(first + BATCH, count))
            made = [(serial, list(self._changes(chance, serial))) for serial in serials]
            rows: list[dict[str, Any]] = []
            for _, several in made:
                for change in several:
                    position, said, previous = position + 1, payload(change), newest
                    newest = chained(previous, said)
                    rows.append(change_row(change, position, said, previous, newest))
            held = [change.mandate for _, several in made for change in several if change.mandate]
            async with self.connection.transaction():
                await self._copy(
                    enterprises, [{"number": several[0].enterprise, "version": len(several)} for _, several in made]
                )
                await self._copy(mandates, [mandate_row(each) for each in held])
                await self._copy(delegations, [delegation_row(one, each) for one in held for each in one.delegations])
                await self._copy(changes, rows)
                await self._extract(chance, serials)
                await self.connection.execute("UPDATE head SET position = $1, hash = $2", position, newest)
        await self._describe(count)
        await self.connection.execute("VACUUM ANALYZE")

    async def _copy(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        columns = list(table.c.keys())
        records = [[_stored(row[column]) for column in columns] for row in rows]
        await self.connection.copy_records_to_table(table.name, records=records, columns=columns)

    def _changes(self, chance: random.Random, serial: int) -> Iterator[Change]:
        roles = [AccessManagerRole.CHIEF, AccessManagerRole.DOMAIN]
        if serial % 3 == 0:
            roles.insert(1, AccessManagerRole.CO_CHIEF)
        for version, role in enumerate(roles, 1):
            mandate = self._mandate(chance, EnterpriseNumber(invented.number(serial)), role)
            yield Change(
                _identity(chance),
                _TYPES[role],
                ChangeCause.REQUEST,
                mandate.enterprise,
                version,
                SINCE,
                SINCE,
                self.actor,
                mandate,
                role=role,
            )

    def _mandate(self, chance: random.Random, enterprise: EnterpriseNumber, role: AccessManagerRole) -> Mandate:
        entrusted = chance.sample(DOMAINS, 2) if role is AccessManagerRole.DOMAIN else ()
        identities = sorted(_identity(chance) for _ in entrusted)
        return Mandate(
            MandateId(_identity(chance)),
            enterprise,
            self.chief if role is AccessManagerRole.CHIEF else PersonId(_identity(chance)),
            role,
            None if role is AccessManagerRole.DOMAIN else Affiliation.EMPLOYEE,
            Contact("someone@example.be", "+3225551234"),
            Standing.IN_OFFICE,
            SINCE,
            None,
            SINCE,
            self.actor,
            delegations=tuple(
                Delegation(DelegationId(identity), domain, Standing.IN_OFFICE, SINCE, None, SINCE, self.actor)
                for domain, identity in zip(entrusted, identities, strict=True)
            ),
        )

    async def _extract(self, chance: random.Random, serials: range) -> None:
        slot, facts, names, seats = SLOTS[0], [], [], []
        for serial in serials:
            number = int(invented.number(serial))
            form, _ = chance.choice(invented.FORMS)
            town = chance.choice(invented.TOWNS)
            name = f"Bakkerij {serial}"
            facts.append((number, "AC", 2, form, "000", date(2001, 5, 1).toordinal()))
            names.append((number * NAMES_PER_ENTERPRISE, 2, 1, name, name.lower()))
            street, house = chance.choice(invented.STREETS), str(chance.randrange(1, 300))
            seats.append((number, street, house, None, *town, "BE"))
        for table, records in ((slot.enterprises, facts), (slot.names, names), (slot.addresses, seats)):
            await self.connection.copy_records_to_table(table.name, records=records, columns=list(table.c.keys()))

    async def _describe(self, count: int) -> None:
        today = datetime.now(UTC)
        row = (1, 0, 1, today.date().toordinal(), "full", microseconds(today), count, count, count)
        await self.connection.copy_records_to_table(state.name, records=[row], columns=list(state.c.keys()))


def _stored(value: Any) -> Any:
    """As the columns' own types would write it."""
    match value:
        case datetime():
            return microseconds(value)
        case EnterpriseNumber():
            return value.digits
        case ActorReference():
            return actor_text(value)
        case _:
            return value


def _identity(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
