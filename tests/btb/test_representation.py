"""Who represents an enterprise: the table's rows, its conditions, and a no for every doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.enterprises import (
    Coded,
    EnterpriseFacts,
    EnterpriseKind,
    EnterpriseStatus,
    HeldFunction,
    Representation,
    SourceDate,
    SourcePeriod,
)
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.representation import (
    LegalRepresentation,
    RepresentationPolicy,
    WhyNot,
    brussels_day,
    can_act,
    representatives,
    represents,
    rules,
    unknown_codes,
)
from btb.representation_rules import REGIMES, RULES, Effect, Regime, has_ceased

TODAY = date(2026, 3, 2)
ENTERPRISE = EnterpriseNumber.parse("0000000196")
HOLDING = EnterpriseNumber.parse("0000000097")
ROSE = NationalNumber.parse("85.07.30-033.28")
PAUL = NationalNumber.parse("53480200724")
ORGANS = ("10002", "10005", "10006", "10007", "10031")


def day(text: str) -> SourceDate:
    return SourceDate(text, date.fromisoformat(text), date.fromisoformat(text))


def period(begin: str | None = "2020-01-01", end: str | None = None) -> SourcePeriod:
    return SourcePeriod(day(begin) if begin else None, day(end) if end else None)


def facts(
    situation: str | None = "000",
    form: str | None = "610",
    kind: EnterpriseKind = EnterpriseKind.LEGAL_PERSON,
    status: EnterpriseStatus | None = EnterpriseStatus.ACTIVE,
    number: EnterpriseNumber = ENTERPRISE,
) -> EnterpriseFacts:
    return EnterpriseFacts(
        number=number,
        status=status,
        kind=kind,
        names=(),
        juridical_form=Coded(form) if form else None,
        juridical_situation=Coded(situation) if situation else None,
        start_date=None,
        address=None,
    )


def function(
    code: str = "10002",
    holder: NationalNumber | None = ROSE,
    how: Representation | None = Representation.PERSON,
    company: EnterpriseNumber | None = None,
    when: SourcePeriod | None = None,
    **more: object,
) -> HeldFunction:
    given = {"held_in": ENTERPRISE, "code": code, "period": when or period(), "representation": how, "holder": holder}
    return HeldFunction(**{**given, "holder_enterprise": company, **more})  # type: ignore[arg-type]


def company_director(code: str = "10002", **more: object) -> HeldFunction:
    return function(code, None, Representation.ENTERPRISE, HOLDING, **more)  # type: ignore[arg-type]


def permanent(**more: object) -> HeldFunction:
    return function("10003", ROSE, Representation.PERSON_FOR_ENTERPRISE, HOLDING, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ORGANS)
def test_a_director_or_manager_represents(code: str) -> None:
    (one,) = representatives(facts(), [function(code)], TODAY)
    assert (one.holder, one.function_code, one.since, one.through) == (ROSE, code, date(2020, 1, 1), None)
    assert one.function_label
    assert one.rests_on == (function(code),)


def test_a_founder_represents_a_natural_person_enterprise_only() -> None:
    founder = function("00001")
    assert representatives(facts(kind=EnterpriseKind.NATURAL_PERSON), [founder], TODAY)
    assert not representatives(facts(), [founder], TODAY)
    assert not representatives(facts(kind=EnterpriseKind.UNKNOWN), [founder], TODAY)


def test_a_natural_person_enterprise_without_functions_has_no_known_representative() -> None:
    alone = facts(kind=EnterpriseKind.NATURAL_PERSON)
    assert represents(ROSE, alone, [], TODAY) is WhyNot.NO_FUNCTION


def test_a_vat_unit_is_represented_by_its_representative_alone_in_that_form() -> None:
    assert representatives(facts(form="003"), [function("00004")], TODAY)
    assert representatives(facts(form="3"), [function("4")], TODAY)
    assert not representatives(facts(form="610"), [function("00004")], TODAY)
    assert not representatives(facts(form=None), [function("00004")], TODAY)


@pytest.mark.parametrize("situation", ["048", "049", "050"])
def test_in_bankruptcy_the_trustee_represents_and_nobody_else(situation: str) -> None:
    held = [function(code) for code in ORGANS] + [function("90001", PAUL)]
    assert [one.holder for one in representatives(facts(situation), held, TODAY)] == [PAUL]
    assert represents(ROSE, facts(situation), held, TODAY) is WhyNot.IN_BANKRUPTCY


def test_a_trustee_represents_nobody_outside_bankruptcy() -> None:
    assert represents(ROSE, facts(), [function("90001")], TODAY) is WhyNot.FUNCTION_DOES_NOT_REPRESENT


@pytest.mark.parametrize("situation", ["010", "011", "012", "013", "112"])
def test_in_liquidation_nobody_represents_until_the_liquidators_code_is_known(situation: str) -> None:
    held = [function(), function("10040", PAUL), function("90001", PAUL)]
    assert represents(ROSE, facts(situation), held, TODAY) is WhyNot.IN_LIQUIDATION
    knowing = RepresentationPolicy(liquidator_codes=frozenset({"10040"}))
    assert [one.holder for one in representatives(facts(situation), held, TODAY, policy=knowing)] == [PAUL]
    assert represents(PAUL, facts("000"), held[1:2], TODAY, policy=knowing) is WhyNot.FUNCTION_DOES_NOT_REPRESENT


@pytest.mark.parametrize("code", ["10021", "11000", "20008", "20023", "20045", "20090", "20202", "30000", "43210"])
@pytest.mark.parametrize("situation", ["000", "012", "050"])
def test_auditors_skills_and_unconfirmed_functions_never_represent(code: str, situation: str) -> None:
    assert not representatives(facts(situation), [function(code)], TODAY)


def test_a_working_partner_represents_in_the_forms_the_owner_confirms() -> None:
    confirmed = RepresentationPolicy(working_partner_forms=frozenset({"011", "612"}))
    assert representatives(facts(form="612"), [function("30000")], TODAY, policy=confirmed)
    assert not representatives(facts(form="610"), [function("30000")], TODAY, policy=confirmed)


def test_an_unknown_code_represents_nobody_and_is_reported() -> None:
    held = [function("77777"), function("10002", cac_code="10099"), function("43210")]
    assert not representatives(facts(), held[:1], TODAY)
    assert unknown_codes(held) == {"77777", "10099", "43210"}
    assert unknown_codes(held, RepresentationPolicy(liquidator_codes=frozenset({"77777"}))) == {"10099", "43210"}


@pytest.mark.parametrize("situation", sorted(REGIMES))
def test_every_situation_has_its_regime(situation: str) -> None:
    held = [function("10002"), function("90001", PAUL)]
    expected = {Regime.NORMAL: [ROSE], Regime.BANKRUPTCY: [PAUL], Regime.LIQUIDATION: [], Regime.CEASED: []}
    holders = [one.holder for one in representatives(facts(situation), held, TODAY)]
    assert holders == expected[REGIMES[situation]]
    assert has_ceased(facts(situation)) is (REGIMES[situation] is Regime.CEASED)


def test_a_situation_that_is_not_in_the_list_lets_nobody_represent() -> None:
    assert represents(ROSE, facts("777"), [function()], TODAY) is WhyNot.SITUATION_UNKNOWN


def test_an_absent_situation_is_normal_unless_it_is_required() -> None:
    assert representatives(facts(None), [function()], TODAY)
    strict = RepresentationPolicy(situation_required=True)
    assert represents(ROSE, facts(None), [function()], TODAY, policy=strict) is WhyNot.SITUATION_UNKNOWN


@pytest.mark.parametrize("status", [*EnterpriseStatus, None])
def test_only_an_active_enterprise_is_represented_though_a_function_is_still_open(
    status: EnterpriseStatus | None,
) -> None:
    found = represents(ROSE, facts(status=status), [function()], TODAY)
    assert (found is not WhyNot.ENTERPRISE_NOT_ACTIVE) is (status is EnterpriseStatus.ACTIVE)


@pytest.mark.parametrize("status", [EnterpriseStatus.JURIDICALLY_CREATED, EnterpriseStatus.ANNOUNCED])
def test_being_created_or_announced_is_enough_where_the_policy_says_so(status: EnterpriseStatus) -> None:
    wide = RepresentationPolicy(statuses=frozenset({EnterpriseStatus.ACTIVE, status}))
    assert representatives(facts(status=status), [function()], TODAY, policy=wide)
    assert not has_ceased(facts(status=status))


def test_a_company_director_acts_through_its_permanent_representative() -> None:
    (one,) = representatives(facts(), [permanent(), company_director()], TODAY)
    assert (one.holder, one.through, one.rule) == (ROSE, HOLDING, "permanent-representative")
    assert one.rests_on == (permanent(), company_director())


def test_a_permanent_representative_alone_proves_nothing() -> None:
    assert represents(ROSE, facts(), [permanent()], TODAY) is WhyNot.LEGAL_PERSON_DOES_NOT_REPRESENT


@pytest.mark.parametrize(
    "record",
    [
        company_director("10021"),
        company_director("10003"),
        company_director(when=period(end="2026-03-01")),
        company_director(when=period(begin="2026-03-03")),
        replace(company_director(), held_in=HOLDING),
        replace(company_director(), holder_enterprise=EnterpriseNumber.parse("1999999745")),
    ],
)
def test_a_permanent_representative_needs_a_valid_record_of_the_same_company_here(record: HeldFunction) -> None:
    assert represents(ROSE, facts(), [permanent(), record], TODAY) is WhyNot.LEGAL_PERSON_DOES_NOT_REPRESENT


@pytest.mark.parametrize("how", [Representation.PERSON, Representation.ENTERPRISE])
def test_a_permanent_representative_is_held_by_a_person_for_a_company(how: Representation) -> None:
    odd = replace(permanent(), representation=how)
    assert not representatives(facts(), [odd, company_director()], TODAY)


def test_a_company_that_is_no_more_represents_nobody() -> None:
    held = [permanent(), company_director()]
    living = {HOLDING: facts(number=HOLDING)}
    stopped = {HOLDING: facts(number=HOLDING, status=EnterpriseStatus.STOPPED)}
    assert representatives(facts(), held, TODAY, companies=living)
    assert not representatives(facts(), held, TODAY, companies=stopped)
    assert not representatives(facts(), held, TODAY, companies={})


def test_a_record_that_names_person_and_company_at_once_represents_through_the_company() -> None:
    both = function("10002", ROSE, Representation.PERSON_FOR_ENTERPRISE, HOLDING)
    (one,) = representatives(facts(), [both], TODAY)
    assert one.through == HOLDING
    assert not representatives(facts(), [both], TODAY, companies={})


def test_a_record_held_by_a_company_names_nobody_even_where_a_person_slipped_in() -> None:
    assert not representatives(facts(), [company_director()], TODAY)
    assert not representatives(facts(), [replace(company_director(), holder=ROSE)], TODAY)


def test_where_the_source_does_not_say_how_a_function_is_held_its_parts_do() -> None:
    assert representatives(facts(), [function(how=None)], TODAY)
    assert not representatives(facts(), [function(how=None, holder=None)], TODAY)
    silent = [replace(permanent(), representation=None), replace(company_director(), representation=None)]
    assert representatives(facts(), silent, TODAY)


def test_a_record_about_another_enterprise_is_dropped() -> None:
    assert represents(ROSE, facts(), [replace(function(), held_in=HOLDING)], TODAY) is WhyNot.NO_FUNCTION


@pytest.mark.parametrize(
    ("when", "valid"),
    [
        (period(), True),
        (period(None), True),
        (period("2026-03-02"), True),
        (period("2026-03-03"), False),
        (period(end="2026-03-03"), True),
        (period(end="2026-03-02"), False),
        (period(end="2026-03-01"), False),
        (SourcePeriod(SourceDate("2026-00-00", date(2026, 1, 1), date(2026, 12, 31)), None), False),
        (SourcePeriod(SourceDate("2025-00-00", date(2025, 1, 1), date(2025, 12, 31)), None), True),
        (SourcePeriod(day("2020-01-01"), SourceDate("2030-00-00", date(2030, 1, 1), date(2030, 12, 31))), False),
        (SourcePeriod(day("2020-01-01"), SourceDate("soon", None, None)), False),
        (SourcePeriod(SourceDate("once", None, None), None), False),
    ],
)
def test_only_a_function_that_is_surely_valid_today_represents(when: SourcePeriod, valid: bool) -> None:
    found = represents(ROSE, facts(), [function(when=when)], TODAY)
    assert isinstance(found, LegalRepresentation) is valid
    if not valid:
        assert found is WhyNot.FUNCTION_NOT_VALID_TODAY


def test_the_last_day_counts_only_where_the_policy_says_so() -> None:
    counting = RepresentationPolicy(end_day_counts=True)
    assert representatives(facts(), [function(when=period(end="2026-03-02"))], TODAY, policy=counting)
    assert not representatives(facts(), [function(when=period(end="2026-03-01"))], TODAY, policy=counting)
    assert not representatives(facts(), [function(when=period("2026-03-03", "2026-03-02"))], TODAY, policy=counting)


def test_the_companies_code_wins_while_both_are_given() -> None:
    now_auditor = function("10002", cac_code="10021", cac_period=period())
    assert not representatives(facts(), [now_auditor], TODAY)
    now_director = function("11000", cac_code="10002", cac_period=period("2021-01-01"))
    (one,) = representatives(facts(), [now_director], TODAY)
    assert (one.function_code, one.since) == ("10002", date(2021, 1, 1))


def test_the_companies_code_does_not_govern_before_it_begins_and_fails_closed_after_it_ends() -> None:
    later = function("10002", cac_code="10021", cac_period=period("2026-06-01"))
    assert representatives(facts(), [later], TODAY)
    over = function("10002", cac_code="10002", cac_period=period("2021-01-01", "2022-01-01"))
    assert represents(ROSE, facts(), [over], TODAY) is WhyNot.FUNCTION_NOT_VALID_TODAY


def test_several_records_of_one_function_are_one_since_the_earliest() -> None:
    again = [function(sequence="001"), function(sequence="002", when=period("2018-05-05")), function("10007")]
    found = representatives(facts(), again, TODAY)
    assert [(one.function_code, one.since) for one in found] == [
        ("10002", date(2018, 5, 5)),
        ("10007", date(2020, 1, 1)),
    ]
    assert len(found[0].rests_on) == 2


def test_lost_zeros_of_a_code_make_no_difference() -> None:
    assert representatives(facts(kind=EnterpriseKind.NATURAL_PERSON), [function("1")], TODAY)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_today_is_the_day_in_brussels(moment: datetime, expected: date) -> None:
    assert brussels_day(moment) == expected


def test_every_row_says_where_it_comes_from_and_what_it_decides() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.source and rule.codes and all(len(code) == 5 for code in rule.codes) for rule in RULES)
    assert rules(RepresentationPolicy()) == RULES
    assert can_act(facts())


codes = st.sampled_from([*ORGANS, "00001", "00004", "10003", "10021", "20090", "90001", "77777"])
hows = st.sampled_from([*Representation, None])
whens = st.builds(
    period,
    st.sampled_from([None, "2020-01-01", "2026-03-02", "2026-04-01"]),
    st.sampled_from([None, "2026-03-02", "2026-03-03", "2025-01-01"]),
)
functions = st.lists(
    st.builds(
        function,
        codes,
        st.sampled_from([ROSE, PAUL, None]),
        hows,
        st.sampled_from([HOLDING, None]),
        whens,
        cac_code=st.sampled_from([None, "10002", "10021"]),
        held_in=st.sampled_from([ENTERPRISE, HOLDING]),
    ),
    max_size=6,
)
cases = st.builds(
    facts,
    st.sampled_from([None, *REGIMES, "777"]),
    st.sampled_from([None, "003", "610"]),
    st.sampled_from(EnterpriseKind),
    st.sampled_from([EnterpriseStatus.ACTIVE, EnterpriseStatus.STOPPED]),
)


@given(cases, functions)
def test_whoever_represents_has_a_valid_record_and_a_row_that_says_so(
    enterprise: EnterpriseFacts, held: list[HeldFunction]
) -> None:
    found = representatives(enterprise, held, TODAY)
    by_id = {rule.id: rule for rule in RULES}
    for one in found:
        assert can_act(enterprise)
        assert by_id[one.rule].effect is not Effect.NEVER
        assert all(record in held and record.held_in == enterprise.number for record in one.rests_on)
        assert one.rests_on[0].holder == one.holder
    for who in (ROSE, PAUL):
        mine = represents(who, enterprise, held, TODAY)
        assert isinstance(mine, LegalRepresentation) is any(one.holder == who for one in found)


@given(cases, functions, st.randoms(use_true_random=False))
def test_the_order_of_records_makes_no_difference(
    enterprise: EnterpriseFacts, held: list[HeldFunction], random
) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(held, len(held))
    first = {(one.holder, one.function_code, one.through) for one in representatives(enterprise, held, TODAY)}
    second = {(one.holder, one.function_code, one.through) for one in representatives(enterprise, shuffled, TODAY)}
    assert first == second
