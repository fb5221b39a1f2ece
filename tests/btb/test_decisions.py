"""May this person manage this domain, and why not: every reason told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from btb.decisions import Circumstances, DecisionReason, decide
from btb.mandates import AccessManagerRole
from btb.persons import PersonId
from tests.btb.conftest import CARL, CORA, DAY, NOON, REPRESENTS, ROSE, TINA, TOM, Bakery

R = DecisionReason
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("who", "domain", "allowed", "reason"),
    [
        (CARL, "JUSTICE", True, R.IS_CHIEF),
        (CORA, "JUSTICE", True, R.IS_CO_CHIEF),
        (TOM, "FINANCE", True, R.HAS_DELEGATION),
        (TOM, "JUSTICE", False, R.NOT_THIS_DOMAIN),
        (TINA, "FINANCE", False, R.NO_MANDATE),
    ],
)
def test_the_chief_line_manages_everything_and_an_access_manager_what_is_entrusted(
    staffed: Bakery, who: PersonId, domain: str, allowed: bool, reason: DecisionReason
) -> None:
    decision = decide(staffed.chart, who, domain, NOON)
    assert (decision.allowed, decision.reason, decision.at) == (allowed, reason, NOON)
    assert bool(decision.because) is (reason is not R.NO_MANDATE)


def test_a_yes_names_the_delegation_it_rests_on(staffed: Bakery) -> None:
    (evidence,) = decide(staffed.chart, TOM, "FINANCE", NOON).because
    assert evidence == (staffed.mandate(TOM), staffed.delegation(TOM, "FINANCE"))


def test_a_revoked_domain_has_ended_while_the_mandate_goes_on(staffed: Bakery) -> None:
    staffed.later()
    staffed.revoke(TOM, "FINANCE")
    decision = decide(staffed.chart, TOM, "FINANCE", staffed.now)
    assert (decision.reason, decision.because) == (
        R.ENDED,
        ((staffed.mandate(TOM), staffed.delegation(TOM, "FINANCE")),),
    )
    assert decision.detail == (("until", "2026-03-03 13:00"),)
    assert decide(staffed.chart, TOM, "FINANCE", staffed.now - HOUR).allowed
    assert decide(staffed.chart, TOM, "MOBILITY", staffed.now).allowed


def test_a_domain_given_again_counts(staffed: Bakery) -> None:
    staffed.revoke(TOM, "FINANCE")
    staffed.manager(TOM, CARL, "FINANCE")
    assert decide(staffed.chart, TOM, "FINANCE", NOON).reason is R.HAS_DELEGATION


def test_an_ended_mandate_is_told_from_none(staffed: Bakery) -> None:
    staffed.later()
    staffed.end(CORA, by=CARL)
    staffed.end(TOM, by=CARL)
    assert decide(staffed.chart, CORA, "FINANCE", staffed.now).reason is R.ENDED
    assert decide(staffed.chart, TOM, "JUSTICE", staffed.now).reason is R.ENDED
    assert decide(staffed.chart, CORA, "FINANCE", staffed.now - HOUR).reason is R.IS_CO_CHIEF


def test_what_begins_later_is_not_yet_valid(bakery: Bakery) -> None:
    bakery.chief()
    bakery.co_chief(CORA, valid_from=NOON + DAY)
    bakery.manager(TOM, CARL, "FINANCE", valid_from=NOON + DAY)
    bakery.manager(TINA, CARL, "FINANCE")
    bakery.manager(TINA, CARL, "ENERGY", valid_from=NOON + DAY)
    for who, domain in ((CORA, "FINANCE"), (TOM, "FINANCE"), (TINA, "ENERGY")):
        decision = decide(bakery.chart, who, domain, NOON)
        assert (decision.allowed, decision.reason) == (False, R.NOT_YET_VALID)
        assert decision.detail == (("since", "2026-03-03 13:00"),)
        assert decide(bakery.chart, who, domain, NOON + DAY).allowed
    assert decide(bakery.chart, TOM, "JUSTICE", NOON).reason is R.NOT_THIS_DOMAIN


@pytest.mark.parametrize(("who", "by"), [(CARL, ROSE), (CORA, CARL), (TOM, CARL)])
def test_a_suspended_mandate_lets_nothing_be_managed(staffed: Bakery, who: PersonId, by: PersonId) -> None:
    staffed.suspend(who, by=by)
    decision = decide(staffed.chart, who, "FINANCE", NOON)
    assert (decision.allowed, decision.reason) == (False, R.SUSPENDED)
    assert decision.detail == (("since", "2026-03-02 13:00"),)


def test_a_replaced_chief_may_no_more_from_the_moment_of_the_successor(staffed: Bakery) -> None:
    staffed.chief(TINA, valid_from=NOON + DAY)
    assert decide(staffed.chart, CARL, "FINANCE", NOON + DAY - HOUR).reason is R.IS_CHIEF
    assert decide(staffed.chart, CARL, "FINANCE", NOON + DAY).reason is R.ENDED
    assert decide(staffed.chart, TINA, "FINANCE", NOON).reason is R.NOT_YET_VALID
    assert decide(staffed.chart, TINA, "FINANCE", NOON + DAY).reason is R.IS_CHIEF


def test_the_nearest_reason_to_a_yes_is_given(staffed: Bakery) -> None:
    staffed.end(TOM, by=CARL)
    staffed.manager(TOM, CARL, "ENERGY")
    assert decide(staffed.chart, TOM, "FINANCE", NOON).reason is R.NOT_THIS_DOMAIN
    staffed.manager(TOM, CARL, "FINANCE", valid_from=NOON + DAY)
    assert decide(staffed.chart, TOM, "FINANCE", NOON).reason is R.NOT_YET_VALID


@pytest.mark.parametrize(
    ("circumstances", "reason"),
    [
        (Circumstances(enterprise_known=False, person_known=False), R.UNKNOWN_ENTERPRISE),
        (Circumstances(person_known=False, domain_known=False), R.UNKNOWN_PERSON),
        (Circumstances(domain_known=False, enterprise_ceased=True), R.UNKNOWN_DOMAIN),
        (Circumstances(enterprise_ceased=True, person_deceased=True), R.ENTERPRISE_NOT_ACTIVE),
        (Circumstances(person_deceased=True), R.PERSON_DECEASED),
    ],
)
def test_a_death_or_a_ceased_enterprise_is_a_no_at_once(
    staffed: Bakery, circumstances: Circumstances, reason: DecisionReason
) -> None:
    decision = decide(staffed.chart, CARL, "FINANCE", NOON, circumstances)
    assert (decision.allowed, decision.reason, decision.because) == (False, reason, ())


def test_a_representative_without_mandate_is_told_what_to_build_on(staffed: Bakery) -> None:
    decision = decide(staffed.chart, TINA, "FINANCE", NOON)
    built = decision.built_on(REPRESENTS)
    assert (built.allowed, built.reason) == (decision.allowed, decision.reason) == (False, R.NO_MANDATE)
    assert (built.because, built.detail) == ((REPRESENTS,), ())


def test_who_manages_a_domain_is_who_may(staffed: Bakery) -> None:
    staffed.manager(TINA, CARL, "JUSTICE")
    staffed.suspend(CORA)
    for domain in ("FINANCE", "JUSTICE", "ENERGY"):
        managing = {mandate.person for mandate in staffed.chart.managing(domain, NOON)}
        allowed = {who for who in (CARL, CORA, TOM, TINA) if decide(staffed.chart, who, domain, NOON).allowed}
        assert managing == allowed
    assert staffed.mandate(CORA).role is AccessManagerRole.CO_CHIEF
