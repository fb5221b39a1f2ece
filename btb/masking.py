"""National numbers in free text: whatever could be one is written over before the text is kept or told."""

from __future__ import annotations

import re
from typing import Final

STARS: Final = "***"

_SEPARATOR: Final = r"(?:[\s.\-/_]|%20|%2[DdEeFf]){0,2}"
_NUMBER: Final = re.compile(
    rf"(?<!\d)\d\d{_SEPARATOR}\d\d{_SEPARATOR}\d\d{_SEPARATOR}\d\d\d{_SEPARATOR}\d\d(?!\d)",
)


def masked(text: str) -> str:
    """The text with stars for every eleven digits that could be a national number, however they are written."""
    return _NUMBER.sub(STARS, text)
