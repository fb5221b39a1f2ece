"""What a resolver is handed: who asks, when, in which language, and the house's sources behind fresh loaders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from btb.policy import AppointmentPolicy
from datasources.register.persons import PersonDirectory

from btb.actors import Actor
from btb.domains import Domains
from btb.enterprises import Language
from btb.representation import RepresentationPolicy, brussels_day
from btb.systems import Systems
from datasources.kbo import Kbo
from datasources.persons import PersonRegister
from datasources.register.database import Database
from loaders import Loaders


@dataclass(frozen=True, slots=True)
class House:
    """What stands for as long as the service runs: sources, the register, the trade's data and the policies."""

    kbo: Kbo
    persons: PersonRegister
    database: Database
    directory: PersonDirectory
    domains: Domains
    systems: Systems
    appointment_policy: AppointmentPolicy
    representation_policy: RepresentationPolicy
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Context:
    """One operation, or one event of a subscription.

    `batches` is where the execution room collects calls; opaque here. `moment` is the one "now" of the whole
    operation: aware, UTC. `purpose` is what the caller says it needs persons'
    data for.
    """

    house: House
    batches: object
    actor: Actor
    loaders: Loaders
    language: Language
    request_id: str
    moment: datetime
    purpose: str | None = None

    def today(self) -> date:
        """The calendar day in Belgium, which is the day the registers count in."""
        return brussels_day(self.moment)
