"""Parse at the border: what comes in is a valid value or a coded refusal that never repeats the text it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from btb.identifiers import EnterpriseNumber, InvalidIdentifier, NationalNumber
from execution.errors import BadUserInput

Cursor = NewType("Cursor", str)


def scalar_map(*, allow_test_numbers: bool) -> Mapping[object, ScalarDefinition]:
    """The scalars of the contract; numbers shifted by sixty months are read only where allowed."""
    return {
        EnterpriseNumber: strawberry.scalar(
            name="EnterpriseNumber",
            description=(
                "Number of an enterprise in KBO: ten digits, first 0 or 1, check digits 97 - (first eight mod 97). "
                "Input also accepts 0123.456.749 and BE0123456749; output is always ten digits."
            ),
            serialize=_enterprise_digits,
            parse_value=_enterprise_number,
        ),
        NationalNumber: strawberry.scalar(
            name="NationalNumber",
            description=(
                "Eleven digits of the National Register or the BIS register (INSZ, NISS), check digits included. "
                "Input also accepts 85.07.30-033.28."
            ),
            serialize=_national_digits,
            parse_value=lambda value: _national_number(value, allow_test_numbers),
        ),
        Cursor: strawberry.scalar(
            name="Cursor",
            description="An opaque position in the change feed: epoch and position. Never parse it.",
            serialize=str,
            parse_value=_cursor,
        ),
        date: strawberry.scalar(
            name="Date",
            description="A calendar day, ISO 8601, such as 2026-11-23.",
            serialize=_day_text,
            parse_value=_day,
        ),
        datetime: strawberry.scalar(
            name="DateTime",
            description="A moment with its offset, ISO 8601 (RFC 3339). Output is always UTC.",
            serialize=_moment_text,
            parse_value=_moment,
        ),
    }


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise BadUserInput(f"{what} is written as text.")
    return value


def _enterprise_number(value: object) -> EnterpriseNumber:
    try:
        return EnterpriseNumber.parse(_text(value, "An enterprise number"))
    except InvalidIdentifier as invalid:
        raise BadUserInput(str(invalid)) from None


def _enterprise_digits(value: object) -> str:
    if not isinstance(value, EnterpriseNumber):
        raise TypeError("An enterprise number is needed here.")
    return value.digits


def _national_number(value: object, allow_test_numbers: bool) -> NationalNumber:
    try:
        return NationalNumber.parse(_text(value, "A national number"), allow_test_numbers=allow_test_numbers)
    except InvalidIdentifier as invalid:
        raise BadUserInput(str(invalid)) from None


def _national_digits(value: object) -> str:
    if not isinstance(value, NationalNumber):
        raise TypeError("A national number is needed here.")
    return value.digits


def _cursor(value: object) -> Cursor:
    return Cursor(_text(value, "A cursor"))


def _day(value: object) -> date:
    try:
        return date.fromisoformat(_text(value, "A day"))
    except ValueError:
        raise BadUserInput("A day is written as 2026-11-23.") from None


def _day_text(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("A day is needed here.")
    return value.isoformat()


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value, "A moment"))
    except ValueError:
        raise BadUserInput("A moment is written as 2026-11-23T09:00:00Z.") from None
    if moment.tzinfo is None:
        raise BadUserInput("A moment needs its offset from UTC, such as Z or +01:00.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadUserInput("This moment is out of reach.") from None


@lru_cache(maxsize=16_384)
def _moment_text(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("An aware moment is needed here.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
