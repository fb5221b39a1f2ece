"""What a resolver is handed: who asks, when, in which language, and the house's sources behind fresh loaders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from btb.actors import Actor
from btb.cursors import Cursors
from btb.domains import Domains
from btb.enterprises import Language
from btb.policy import AppointmentPolicy
from btb.representation import RepresentationPolicy, brussels_day
from btb.systems import Systems
from datasources.feed import Feed
from datasources.kbo import Kbo
from datasources.kbo_mirror.search import EnterpriseSearch, NoSearch
from datasources.kbo_mirror.source import ExtractInUse, NoExtract
from datasources.outage_board import OutageBoard
from datasources.persons import PersonRegister
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from datasources.register.persons import PersonDirectory
from loaders import Loaders, Present, Watched
from loaders.ledger import Ledger
from resolvers.budgets import NumberBudget
from resolvers.presence import Presence


class Interrupting(Protocol):
    """How a stream is told that it must end: `reached` is written by the stream, `reason` by whoever ends it."""

    reached: int | None

    @property
    def reason(self) -> str | None:
        """EXPIRED, TOO_SLOW or SHUTTING_DOWN; None while the stream need not end."""
        ...

    async def wait(self) -> str:
        """The reason, once there is one."""
        ...


def uncounted(codes: Iterable[str]) -> None:
    """Nobody counts refusals."""


@dataclass(frozen=True, slots=True)
class House:
    """What stands for as long as the service runs: sources, the register, the trade's data and the policies.

    `fingerprint` is a keyed hash: it tells whether two contents are the same, and nothing else. `presence` knows
    which systems follow the feed, `ledger` writes down what streams show. `feed_retention` is how long a cursor of the
    feed can be read on from; None: for ever. `refused` counts the codes of refusals, `loader_batches` the keys of each
    batch by the loader's name.
    """

    kbo: Kbo
    persons: PersonRegister
    database: Database
    directory: PersonDirectory
    charts: KeptCharts
    cursors: Cursors
    feed: Feed
    budget: NumberBudget
    domains: Domains
    systems: Systems
    appointment_policy: AppointmentPolicy
    representation_policy: RepresentationPolicy
    fingerprint: Callable[[bytes], bytes]
    now: Callable[[], datetime]
    outages: OutageBoard
    presence: Presence
    ledger: Ledger
    enterprise_search: EnterpriseSearch = field(default_factory=NoSearch)
    extract: ExtractInUse = field(default_factory=NoExtract)
    feed_retention: timedelta | None = None
    refused: Callable[[Iterable[str]], None] = uncounted
    loader_batches: Mapping[str, Watched] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """One operation, or one event of a subscription.

    `batches` is where the execution room collects calls; opaque here. `present` is the one "now" of the whole
    operation, aware, UTC. `purpose` is what the caller says it needs persons' data for. `address` is where a request
    came from, for what is bounded by it; None where nobody knows.
    """

    house: House
    batches: object
    actor: Actor
    loaders: Loaders
    language: Language
    request_id: str
    present: Present
    purpose: str | None = None
    interruption: Interrupting | None = None
    address: str | None = None

    @property
    def moment(self) -> datetime:
        """When this takes place."""
        return self.present.moment

    def today(self) -> date:
        """The calendar day in Belgium, which is the day the registers count in."""
        return brussels_day(self.moment)
