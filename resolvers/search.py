"""Looking enterprises up as people type them: by number or by name. Public: it finds what KBO publishes, and nobody."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import blake2b

from btb.identifiers import EnterpriseNumber, InvalidEnterpriseNumber
from datasources.kbo_mirror.folding import folded
from datasources.kbo_mirror.search import Match, Matches
from resolvers.context import Context
from resolvers.pages import PageRefused, within

MOST = 50
"""How many enterprises one page may hold."""
LONGEST = 200
"""Characters of a text that is looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An enterprise found, and the cursor behind it."""

    match: Match
    cursor: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page, best first. `names_searched` False: there is no extract, so that only whole numbers are found."""

    hits: tuple[Hit, ...]
    has_next: bool
    has_previous: bool
    names_searched: bool


async def enterprise_search(context: Context, text: str, first: int, after: str | None) -> SearchPage:
    """A page of the enterprises that answer the text. Raises PageRefused.

    A number is looked up in KBO, so that it is found without an extract and where the extract lacks it.
    """
    within(first, MOST)
    if not text.strip() or len(text) > LONGEST:
        raise PageRefused(f"What is looked for has 1 to {LONGEST} characters.")
    number = _number(text)
    found = await context.house.enterprise_search.find(text)
    if number is not None:
        found = await _with_number(context, number, found)
    begin = 0 if after is None else _place(after, text, found)
    page = found.matches[begin : begin + first]
    hits = tuple(Hit(match, _cursor(text, found, begin + at)) for at, match in enumerate(page, 1))
    return SearchPage(hits, begin + first < len(found.matches), begin > 0, found.extract is not None)


async def _with_number(context: Context, number: EnterpriseNumber, found: Matches) -> Matches:
    if any(match.number == number for match in found.matches):
        return found
    (reading,) = await context.loaders.enterprise.load_many([number])
    if isinstance(reading, Exception):
        raise reading
    known = () if reading.value is None else (Match(number, None, 1.0),)
    return Matches(found.extract, known + found.matches)


def _number(text: str) -> EnterpriseNumber | None:
    try:
        return EnterpriseNumber.parse(text)
    except InvalidEnterpriseNumber:
        return None


def _mark(text: str, found: Matches) -> bytes:
    """Which list a cursor is a place in: another text or another extract ranks otherwise."""
    return blake2b(f"{found.extract} {folded(text)}".encode(), digest_size=6).digest()


def _cursor(text: str, found: Matches, place: int) -> str:
    return base64.urlsafe_b64encode(_mark(text, found) + place.to_bytes(3, "big")).decode()


def _place(cursor: str, text: str, found: Matches) -> int:
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 9 or raw[:6] != _mark(text, found):
        raise PageRefused("This cursor was not written for this text, or the extract has changed: begin again.")
    return int.from_bytes(raw[6:], "big")
