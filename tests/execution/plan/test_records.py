"""What is written from records is what orjson writes for dictionaries."""

from __future__ import annotations

import struct
import sys
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import Undefined
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from execution.plan.records import FLOATS, Records, as_written, written_out
from execution.plan.signals import Aside

CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


class Weekday(Enum):
    MONDAY = "Monday"


class Odd(str):
    """Text that is not exactly text."""


def test_every_character_is_written_alike() -> None:
    assert written_out(CHARACTERS) == orjson.dumps(CHARACTERS)
    assert written_out("".join(CHARACTERS)) == orjson.dumps("".join(CHARACTERS))


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_character_is_written_by_neither(code: int) -> None:
    for write in (written_out, orjson.dumps):
        with pytest.raises((UnicodeEncodeError, TypeError)):
            write(f"a{chr(code)}b")


@given(st.one_of(st.floats(), st.binary(min_size=8, max_size=8).map(lambda bits: struct.unpack("d", bits)[0])))
def test_floats_of_middling_size_are_written_alike(number: float) -> None:
    if eval(FLOATS.format(v="number")):
        assert written_out(number) == orjson.dumps(number)
    assert written_out(as_written(number)) == orjson.dumps(number)


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_are_written_alike(number: int) -> None:
    assert written_out(number) == orjson.dumps(number)


SCALARS: tuple[Any, ...] = (
    *("text", "", True, False, 0, -5, 2**63 - 1, 2**64 - 1, 1e300, -1e16, 5e-324, Odd("odd"), Weekday.MONDAY),
    *({"a": [1, None, 1e22]}, [], datetime(2026, 1, 2, tzinfo=UTC), UUID(int=7)),
)
REFUSED = {"too large": 2**64, "decimal": Decimal("1.5"), "object": object(), "half a character": ["\ud800"]}


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_what_a_scalar_makes_is_written_alike(value: Any) -> None:
    record = Records(5).of(["key", "list"])
    assert written_out(record(as_written(value), [as_written(value)])) == orjson.dumps({"key": value, "list": [value]})


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_orjson_does_not_write_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        as_written(value)


@pytest.mark.parametrize("value", [None, Undefined], ids=repr)
def test_nothing_is_not_written_where_something_is_promised(value: Any) -> None:
    with pytest.raises(Aside):
        as_written(value)


def test_what_was_written_already_is_left_alone() -> None:
    once = as_written(7)
    assert isinstance(once, Raw)
    assert as_written(once) is once


def test_equal_keys_have_one_class_and_classes_are_bounded() -> None:
    records = Records(2)
    first = records.of(["a", "b"])
    assert records.of(("a", "b")) is first
    assert written_out(records.of(["b", "a"])(1, 2)) == b'{"b":1,"a":2}'
    assert written_out(records.of([])()) == b"{}"
    assert records.of(["a", "b"]) is not first
    assert written_out(first(1, None)) == b'{"a":1,"b":null}', "who holds a class keeps it"
