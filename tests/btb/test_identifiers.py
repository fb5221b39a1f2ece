"""Numbers are valid by construction, and a person's number never shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.identifiers import (
    EnterpriseNumber,
    EstablishmentNumber,
    InvalidEnterpriseNumber,
    InvalidEstablishmentNumber,
    InvalidIdentifier,
    InvalidNationalNumber,
    NationalNumber,
    NumberKind,
)


def checked(eight: int) -> str:
    return f"{eight:08d}{97 - eight % 97:02d}"


def national(nine: str, *, from_2000: bool = False) -> str:
    base = 2_000_000_000 if from_2000 else 0
    return f"{nine}{97 - (base + int(nine)) % 97:02d}"


enterprise_numbers = st.integers(0, 19_999_999).map(checked)
establishment_numbers = st.integers(20_000_000, 89_999_999).map(checked)
days = st.integers(1, 28).map("{:02d}".format)
months = st.integers(1, 12)
orders = st.integers(1, 997).map("{:03d}".format)
years = st.integers(0, 99).map("{:02d}".format)


@st.composite
def numbers_of_persons(draw: st.DrawFn, shift: int = 0) -> str:
    nine = f"{draw(years)}{draw(months) + shift:02d}{draw(days)}{draw(orders)}"
    before = int(nine[:2]) > 25
    return national(nine, from_2000=not before and draw(st.booleans()))


@given(enterprise_numbers)
def test_an_enterprise_number_reads_back_however_it_is_written(digits: str) -> None:
    number = EnterpriseNumber.parse(digits)
    assert str(number) == digits
    written = (
        f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
        f"BE{digits}",
        f"be {digits[:4]} {digits[4:]}",
        f" {digits}\n",
    )
    for text in written:
        assert EnterpriseNumber.parse(text) == number
    if digits[0] == "0":
        assert EnterpriseNumber.parse(digits[1:]) == number


@given(enterprise_numbers, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(digits: str, place: int, off: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
    with pytest.raises(InvalidEnterpriseNumber):
        EnterpriseNumber.parse(wrong)


@given(establishment_numbers)
def test_an_establishment_is_no_enterprise(digits: str) -> None:
    assert str(EstablishmentNumber.parse(f"{digits[0]}.{digits[1:4]}.{digits[4:7]}.{digits[7:]}")) == digits
    with pytest.raises(InvalidEnterpriseNumber):
        EnterpriseNumber.parse(digits)


@pytest.mark.parametrize(
    "text", ["", "0", "00000001961", "0000000197", "9999999999", "٠٠٠٠٠٠٠١٩٦", "BEBE0000000196", "x" * 99]
)
def test_no_other_text_is_an_enterprise_or_an_establishment(text: str) -> None:
    with pytest.raises(InvalidEnterpriseNumber):
        EnterpriseNumber.parse(text)
    with pytest.raises(InvalidEstablishmentNumber):
        EstablishmentNumber.parse(text)


@given(numbers_of_persons())
def test_a_national_number_reads_back_with_and_without_dots(digits: str) -> None:
    number = NationalNumber.parse(digits)
    assert number.digits == digits
    assert number.kind is NumberKind.NATIONAL
    assert NationalNumber.parse(f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}") == number


@pytest.mark.parametrize("shift", [20, 40])
@given(data=st.data())
def test_a_bis_number_is_known_by_its_month(shift: int, data: st.DataObject) -> None:
    number = NationalNumber.parse(data.draw(numbers_of_persons(shift)))
    assert number.kind is NumberKind.BIS


def test_births_before_and_from_2000_have_other_check_digits() -> None:
    old, young = national("040101001"), national("040101001", from_2000=True)
    assert old != young
    assert NationalNumber.parse(old).digits == old
    assert NationalNumber.parse(young).digits == young


@pytest.mark.parametrize("shift", [60, 80])
@given(data=st.data())
def test_test_numbers_are_read_only_where_they_are_allowed(shift: int, data: st.DataObject) -> None:
    digits = data.draw(numbers_of_persons(shift))
    with pytest.raises(InvalidNationalNumber):
        NationalNumber.parse(digits)
    assert NationalNumber.parse(digits, allow_test_numbers=True).kind is NumberKind.TEST


@pytest.mark.parametrize("month", [13, 19, 33, 39, 53, 59, 73, 79, 93, 99])
def test_no_other_month_is_a_person(month: int) -> None:
    with pytest.raises(InvalidNationalNumber):
        NationalNumber.parse(national(f"85{month:02d}15033"), allow_test_numbers=True)


@given(numbers_of_persons(), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_before_the_check_is_noticed_within_a_century(digits: str, place: int, off: int) -> None:
    """A slip may pass only where it happens to be the other century's number."""
    wrong = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
    if wrong in (national(wrong[:9]), national(wrong[:9], from_2000=True)):
        return
    with pytest.raises(InvalidNationalNumber):
        NationalNumber.parse(wrong, allow_test_numbers=True)


@pytest.mark.parametrize("kind", [EnterpriseNumber, EstablishmentNumber, NationalNumber])
@given(text=st.text(min_size=5, max_size=40).map("x{}".format))
def test_a_refusal_never_repeats_the_text(
    kind: type[EnterpriseNumber] | type[EstablishmentNumber] | type[NationalNumber], text: str
) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        kind.parse(text)
    assert text not in str(refused.value)


@given(numbers_of_persons())
def test_a_national_number_prints_as_stars(digits: str) -> None:
    number = NationalNumber.parse(digits)
    for shown in (str(number), repr(number), f"{number}", f"{number!r:>30}", "%s" % number, repr([number])):  # noqa: UP031
        assert digits not in shown
        assert "*" in shown
