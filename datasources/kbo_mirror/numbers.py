"""Numbers of enterprises, establishments and branches, as integers; and which were met, in little room."""

from __future__ import annotations

import re
from typing import Final

NOT_ENTERPRISES: Final = 2_000_000_000
"""From here on numbers are of establishments and branches."""
DOTTED: Final = 12
DOTTED_ESTABLISHMENT: Final = 13
"""Characters of `0123.456.789` and of `2.123.456.789`."""
_NUMBER: Final = re.compile(
    r"'?(?:[0-9]{9,10}|[0-9]{3,4}([.,'’\s])[0-9]{3}\1[0-9]{3}|[1-9]([.,'’\s])[0-9]{3}\2[0-9]{3}\2[0-9]{3})(?:\.0)?"
)
"""A number as KBO writes it, or as spreadsheets do: without dots, without its first zero, grouped in another way."""
_NO_DIGITS: Final = re.compile(r"[^0-9]")
_SERIALS: Final = 20_000_000
"""So many enterprise numbers there can be: without their check digits they count from nothing to this."""
MOST_PLACES: Final = 255


def entity(text: str) -> int | None:
    """The number of an entity whose check digits hold, with or without dots and leading zero; else None.

    Below 2,000,000,000 it is an enterprise's.
    """
    if len(text) == DOTTED and text[4] == text[8] == ".":
        digits = text[:4] + text[5:8] + text[9:]
        if not (digits.isdigit() and digits.isascii()):
            return None
    else:
        written = text.strip()
        if not _NUMBER.fullmatch(written):
            return None
        digits = _NO_DIGITS.sub("", written.removesuffix(".0"))
    number = int(digits)
    return number if number % 100 == 97 - number // 100 % 97 else None


class Seen:
    """Which enterprise numbers were met: one bit for each that there can be, whatever the size of the extract."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray(_SERIALS // 8)

    def __contains__(self, number: int) -> bool:
        serial = number // 100
        return bool(self._bits[serial >> 3] & (1 << (serial & 7)))

    def is_new(self, number: int) -> bool:
        """Whether it was not met before; it now was."""
        serial = number // 100
        bit = 1 << (serial & 7)
        if self._bits[serial >> 3] & bit:
            return False
        self._bits[serial >> 3] |= bit
        return True


class Places:
    """How many names each enterprise has so far."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts = bytearray(_SERIALS)

    def next_of(self, number: int) -> int | None:
        """The place of its next name; None where there is no more room."""
        serial = number // 100
        place = self._counts[serial]
        if place == MOST_PLACES:
            return None
        self._counts[serial] = place + 1
        return place
