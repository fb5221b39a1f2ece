"""Numbers that are valid by construction.

    InvalidIdentifier
    ├── InvalidEnterpriseNumber
    ├── InvalidEstablishmentNumber
    └── InvalidNationalNumber

The exceptions carry a reason and never the text that was refused: it may be a person's number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from stdnum.be import ssn

_SEPARATORS = re.compile(r"[\s.\-/]")


class InvalidIdentifier(ValueError):
    """A text is not the number it should be; the message never repeats the text."""


class InvalidEnterpriseNumber(InvalidIdentifier):
    """Not ten digits starting with 0 or 1, or the check digits are wrong."""


class InvalidEstablishmentNumber(InvalidIdentifier):
    """Not ten digits starting with 2 to 8, or the check digits are wrong."""


class InvalidNationalNumber(InvalidIdentifier):
    """Not eleven digits of the National Register or the BIS register, or the check digits are wrong."""


def _ten_digits(text: str) -> str | None:
    digits = _SEPARATORS.sub("", text)
    if digits[:2].upper() == "BE":
        digits = digits[2:]
    if len(digits) == 9:
        digits = "0" + digits
    return digits if len(digits) == 10 and digits.isascii() and digits.isdigit() else None


def _check_digits_hold(digits: str) -> bool:
    return int(digits[8:]) == 97 - int(digits[:8]) % 97


@dataclass(frozen=True, slots=True, order=True)
class EnterpriseNumber:
    """Number of an enterprise in KBO: ten digits, first 0 or 1 (belgif: EnterpriseNumber)."""

    digits: str

    def __hash__(self) -> int:
        # Written out: a level of a question hashes some thousands, and what is generated builds a tuple for each.
        return hash(self.digits)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0123456749`, `0123.456.749`, `BE0123456749` or the old nine digits.

        Raises InvalidEnterpriseNumber.
        """
        digits = _ten_digits(text) if len(text) <= 32 else None
        if digits is None or digits[0] not in "01":
            raise InvalidEnterpriseNumber("An enterprise number has ten digits and starts with 0 or 1.")
        if not _check_digits_hold(digits):
            raise InvalidEnterpriseNumber("The check digits of this enterprise number are wrong.")
        return cls(digits)

    def __str__(self) -> str:
        return self.digits


@dataclass(frozen=True, slots=True, order=True)
class EstablishmentNumber:
    """Number of an establishment unit in KBO: ten digits, first 2 to 8 (belgif: EstablishmentUnitNumber)."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2123456749` or `2.123.456.749`. Raises InvalidEstablishmentNumber."""
        digits = _ten_digits(text) if len(text) <= 32 else None
        if digits is None or digits[0] not in "2345678":
            raise InvalidEstablishmentNumber("An establishment number has ten digits and starts with 2 to 8.")
        if not _check_digits_hold(digits):
            raise InvalidEstablishmentNumber("The check digits of this establishment number are wrong.")
        return cls(digits)

    def __str__(self) -> str:
        return self.digits


class NumberKind(StrEnum):
    """Where a national number was given out."""

    NATIONAL = "NATIONAL"
    BIS = "BIS"
    TEST = "TEST"


@dataclass(frozen=True, slots=True, order=True)
class NationalNumber:
    """Number of a person in the National Register or the BIS register (INSZ, NISS).

    It prints as stars: only code that asks for `digits` can show it, and no log, URL or error does.
    """

    digits: str
    kind: NumberKind

    @classmethod
    def parse(cls, text: str, *, allow_test_numbers: bool = False) -> Self:
        """Read eleven digits, also written `85.07.30-033.28`; numbers shifted by sixty months only where allowed.

        Raises InvalidNationalNumber.
        """
        digits = _SEPARATORS.sub("", text) if len(text) <= 32 else ""
        if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
            raise InvalidNationalNumber("A national number has eleven digits.")
        kind = _kind_by_month(int(digits[2:4]))
        if kind is None or not _national_check_digits_hold(digits, kind):
            raise InvalidNationalNumber("This is no number of the National Register or the BIS register.")
        if kind is NumberKind.TEST and not allow_test_numbers:
            raise InvalidNationalNumber("Test numbers are not accepted here.")
        return cls(digits, kind)

    @property
    def masked(self) -> str:
        """What may be shown in place of the number."""
        return "***"

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return "NationalNumber(***)"

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)


def _kind_by_month(month: int) -> NumberKind | None:
    """National 00-12; BIS 20-32 and 40-52; test numbers are either of them plus 60 (MAGDA TST-nummers)."""
    if month <= 12:
        return NumberKind.NATIONAL
    if 20 <= month <= 32 or 40 <= month <= 52:
        return NumberKind.BIS
    if 60 <= month <= 72 or 80 <= month <= 92:
        return NumberKind.TEST
    return None


def _national_check_digits_hold(digits: str, kind: NumberKind) -> bool:
    """stdnum where it knows the months; the same arithmetic, for births before and from 2000, where it does not."""
    if kind is not NumberKind.TEST:
        return bool(ssn.is_valid(digits))
    first_nine, check = int(digits[:9]), int(digits[9:])
    return check in (97 - first_nine % 97, 97 - (2_000_000_000 + first_nine) % 97)
