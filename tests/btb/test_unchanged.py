"""How long everything that a chart says by its dates stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from btb.chart import Chart, latest, unchanged
from btb.mandates import AccessManagerRole, Mandate
from tests.datasources.register.building import NOON, enterprise, mandate

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
MOMENTS = st.integers(-6, 6).map(lambda hours: NOON + hours * HOUR)


@st.composite
def mandates(draw: st.DrawFn) -> Mandate:
    """Dates in any order, as the rules would never have them."""
    role = draw(st.sampled_from(AccessManagerRole))
    domains = ("FINANCE", "SOCIAL_SECURITY") if role is AccessManagerRole.DOMAIN else ()
    made = mandate(enterprise(1), role, domains=domains, at=draw(MOMENTS), valid_until=draw(st.none() | MOMENTS))
    delegations = tuple(
        replace(
            each, valid_from=draw(MOMENTS), valid_until=draw(st.none() | MOMENTS), ended_at=draw(st.none() | MOMENTS)
        )
        for each in made.delegations
    )
    suspended, gone = draw(st.none() | MOMENTS), draw(st.none() | MOMENTS)
    return replace(made, suspended_at=suspended, ended_at=gone, delegations=delegations)


def said(chart: Chart, at: datetime) -> object:
    """All that a chart says of a moment."""
    return (
        chart.chief(at),
        chart.in_office(at),
        chart.managing("FINANCE", at),
        [each.status(at) for each in chart.mandates],
        [each.delegation_status(one, at) for each in chart.mandates for one in each.delegations],
        [latest(each) <= at for each in chart.mandates],
    )


@given(several=st.lists(mandates(), max_size=4), at=MOMENTS, off=st.sampled_from([timedelta(0), TICK, -TICK]))
def test_between_two_dates_a_chart_says_the_same(several: list[Mandate], at: datetime, off: timedelta) -> None:
    chart, moment = Chart(enterprise(1), len(several), tuple(several)), at + off
    since, until = unchanged(chart, moment)
    assert since is None or since <= moment
    assert until is None or moment < until
    for other in (since, None if until is None else until - TICK):
        if other is not None:
            assert said(chart, other) == said(chart, moment)


def test_a_chart_without_mandates_says_the_same_for_ever() -> None:
    assert unchanged(Chart(enterprise(1)), NOON) == (None, None)
