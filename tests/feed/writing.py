"""Writes changes as requests do: the rules decide on a chart under lock, and the register records what they decided."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from btb.actors import ActorKind, ActorReference
from btb.acts import Act, Requester
from btb.altering import reinstate, suspend
from btb.appointing import appoint_access_manager, appoint_chief, appoint_co_chief
from btb.changes import Change
from btb.chart import Chart
from btb.domains import DOMAINS
from btb.ending import end_appointment, revoke_delegation
from btb.identifiers import EnterpriseNumber
from btb.mandates import Affiliation, Standing
from btb.persons import PersonId
from btb.refusals import Refused
from datasources.register.charts import chart_locked
from datasources.register.database import Database, WriteSession
from datasources.register.failures import RegisterFailure
from datasources.register.recording import record

PEOPLE = tuple(PersonId(uuid4()) for _ in range(6))
CODES = tuple(domain.code for domain in DOMAINS)
OPERATOR = ActorReference(ActorKind.CLIENT, client="OPERATOR")


def number(serial: int) -> EnterpriseNumber:
    """The enterprise number with this serial, check digits added."""
    return EnterpriseNumber(f"{serial:08d}{97 - serial % 97:02d}")


@dataclass
class Writer:
    """Writes at random about a few enterprises; `ahead` is how far its clock is.

    `acknowledged` are the ids of the changes whose commit was acknowledged.
    """

    database: Database
    seed: int
    enterprises: int = 5
    ahead: timedelta = timedelta(0)
    acknowledged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def write(self, count: int, pause: float = 0.0) -> None:
        """So many acts that change something; one that the register could not take is left."""
        done = 0
        while done < count:
            with suppress(Refused, RegisterFailure):
                done += bool(await self._act())
            await asyncio.sleep(pause)

    async def _act(self) -> int:
        enterprise = number(10_000_000 + self.seed * 100 + self._random.randrange(self.enterprises))
        async with self.database.working() as session:
            await self.before(session)
            chart = await chart_locked(session, enterprise)
            recorded = await record(session, self._decided(chart))
        self.acknowledged += [str(change.id) for change in recorded]
        return len(recorded)

    async def before(self, session: WriteSession) -> None:
        """What else this writer does, first in each transaction: nothing."""

    def _decided(self, chart: Chart) -> Sequence[Change]:
        act = Act(Requester(OPERATOR, operator=True), datetime.now(UTC) + self.ahead, uuid4)
        choose = self._random
        person, standing = choose.choice(PEOPLE), [m for m in chart.mandates if m.standing is not Standing.ENDED]
        mandate = choose.choice(standing) if standing else None
        match choose.randrange(8) if mandate is not None else 0:
            case 0 | 1:
                return appoint_chief(chart, act, person, Affiliation.EMPLOYEE)
            case 2:
                return appoint_co_chief(chart, act, person, Affiliation.PARTNER)
            case 3 | 4:
                return appoint_access_manager(chart, act, person, choose.sample(CODES, 3))
            case 5:
                assert mandate is not None
                return (suspend if mandate.suspended_at is None else reinstate)(chart, act, mandate.id)
            case 6 if mandate is not None and mandate.delegations:
                return revoke_delegation(chart, act, choose.choice(mandate.delegations).id)
            case _:
                assert mandate is not None
                return end_appointment(chart, act, mandate.id)
