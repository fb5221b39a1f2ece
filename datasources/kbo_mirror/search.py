"""Finds enterprises by name or by the beginning of their number: as typed first, then with typing errors.

Each look is bounded, whatever is typed: a common word does not cost more than a rare one. Ranking comes after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.folding import folded
from datasources.kbo_mirror.looks import DIGITS_OF_A_NUMBER, MOST_MATCHES, Look, Meant
from datasources.kbo_mirror.near import SHORTEST
from datasources.kbo_mirror.ranking import score
from datasources.kbo_mirror.records import NAMES_PER_ENTERPRISE
from datasources.kbo_mirror.state import MirrorState, mirror_state
from datasources.kbo_mirror.tables import SLOTS
from datasources.register.database import Database

_ENOUGH: Final = 20
"""With so many enterprises found as typed, typing errors are not looked for."""
_MOST_WORDS: Final = 8
_SHORTEST_PREFIX: Final = 3
_DIGITS: Final = re.compile(r"(?:BE)?\s*([01][\d.\s]{2,12})", re.IGNORECASE)
_SHORTEST_NUMBER: Final = 4


@dataclass(frozen=True, slots=True)
class Match:
    """One enterprise found; `name` is the one that matched, None where it was found by its number."""

    number: EnterpriseNumber
    name: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Matches:
    """Best first. `extract` is the number of the extract searched; None where there is none to search."""

    extract: int | None
    matches: tuple[Match, ...]


class EnterpriseSearch(Protocol):
    """Looks enterprises up as people type them."""

    async def find(self, text: str) -> Matches:
        """At most MOST_MATCHES. Raises RegisterUnavailable."""
        ...


class NoSearch:
    """There is no mirror to search."""

    async def find(self, text: str) -> Matches:
        """Nothing, and it says so."""
        return Matches(None, ())


class MirrorSearch:
    """Over the extract in use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def on_postgresql(self) -> bool:
        """Which engine is searched."""
        return self._database.is_postgresql

    async def find(self, text: str) -> Matches:
        """As EnterpriseSearch says. An extract switched meanwhile is searched again."""
        async with self._database.reading() as session:
            state = await mirror_state(session)
            while state is not None:
                look = Look(session, SLOTS[state.slot], self.on_postgresql)
                matches = await _matches(look, text)
                before, state = state, await mirror_state(session)
                if _same(before, state):
                    return Matches(before.number, matches)
        return Matches(None, ())


def _same(one: MirrorState, other: MirrorState | None) -> bool:
    return other is not None and (one.slot, one.number, one.imported_at) == (
        other.slot,
        other.number,
        other.imported_at,
    )


async def _matches(look: Look, text: str) -> tuple[Match, ...]:
    written = _DIGITS.fullmatch(text.strip())
    digits = "" if written is None else re.sub(r"\D", "", written[1])
    numbered = _numbered(digits, await look.numbers(digits)) if _typed_a_number(digits) else ()
    return numbered if len(digits) == DIGITS_OF_A_NUMBER else (numbered + await _named(look, text))[:MOST_MATCHES]


def _typed_a_number(digits: str) -> bool:
    return _SHORTEST_NUMBER <= len(digits) <= DIGITS_OF_A_NUMBER


def _numbered(digits: str, numbers: Sequence[int]) -> tuple[Match, ...]:
    mark = 1.0 if len(digits) == DIGITS_OF_A_NUMBER else round(0.5 + len(digits) / 25, 4)
    return tuple(Match(EnterpriseNumber(f"{number:010d}"), None, mark) for number in numbers)


async def _named(look: Look, text: str) -> tuple[Match, ...]:
    asked = folded(text)
    words = asked.split()[:_MOST_WORDS]
    if not words:
        return ()
    rows = await look.beginning(asked)
    if len(rows) == MOST_MATCHES:
        return _ranked(asked, rows)  # they come before all others
    rows += await look.holding(_meant(words))
    if len({row[0] // NAMES_PER_ENTERPRISE for row in rows}) < _ENOUGH:
        near = {word: await look.near(word) for word in words if len(word) >= SHORTEST}
        if any(near.values()):
            rows += await look.holding(_meant(words, near))
    return _ranked(asked, rows)


def _meant(words: Sequence[str], near: dict[str, tuple[str, ...]] | None = None) -> list[Meant]:
    last = len(words) - 1
    meant = [
        Meant(word, at == last and len(word) >= _SHORTEST_PREFIX, (near or {}).get(word, ()))
        for at, word in enumerate(words)
    ]
    if last and len(words[last]) < _SHORTEST_PREFIX:
        del meant[last]  # a letter or two begin too many words: it counts in the ranking only
    return meant


def _ranked(asked: str, rows: Iterable[Any]) -> tuple[Match, ...]:
    best: dict[int, tuple[float, int, str]] = {}
    for identity, name, folded_name in rows:
        number, mark = identity // NAMES_PER_ENTERPRISE, (-score(asked, folded_name), len(name), name)
        if number not in best or mark < best[number]:
            best[number] = mark
    order = sorted(best.items(), key=lambda item: (*item[1][:2], item[0]))
    return tuple(
        Match(EnterpriseNumber(f"{number:010d}"), name, -mark) for number, (mark, _, name) in order[:MOST_MATCHES]
    )
