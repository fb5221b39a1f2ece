"""Numbers that are well formed and belong to nobody.

Enterprises take 0000.000.xxx and 01xx.xxx.xxx: KBO's oldest numbers begin with 02, its newest with 1.
Persons take MAGDA's test numbers: the month of birth plus sixty, or, for foreigners, a BIS month plus sixty.
"""

from __future__ import annotations

from btb.identifiers import EnterpriseNumber, NationalNumber

UNKNOWN_ENTERPRISE = EnterpriseNumber.parse("0000000097")
"""A well-formed number that no enterprise of any town has."""


def enterprise_number(serial: int) -> EnterpriseNumber:
    """The enterprise number whose first eight digits are this serial, 1 to 1 99 99 999."""
    return EnterpriseNumber.parse(f"{serial:08d}{97 - serial % 97:02d}")


def national_number(born: str, counter: int, *, foreign: bool = False) -> NationalNumber:
    """The test number of somebody born on `YYYY-MM-DD` (00 where unknown); odd counters are men's."""
    year, month, day = born.split("-")
    shift = 80 if foreign else 60
    first_nine = f"{year[2:]}{int(month) + shift:02d}{day}{counter:03d}"
    century = 2_000_000_000 if year >= "2000" else 0
    return NationalNumber.parse(f"{first_nine}{97 - (century + int(first_nine)) % 97:02d}", allow_test_numbers=True)


UNKNOWN_PERSON = national_number("1931-03-07", 997)
"""A well-formed test number that nobody in any town has."""
