"""Whatever is asked of the register and however time passes, the stored chart is the one that the rules make.

Each request is decided twice: on the chart as the database gives it, under lock and without what has ended, and on one
that never was in a database. Keys are used again, requests are tried out, and versions are named that have passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from btb import altering, appointing, ending
from btb.actors import ActorKind, ActorReference, Citizen
from btb.acts import KEPT, Act, Requester
from btb.changes import Change
from btb.chart import Chart, after
from btb.due import due
from btb.enterprises import Language
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Affiliation, Delegation, Mandate, Standing
from btb.persons import PersonId
from btb.policy import AppointmentPolicy
from btb.refusals import ProblemCode, Refused
from datasources.register.charts import charts, replayed_charts
from datasources.register.verify import findings
from execution.batching import Batches
from loaders import Present
from resolvers.acts import KEPT_FOR, Asked, carry_out, replay
from resolvers.context import Context, House
from resolvers.duty import Duty
from resolvers.evidence import Evidence
from server.contexts import loaders_of
from server.house import open_house
from server.metrics import Metrics
from server.settings import Settings
from tests.btb.conftest import REPRESENTS, ROSE, ids
from tests.btb.test_chart_machine import HOUR, PEOPLE, domains, hours, people, policies
from tests.cast import REPRESENTATIVE, number_of
from tests.datasources.register.building import enterprise

Rule: TypeAlias = Callable[[Chart, Act], tuple[Change, ...]]

_numbers = count(1)
_seeds = count(1)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a request is made: under which key, for real or tried out, and on a version how far behind."""

    key: str | None
    dry_run: bool
    behind: int | None


manners = st.builds(
    Manner,
    key=st.sampled_from([None, None, "one", "two", "three"]),
    dry_run=st.sampled_from([False, False, False, True]),
    behind=st.sampled_from([None, None, None, 0, 1]),
)


Asker: TypeAlias = PersonId | None
askers = st.sampled_from([None, None, None, None, ROSE, ROSE, *PEOPLE])
"""None: whoever is entitled at that moment, so that enough is allowed."""

places = st.integers(0, 999)
"""Which of those there are, counted around: what is drawn must not depend on ids, which are others in each run."""


