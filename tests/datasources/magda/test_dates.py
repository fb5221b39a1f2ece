"""Dates as sources write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.enterprises import SourceDate
from datasources.magda.dates import brussels_day, may_contain, source_date, source_period

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2026-11-20", date(2026, 11, 20), date(2026, 11, 20)),
        (" 2026-11-20\n", date(2026, 11, 20), date(2026, 11, 20)),
        ("2026-11-20T00:00:00", date(2026, 11, 20), date(2026, 11, 20)),
        ("2000-00-00", date(2000, 1, 1), date(2000, 12, 31)),
        ("2000-99-99", date(2000, 1, 1), date(2000, 12, 31)),
        ("2000-00-15", date(2000, 1, 1), date(2000, 12, 31)),
        ("1950-02-00", date(1950, 2, 1), date(1950, 2, 28)),
        ("2024-02-99", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02-31", None, None),
        ("2023-13-00", None, None),
        ("0000-00-00", None, None),
        ("gisteren", None, None),
        ("", None, None),
        ("٢٠٢٦-١١-٢٠", None, None),
    ],
)
def test_a_date_keeps_the_days_it_may_mean(text: str, earliest: date | None, latest: date | None) -> None:
    read = source_date(text)
    assert (read.earliest, read.latest) == (earliest, latest)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_for_a_date(text: str) -> None:
    read = source_date(text)
    assert (read.earliest is None) == (read.latest is None)
    assert len(read.text) <= 40


@pytest.mark.parametrize("end", [None, "9999-12-31", "9999-01-31", "9999-12-01", " 9999-99-99 "])
def test_an_absent_end_and_any_end_in_9999_are_open(end: str | None) -> None:
    """P5."""
    period = source_period("2020-01-01", end)
    assert period.end is None
    assert period.surely_contains(TODAY)


@pytest.mark.parametrize("end", ["2030-00-00", "binnenkort", "", "2027-02-31"])
def test_an_end_that_cannot_be_read_fails_closed(end: str) -> None:
    assert not source_period("2020-01-01", end).surely_contains(TODAY)


def test_an_incomplete_begin_counts_as_its_latest_day() -> None:
    assert source_period("2025-00-00", None).surely_contains(TODAY)
    assert not source_period("2026-00-00", None).surely_contains(TODAY)
    assert not source_period("", None).surely_contains(TODAY)


@pytest.mark.parametrize(
    ("begin", "end", "shown"),
    [
        (None, None, True),
        ("2026-11-20", None, True),
        ("2026-11-21", None, False),
        ("2026-00-00", None, True),
        (None, "2026-11-20", True),
        (None, "2026-11-19", False),
        (None, "2026-00-00", True),
        ("?", "?", True),
    ],
)
def test_a_situation_is_left_out_only_where_no_reading_holds_today(
    begin: str | None, end: str | None, shown: bool
) -> None:
    assert may_contain(source_period(begin, end), TODAY) is shown


def test_today_is_the_day_in_brussels() -> None:
    assert brussels_day(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == date(2026, 11, 21)
    assert brussels_day(datetime(2026, 7, 20, 22, 30, tzinfo=UTC)) == date(2026, 7, 21)
    assert brussels_day(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)) == date(2026, 11, 20)


def test_a_source_date_shows_what_the_source_wrote() -> None:
    assert source_date("2000-00-00") == SourceDate("2000-00-00", date(2000, 1, 1), date(2000, 12, 31))
