"""People, an enterprise and a clock for tests of the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from btb import altering, appointing, ending
from btb.actors import ActorKind, ActorReference
from btb.acts import Act, Requester
from btb.changes import Change
from btb.chart import Chart, after, replay
from btb.due import due
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import AccessManagerRole, Affiliation, Mandate, Standing
from btb.persons import PersonId
from btb.policy import AppointmentPolicy
from btb.refusals import Problem, ProblemCode, Refused
from btb.representation import LegalRepresentation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BAKERY = EnterpriseNumber.parse("0000000196")

REPRESENTS = LegalRepresentation(
    holder=NationalNumber.parse("85.07.30-033.28"),
    function_code="10002",
    function_label="Bestuurder",
    since=None,
    through=None,
    rule="organ",
    rests_on=(),
)


def ids(seed: int = 0) -> Callable[[], UUID]:
    """Ids that look random and are the same in every run."""
    random = Random(seed)
    return lambda: UUID(int=random.getrandbits(128), version=4)


def person(number: int) -> PersonId:
    return PersonId(UUID(int=number))


ROSE, CARL, CORA, TOM, TINA = (person(number) for number in range(1, 6))
"""Rose represents the bakery; Carl becomes chief, Cora co-chief, Tom and Tina access managers."""


@dataclass
class Bakery:
    """One enterprise that is asked things as time goes by, and remembers every change."""

    policy: AppointmentPolicy = field(default_factory=AppointmentPolicy)
    now: datetime = NOON
    chart: Chart = field(default_factory=lambda: Chart(BAKERY))
    log: list[Change] = field(default_factory=list)
    new_id: Callable[[], UUID] = field(default_factory=ids)

    def act(self, who: PersonId, assurance: int = 500, **more: Any) -> Act:
        requester = Requester(
            ActorReference(ActorKind.PERSON, person=who), assurance, REPRESENTS if who == ROSE else None
        )
        return Act(requester, self.now, self.new_id, self.policy, **more)

    def keep(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        self.chart = after(self.chart, changes)
        self.log.extend(changes)
        assert replay(BAKERY, self.log) == self.chart
        return changes

    def chief(self, who: PersonId = CARL, by: PersonId = ROSE, **more: Any) -> tuple[Change, ...]:
        return self.keep(appointing.appoint_chief(self.chart, self.act(by), who, Affiliation.EMPLOYEE, **more))

    def co_chief(self, who: PersonId = CORA, by: PersonId = CARL, **more: Any) -> tuple[Change, ...]:
        return self.keep(appointing.appoint_co_chief(self.chart, self.act(by), who, Affiliation.EMPLOYEE, **more))

    def manager(self, who: PersonId = TOM, by: PersonId = CARL, *domains: str, **more: Any) -> tuple[Change, ...]:
        chosen = domains or ("FINANCE",)
        return self.keep(appointing.appoint_access_manager(self.chart, self.act(by), who, chosen, **more))

    def end(self, who: PersonId, by: PersonId) -> tuple[Change, ...]:
        return self.keep(ending.end_appointment(self.chart, self.act(by), self.mandate(who).id))

    def revoke(self, who: PersonId, domain: str, by: PersonId = CARL) -> tuple[Change, ...]:
        return self.keep(ending.revoke_delegation(self.chart, self.act(by), self.delegation(who, domain).id))

    def move(self, who: PersonId, domain: str, by: PersonId = CARL, **period: Any) -> tuple[Change, ...]:
        delegation = self.delegation(who, domain)
        return self.keep(altering.change_delegation_period(self.chart, self.act(by), delegation.id, **period))

    def suspend(self, who: PersonId, by: PersonId = CARL) -> tuple[Change, ...]:
        return self.keep(altering.suspend(self.chart, self.act(by), self.mandate(who).id))

    def reinstate(self, who: PersonId, by: PersonId = CARL) -> tuple[Change, ...]:
        return self.keep(altering.reinstate(self.chart, self.act(by), self.mandate(who).id))

    def later(self, time: timedelta = DAY) -> None:
        self.now += time

    def time_passes(self, time: timedelta = DAY) -> tuple[Change, ...]:
        """Later, and the register does its duty."""
        self.later(time)
        return self.keep(due(self.chart, self.now, self.new_id, policy=self.policy))

    def mandate(self, who: PersonId, role: AccessManagerRole | None = None) -> Mandate:
        """The person's mandate that has not ended, in office rather than scheduled; else the last one."""
        held = [each for each in self.chart.of_person(who) if role is None or each.role is role]
        order = (Standing.IN_OFFICE, Standing.SCHEDULED, Standing.ENDED)
        return min(reversed(held), key=lambda each: order.index(each.standing))

    def delegation(self, who: PersonId, domain: str) -> Any:
        found = [each for each in self.mandate(who, AccessManagerRole.DOMAIN).delegations if each.domain == domain]
        return min(found, key=lambda each: each.standing is Standing.ENDED)


@pytest.fixture
def bakery() -> Bakery:
    return Bakery()


@pytest.fixture
def staffed() -> Bakery:
    """Carl is chief, Cora co-chief, Tom manages FINANCE and MOBILITY."""
    bakery = Bakery()
    bakery.chief()
    bakery.co_chief()
    bakery.manager(TOM, CARL, "FINANCE", "MOBILITY")
    return bakery


def problems(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    return [(problem.code, problem.path) for problem in refused.value.problems]


def reason(problem: Problem) -> str | None:
    return dict(problem.detail).get("reason")