class Answers:
    """What each key has been answered, and until when it is kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[PersonId, str], tuple[object, datetime, object]] = {}

    def expected(self, by: PersonId, asked: Asked, now: datetime) -> object | None:
        """What a request must be answered because of its key; None where it is to be decided."""
        found = None if asked.key is None or asked.dry_run else self._kept.get((by, asked.key))
        if found is None or found[1] <= now:
            return None
        return found[2] if found[0] == asked.content else (ProblemCode.IDEMPOTENCY_KEY_REUSED,)

    def keep(self, by: PersonId, asked: Asked, now: datetime, outcome: object) -> None:
        """Remember what a real register remembers: no conflict of versions, nor a login too weak."""
        passing = {ProblemCode.VERSION_CONFLICT, ProblemCode.ASSURANCE_TOO_LOW}
        if asked.key is not None and not asked.dry_run and not (isinstance(outcome, tuple) and passing & set(outcome)):
            self._kept[by, asked.key] = (asked.content, now + KEPT_FOR, outcome)


class Enterprise(RuleBasedStateMachine):
    """Requests to the register about one enterprise, and what the rules alone make of the same requests."""

    def __init__(self, house: House, runner: asyncio.Runner) -> None:
        super().__init__()
        self.opened, self.runner = house, runner
        self.begun = house.now().replace(microsecond=0) + timedelta(days=1)

    @initialize(policy=policies)
    def begins(self, policy: AppointmentPolicy) -> None:
        self.number: EnterpriseNumber = enterprise(next(_numbers))
        self.now = self.begun
        self.house = replace(self.opened, now=lambda: self.now, appointment_policy=policy)
        self.duty = Duty(self.house, "machine")
        self.ruled = Chart(self.number)
        self.told: list[Mandate] = []
        self.answers = Answers()

    @rule(who=people, by=askers, start=hours, manner=manners)
    def appoint_chief(self, who: PersonId, by: Asker, start: int | None, manner: Manner) -> None:
        begin = self.moment(start)
        self.attempt(
            self.asking(by, AccessManagerRole.CHIEF),
            manner,
            ("chief", str(who), start),
            lambda chart, act: appointing.appoint_chief(chart, act, who, Affiliation.EMPLOYEE, valid_from=begin),
        )

    @rule(who=people, by=askers, start=hours, end=hours, manner=manners)
    def appoint_co_chief(self, who: PersonId, by: Asker, start: int | None, end: int | None, manner: Manner) -> None:
        period: dict[str, Any] = {"valid_from": self.moment(start), "valid_until": self.moment(end)}
        self.attempt(
            self.asking(by),
            manner,
            ("co-chief", str(who), start, end),
            lambda chart, act: appointing.appoint_co_chief(chart, act, who, Affiliation.EMPLOYEE, **period),
        )

    @rule(who=people, by=askers, chosen=domains, start=hours, end=hours, manner=manners)
    def appoint_access_manager(
        self, who: PersonId, by: Asker, chosen: list[str], start: int | None, end: int | None, manner: Manner
    ) -> None:
        period: dict[str, Any] = {"valid_from": self.moment(start), "valid_until": self.moment(end)}
        self.attempt(
            self.asking(by),
            manner,
            ("manager", str(who), chosen, start, end),
            lambda chart, act: appointing.appoint_access_manager(chart, act, who, chosen, **period),
        )

    @precondition(lambda self: self.told)
    @rule(which=places, by=askers, what=st.sampled_from(["end", "suspend", "suspend", "reinstate"]), manner=manners)
    def end_or_suspend(self, which: int, by: Asker, what: str, manner: Manner) -> None:
        open_ones = [each for each in self.told if self.standing(each) is not Standing.ENDED]
        among = open_ones if open_ones and which % 4 else self.told
        mandate = among[which % len(among)]
        decisions = {"end": ending.end_appointment, "suspend": altering.suspend, "reinstate": altering.reinstate}
        self.attempt(
            self.asking(by, mandate.role),
            manner,
            (what, str(mandate.id)),
            lambda chart, act: decisions[what](chart, act, mandate.id),
        )

    @precondition(lambda self: self.delegations())
    @rule(which=places, by=askers, end=hours, revoked=st.booleans(), manner=manners)
    def revoke_or_move(self, which: int, by: Asker, end: int | None, revoked: bool, manner: Manner) -> None:
        delegations, until = self.delegations(), self.moment(end)
        chosen = delegations[which % len(delegations)]

        def decide(chart: Chart, act: Act) -> tuple[Change, ...]:
            if revoked:
                return ending.revoke_delegation(chart, act, chosen.id)
            return altering.change_delegation_period(chart, act, chosen.id, valid_from=KEPT, valid_until=until)

        self.attempt(self.asking(by), manner, ("delegation", str(chosen.id), end, revoked), decide)

    @rule(passed=st.sampled_from([HOUR, 2 * HOUR, 7 * HOUR, KEPT_FOR]), dutiful=st.booleans())
    def time_passes(self, passed: timedelta, dutiful: bool) -> None:
        self.now += passed
        if dutiful:
            self.runner.run(self.duty.do())
            told = due(self.ruled, self.now, ids(next(_seeds)), policy=self.house.appointment_policy)
            self.follow(told)

    def follow(self, changes: Sequence[Change]) -> None:
        """The ruled chart goes on, and what is new in it can be asked about."""
        before = {each.id for each in self.ruled.mandates}
        self.ruled = after(self.ruled, changes)
        said = (change.mandate for change in changes)
        new = {each.id: each for each in said if each is not None and each.id not in before}
        self.told += new.values()

    def attempt(self, by: PersonId, manner: Manner, content: tuple[object, ...], decide: Rule) -> None:
        """Ask the register, and hold its answer beside what the rules say."""
        version = None if manner.behind is None else max(0, self.ruled.version - manner.behind)
        whole: dict[str, object] = {"asked": content, "at": self.now.isoformat(), "version": version}
        if manner.key is not None:
            del whole["at"]  # the same words at another time are the same request, where a key says so
        actor = Citizen(by, number_of(REPRESENTATIVE), 500)
        key = None if manner.key is None else f"{self.number} {manner.key}"
        asked = Asked(actor, self.number, whole, key, version, manner.dry_run)
        expected = self.answers.expected(by, asked, self.now)
        decided: list[object] = []
        outcome = self.runner.run(self.asked(by, asked, self.twice(decide, decided)))
        if expected is not None:
            assert outcome == expected
            assert not decided
            return
        (ruled,) = decided
        if isinstance(outcome, tuple):
            assert outcome == ruled
        else:
            assert isinstance(ruled, list)
            assert outcome == [change.id for change in ruled]
            if not manner.dry_run:
                self.follow(ruled)
        self.answers.keep(by, asked, self.now, outcome)

    def twice(self, decide: Rule, decided: list[object]) -> Rule:
        """Decide on the stored chart and on the ruled one; both must come to the same."""
        seed = next(_seeds)

        def on(chart: Chart, act: Act) -> object:
            try:
                return list(decide(chart, replace(act, new_id=ids(seed))))
            except Refused as no:
                return tuple(problem.code for problem in no.problems)

        def both(chart: Chart, act: Act) -> tuple[Change, ...]:
            ruled = on(self.ruled, act)
            assert on(chart, act) == ruled
            decided[:] = [ruled]
            return decide(chart, replace(act, new_id=ids(seed)))

        return both

    async def asked(self, by: PersonId, asked: Asked, decide: Rule) -> object:
        """The ids of what was made, or the problems, as a request comes to them."""
        context = self.context(asked)
        reference = ActorReference(ActorKind.PERSON, person=by)
        evidence = Evidence(Requester(reference, 500, REPRESENTS if by == ROSE else None), (), ())
        try:
            made = await replay(context, asked) or await carry_out(context, asked, evidence, decide, _last)
        except Refused as no:
            return tuple(problem.code for problem in no.problems)
        assert made.dry_run is asked.dry_run
        assert all((change.position is None) is asked.dry_run for change in made.changes)
        return [change.id for change in made.changes]

    def context(self, asked: Asked) -> Context:
        """One operation, now."""
        present = Present(self.now)
        loaders = loaders_of(self.house, asked.actor, present, None)
        return Context(self.house, Batches(), asked.actor, loaders, Language.EN, "machine", present)

    def moment(self, hour: int | None) -> datetime | None:
        return None if hour is None else self.now + hour * HOUR

    def asking(self, by: Asker, role: AccessManagerRole = AccessManagerRole.DOMAIN) -> PersonId:
        """Whoever asks about a mandate of this role."""
        if by is not None:
            return by
        chief = self.ruled.chief(self.now)
        return ROSE if chief is None or role is AccessManagerRole.CHIEF else chief.person

    def standing(self, mandate: Mandate) -> Standing:
        return next(each.standing for each in self.ruled.mandates if each.id == mandate.id)

    def delegations(self) -> list[Delegation]:
        """In the order in which their mandates came to be: ids are others in each run."""
        mandates = [self.ruled.mandate(each.id) for each in self.told]
        entrusted = [each for mandate in mandates if mandate is not None for each in mandate.delegations]
        return sorted(entrusted, key=lambda each: (each.granted_at, each.domain))

    @invariant()
    def the_stored_chart_is_the_ruled_one_and_so_is_the_replayed_one(self) -> None:
        stored, replayed = self.runner.run(self.read())
        assert stored == self.ruled
        assert replayed == self.ruled
        for standing in (Standing.IN_OFFICE, Standing.SCHEDULED):
            held = [each.role for each in stored.mandates if each.standing is standing]
            assert held.count(AccessManagerRole.CHIEF) <= 1

    async def read(self) -> tuple[Chart, Chart]:
        async with self.house.database.reading() as session:
            stored = await charts(session, [self.number], full=True)
            replayed = await replayed_charts(session, [self.number])
        return stored[self.number], replayed[self.number]

    def teardown(self) -> None:
        """What would become due is settled, so that the next enterprise's duty finds only its own."""
        if hasattr(self, "duty"):
            self.now += timedelta(days=400)
            self.runner.run(self.duty.do())
            self.runner.run(self.duty.give_back())


def _last(changes: tuple[Change, ...]) -> Mandate:
    return next(change.mandate for change in reversed(changes) if change.mandate is not None)


@pytest.fixture
def machine(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Enterprise]]:
    """Makes machines over one open house."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTB_DATABASE_URL", database_url)
    with asyncio.Runner() as runner:
        opening = open_house(Settings.read(None), Metrics())
        house = runner.run(opening.__aenter__())
        yield lambda: Enterprise(house, runner)
        assert runner.run(_findings(house)) == []
        runner.run(opening.__aexit__(None, None, None))


async def _findings(house: House) -> list[str]:
    return [str(finding) async for finding in findings(house.database)]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("examples", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_the_register_keeps_what_the_rules_make(machine: Callable[[], Enterprise], examples: int) -> None:
    asking = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),  # each try has an enterprise of its own: nothing is the same twice
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(machine, settings=asking)
