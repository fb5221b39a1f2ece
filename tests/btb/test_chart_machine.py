"""Whatever happens to an enterprise, in whatever order, what must always hold does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from btb import altering, appointing, ending
from btb.acts import Kept
from btb.changes import Change, ChangeType
from btb.chart import ChangesOutOfOrder, after, open_delegations, replay
from btb.decisions import decide
from btb.due import due, next_due
from btb.mandates import AccessManagerRole, Affiliation, EndReason, Mandate, MandateStatus, Standing
from btb.persons import Identity, PersonId
from btb.policy import AppointmentPolicy
from btb.refusals import Refused
from btb.uniting import united
from tests.btb.conftest import BAKERY, ROSE, Bakery, ids, person

HOUR = timedelta(hours=1)
PEOPLE = [person(number) for number in range(1, 6)]
DOMAINS = ("FINANCE", "MOBILITY", "JUSTICE")

people = st.sampled_from(PEOPLE)
domains = st.lists(st.sampled_from(DOMAINS), min_size=1, max_size=3)
hours = st.sampled_from([None, 0, 1, 2, 5])
policies = st.builds(
    AppointmentPolicy,
    several_managers_per_domain=st.booleans(),
    co_chiefs_appoint_co_chiefs=st.booleans(),
    co_chiefs_replace_chief=st.booleans(),
    chief_replacement_ends_co_chiefs=st.booleans(),
    most_co_chiefs=st.sampled_from([None, 1, 2]),
    longest_term=st.sampled_from([None, 3 * HOUR]),
)


class Enterprise(RuleBasedStateMachine):
    """Requests by everybody for everything, deaths, and time; most are refused, none may break a rule."""

    @initialize(policy=policies)
    def begins(self, policy: AppointmentPolicy) -> None:
        self.bakery = Bakery(policy=policy, new_id=ids())
        self.at = self.bakery.now

    def attempt(self, decision: Callable[[], tuple[Change, ...]]) -> None:
        try:
            changes = decision()
        except Refused:
            return
        assert changes
        self.bakery.keep(changes)

    def moment(self, hour: int | None) -> object:
        return None if hour is None else self.bakery.now + hour * HOUR

    @rule(who=people, by=people, start=hours)
    def appoint_chief(self, who: PersonId, by: PersonId, start: int | None) -> None:
        bakery, begin = self.bakery, self.moment(start)
        self.attempt(
            lambda: appointing.appoint_chief(
                bakery.chart,
                bakery.act(by),
                who,
                Affiliation.EMPLOYEE,
                valid_from=begin,  # type: ignore[arg-type]
            )
        )

    @rule(who=people, start=hours)
    def the_representative_appoints_a_chief(self, who: PersonId, start: int | None) -> None:
        self.appoint_chief(who, ROSE, start)

    @rule(who=people, by=people, start=hours, end=hours)
    def appoint_co_chief(self, who: PersonId, by: PersonId, start: int | None, end: int | None) -> None:
        bakery, period = self.bakery, {"valid_from": self.moment(start), "valid_until": self.moment(end)}
        self.attempt(
            lambda: appointing.appoint_co_chief(
                bakery.chart,
                bakery.act(self.chief_or(by)),
                who,
                Affiliation.EMPLOYEE,
                **period,  # type: ignore[arg-type]
            )
        )

    @rule(who=people, by=people, chosen=domains, start=hours, end=hours)
    def appoint_access_manager(
        self, who: PersonId, by: PersonId, chosen: list[str], start: int | None, end: int | None
    ) -> None:
        bakery, period = self.bakery, {"valid_from": self.moment(start), "valid_until": self.moment(end)}
        self.attempt(
            lambda: appointing.appoint_access_manager(
                bakery.chart,
                bakery.act(self.chief_or(by)),
                who,
                chosen,
                **period,  # type: ignore[arg-type]
            )
        )

    @precondition(lambda self: self.bakery.chart.mandates)
    @rule(data=st.data(), by=people, what=st.sampled_from(["end", "suspend", "reinstate"]))
    def end_or_suspend(self, data: st.DataObject, by: PersonId, what: str) -> None:
        bakery = self.bakery
        mandate = data.draw(st.sampled_from(bakery.chart.mandates))
        decisions = {"end": ending.end_appointment, "suspend": altering.suspend, "reinstate": altering.reinstate}
        self.attempt(lambda: decisions[what](bakery.chart, bakery.act(self.chief_or(by)), mandate.id))

    @precondition(lambda self: self.delegations())
    @rule(data=st.data(), by=people, start=hours, end=hours)
    def revoke_or_move(self, data: st.DataObject, by: PersonId, start: int | None, end: int | None) -> None:
        bakery, chosen = self.bakery, data.draw(st.sampled_from(self.delegations()))
        act = bakery.act(self.chief_or(by))
        if data.draw(st.booleans()):
            self.attempt(lambda: ending.revoke_delegation(bakery.chart, act, chosen.id))
            return
        begin = Kept.KEPT if start is None else self.moment(start)
        self.attempt(
            lambda: altering.change_delegation_period(
                bakery.chart,
                act,
                chosen.id,
                valid_from=begin,  # type: ignore[arg-type]
                valid_until=self.moment(end),  # type: ignore[arg-type]
            )
        )

    @rule(who=people)
    def somebody_dies(self, who: PersonId) -> None:
        bakery = self.bakery
        bakery.keep(ending.person_deceased(bakery.chart, who, now=bakery.now, new_id=bakery.new_id))
        assert not any(mandate.standing is not Standing.ENDED for mandate in bakery.chart.of_person(who))

    @rule(former=people, who=people)
    def two_prove_to_be_one(self, former: PersonId, who: PersonId) -> None:
        if former == who:
            return
        bakery, both = self.bakery, (former, who)
        due_now = due(bakery.chart, bakery.now, bakery.new_id, policy=bakery.policy)
        settled = after(bakery.chart, due_now)
        before = {domain for domain in DOMAINS if any(decide(settled, one, domain, bakery.now).allowed for one in both)}
        chief = settled.chief(bakery.now)
        bakery.keep(
            united(
                bakery.chart,
                (Identity(who, frozenset({former})),),
                now=bakery.now,
                new_id=bakery.new_id,
                policy=bakery.policy,
            )
        )
        assert not any(mandate.standing is not Standing.ENDED for mandate in bakery.chart.of_person(former))
        for domain in DOMAINS:
            decision = decide(bakery.chart, who, domain, bakery.now)
            assert decision.allowed is (domain in before) or decision.reason == "SUSPENDED"
        if chief is not None:
            heir = bakery.chart.chief(bakery.now)
            assert heir is not None
            assert heir.person == (who if chief.person == former else chief.person)

    @rule(passed=st.sampled_from([1, 2, 7]), dutiful=st.booleans())
    def time_passes(self, passed: int, dutiful: bool) -> None:
        self.bakery.later(passed * HOUR)
        if dutiful:
            bakery = self.bakery
            changes = bakery.keep(due(bakery.chart, bakery.now, bakery.new_id, policy=bakery.policy))
            assert all(change.effective_at <= change.recorded_at == bakery.now for change in changes)
            upcoming = next_due(bakery.chart)
            assert upcoming is None or upcoming > bakery.now
            assert due(bakery.chart, bakery.now, bakery.new_id, policy=bakery.policy) == ()

    def chief_or(self, otherwise: PersonId) -> PersonId:
        """The chief asks as often as somebody else, so that enough is allowed."""
        chief = self.bakery.chart.chief(self.bakery.now)
        return chief.person if chief is not None and otherwise.int % 2 else otherwise

    def delegations(self) -> list[object]:
        return [each for mandate in self.bakery.chart.mandates for each in mandate.delegations]

    def standing(self, standing: Standing) -> list[Mandate]:
        return [mandate for mandate in self.bakery.chart.mandates if mandate.standing is standing]

    @invariant()
    def at_most_one_chief_and_one_scheduled(self) -> None:
        for standing in (Standing.IN_OFFICE, Standing.SCHEDULED):
            chiefs = [each for each in self.standing(standing) if each.role is AccessManagerRole.CHIEF]
            assert len(chiefs) <= 1

    @invariant()
    def at_any_moment_one_person_at_most_may_as_chief(self) -> None:
        for hour in range(-3, 8):
            at = self.bakery.now + hour * HOUR
            reasons = [decide(self.bakery.chart, who, "ENERGY", at).reason for who in PEOPLE]
            assert reasons.count("IS_CHIEF") <= 1  # type: ignore[arg-type]

    @invariant()
    def a_person_has_one_mandate_in_office_and_one_scheduled_at_most(self) -> None:
        for standing in (Standing.IN_OFFICE, Standing.SCHEDULED):
            holders = [each.person for each in self.standing(standing)]
            assert len(holders) == len(set(holders))

    @invariant()
    def a_person_has_each_domain_once_at_most(self) -> None:
        for who in PEOPLE:
            still = [each for mandate in self.bakery.chart.of_person(who) for each in open_delegations(mandate)]
            assert len({each.domain for each in still}) == len(still)

    @invariant()
    def an_access_manager_has_a_domain_and_nobody_else_does(self) -> None:
        for mandate in self.bakery.chart.mandates:
            assert bool(mandate.delegations) is (mandate.role is AccessManagerRole.DOMAIN)
            assert bool(open_delegations(mandate)) is (
                mandate.role is AccessManagerRole.DOMAIN and mandate.standing is not Standing.ENDED
            )

    @invariant()
    def versions_and_history_have_no_gap(self) -> None:
        log, chart = self.bakery.log, self.bakery.chart
        assert [change.enterprise_version for change in log] == list(range(1, len(log) + 1))
        assert len({change.id for change in log}) == len(log)
        assert replay(BAKERY, log) == chart
        assert chart.version == len(log)

    @invariant()
    def nothing_is_lost_and_what_ended_stays_ended(self) -> None:
        last: dict[object, Mandate] = {}
        for change in self.bakery.log:
            if change.mandate is None:
                continue
            before = last.get(change.mandate.id)
            assert before is None or before.standing is not Standing.ENDED
            known = {each.id for each in before.delegations} if before is not None else set()
            assert known <= {each.id for each in change.mandate.delegations}
            last[change.mandate.id] = change.mandate
        assert set(last.values()) == set(self.bakery.chart.mandates)

    @invariant()
    def status_follows_from_the_dates(self) -> None:
        now = self.bakery.now
        settled = after(self.bakery.chart, due(self.bakery.chart, now, self.bakery.new_id, policy=self.bakery.policy))
        expected = {
            Standing.SCHEDULED: {MandateStatus.SCHEDULED},
            Standing.IN_OFFICE: {MandateStatus.ACTIVE, MandateStatus.SUSPENDED},
            Standing.ENDED: {MandateStatus.ENDED},
        }
        for mandate in settled.mandates:
            assert mandate.status(now) in expected[mandate.standing]
            for delegation in mandate.delegations:
                assert mandate.delegation_status(delegation, now) in expected[delegation.standing]

    @invariant()
    def an_enterprise_is_said_to_have_no_chief_exactly_when_it_loses_one(self) -> None:
        in_office: object = None
        for change in self.bakery.log:
            mandate = change.mandate
            if change.type is ChangeType.ENTERPRISE_WITHOUT_CHIEF:
                assert in_office == "lost"
                in_office = None
            assert in_office != "lost"
            if mandate is not None and mandate.role is AccessManagerRole.CHIEF:
                if mandate.standing is Standing.IN_OFFICE:
                    assert in_office in (None, "replaced", mandate.id)
                    in_office = mandate.id
                elif in_office == mandate.id:
                    in_office = "replaced" if change.end_reason is EndReason.REPLACED else "lost"
        assert in_office not in ("lost", "replaced")


TestEnterprise = pytest.mark.timeout(300)(Enterprise.TestCase)
TestEnterprise.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_a_change_that_does_not_follow_is_not_taken(staffed: Bakery) -> None:
    with pytest.raises(ChangesOutOfOrder):
        replay(BAKERY, staffed.log[1:])
    with pytest.raises(ChangesOutOfOrder):
        after(staffed.chart, staffed.log[-1:])
