"""Finds enterprises by name or by the beginning of their number: as typed first, then with typing errors.

Each look is bounded, whatever is typed: a common word does not cost more than a rare one. Ranking comes after.
"""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import text as sql

from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.folding import folded
from datasources.kbo_mirror.indexing import near_index
from datasources.kbo_mirror.near import SHORTEST, Ends, nearest
from datasources.kbo_mirror.ranking import score
from datasources.kbo_mirror.records import NAMES_PER_ENTERPRISE
from datasources.kbo_mirror.state import MirrorState, mirror_state
from datasources.kbo_mirror.tables import SLOTS, Slot
from datasources.register.database import Database, ReadSession

MOST_MATCHES: Final = 200
"""Enterprises that one text finds at most, on all its pages together."""

_ENOUGH: Final = 20
"""With so many enterprises found as typed, typing errors are not looked for."""
_NAMES_LOOKED_AT: Final = 400
_WORDS_LOOKED_AT: Final = 3_000
_NEAR_WORDS: Final = 12
_MOST_WORDS: Final = 8
_SHORTEST_PREFIX: Final = 3
_DIGITS: Final = re.compile(r"(?:BE)?\s*([01][\d.\s]{2,12})", re.IGNORECASE)
_SHORTEST_NUMBER: Final = 4
_NUMBER: Final = 10
_BEHIND_ALL: Final = "\U0010ffff"


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
                look = _Look(session, SLOTS[state.slot], self.on_postgresql)
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


async def _matches(look: _Look, text: str) -> tuple[Match, ...]:
    written = _DIGITS.fullmatch(text.strip())
    digits = "" if written is None else re.sub(r"\D", "", written[1])
    numbered = await look.numbers(digits) if _SHORTEST_NUMBER <= len(digits) <= _NUMBER else ()
    return numbered if len(digits) == _NUMBER else (numbered + await _named(look, text))[:MOST_MATCHES]


async def _named(look: _Look, text: str) -> tuple[Match, ...]:
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


@dataclass(frozen=True, slots=True)
class _Meant:
    """One word of the question: it or any of the others will do; the last one typed may be only begun."""

    word: str
    begun: bool
    others: tuple[str, ...] = ()


def _meant(words: Sequence[str], near: dict[str, tuple[str, ...]] | None = None) -> list[_Meant]:
    last = len(words) - 1
    meant = [
        _Meant(word, at == last and len(word) >= _SHORTEST_PREFIX, (near or {}).get(word, ()))
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


class _Look:
    """The bounded looks into one slot."""

    def __init__(self, session: ReadSession, slot: Slot, on_postgresql: bool) -> None:
        self._session = session
        self._slot = slot
        self._on_postgresql = on_postgresql
        self._trigrams: bool | None = None

    async def numbers(self, digits: str) -> tuple[Match, ...]:
        """Enterprises whose number begins so."""
        rows = await self._rows(
            f"SELECT number FROM {self._slot.enterprises.name} WHERE number BETWEEN :low AND :high ORDER BY number "
            f"LIMIT {MOST_MATCHES}",
            low=int(digits.ljust(_NUMBER, "0")),
            high=int(digits.ljust(_NUMBER, "9")),
        )
        mark = 1.0 if len(digits) == _NUMBER else round(0.5 + len(digits) / 25, 4)
        return tuple(Match(EnterpriseNumber(f"{row[0]:010d}"), None, mark) for row in rows)

    async def beginning(self, asked: str) -> list[Any]:
        """Names that begin with the text, in the order of names."""
        return await self._rows(
            f"SELECT id, name, folded FROM {self._slot.names.name} WHERE folded >= :low AND folded < :high "
            f"ORDER BY folded LIMIT {MOST_MATCHES}",
            low=asked,
            high=asked + _BEHIND_ALL,
        )

    async def holding(self, meant: Sequence[_Meant]) -> list[Any]:
        """Names that hold every word, in any order."""
        names, search = self._slot.names.name, self._slot.search
        if self._on_postgresql:
            found = (
                f"SELECT id, name, folded FROM {names} "
                "WHERE array_to_tsvector(string_to_array(folded, ' ')) @@ CAST(:asked AS tsquery)"
            )
        else:
            found = (
                f"SELECT name.id, name.name, name.folded FROM {search} JOIN {names} AS name "
                f"ON name.id = {search}.rowid WHERE {search} MATCH :asked"
            )
        return await self._rows(f"{found} LIMIT {_NAMES_LOOKED_AT}", asked=self._asked(meant))

    async def near(self, word: str) -> tuple[str, ...]:
        """Words of names that were perhaps meant, the nearest first."""
        for ends in Ends.of(word):
            found = nearest(word, await self._ending_alike(ends, word), _NEAR_WORDS)
            if found:
                return tuple(found)
        return ()

    async def _ending_alike(self, ends: Ends, word: str) -> list[str]:
        """Read from the two indexes alone: from the one over words written backward they come backward."""
        words = self._slot.words.name
        found = (
            f"SELECT {{0}}, {{2}} FROM (SELECT {{0}} FROM {words} WHERE {{0}} >= :{{1}} AND {{0}} < :{{1}}_end "
            f"AND length({{0}}) BETWEEN :shortest AND :longest LIMIT {_WORDS_LOOKED_AT}) AS {{1}}"
        )
        parts = [found.format("word", "beginning", 0), found.format("backward", "ending", 1)]
        if await self._has_trigrams():
            parts.append(
                f"SELECT word, 0 FROM (SELECT word FROM {words} WHERE word % :word LIMIT {_WORDS_LOOKED_AT}) AS w"
            )
        rows = await self._rows(
            " UNION ALL ".join(parts),
            **({"word": word} if len(parts) > 2 else {}),
            beginning=ends.beginning,
            beginning_end=ends.beginning + _BEHIND_ALL,
            ending=ends.ending[::-1],
            ending_end=ends.ending[::-1] + _BEHIND_ALL,
            shortest=ends.shortest,
            longest=ends.longest,
        )
        return list({text[::-1] if backward else text for text, backward in rows})

    async def _has_trigrams(self) -> bool:
        """Whether this PostgreSQL also finds words by their trigrams, so that errors at both ends are no matter."""
        if self._trigrams is None:
            self._trigrams = self._on_postgresql and bool(
                await self._rows("SELECT 1 WHERE to_regclass(:index) IS NOT NULL", index=near_index(self._slot))
            )
        return self._trigrams

    def _asked(self, meant: Sequence[_Meant]) -> str:
        """The question in the engine's own words; folded words are letters and digits only."""
        if self._on_postgresql:
            each = (
                " | ".join([f"'{one.word}'{':*' if one.begun else ''}", *(f"'{other}'" for other in one.others)])
                for one in meant
            )
            return " & ".join(f"({every})" for every in each)
        each = (
            " OR ".join([f'"{one.word}"{"*" if one.begun else ""}', *(f'"{other}"' for other in one.others)])
            for one in meant
        )
        return " AND ".join(f"({every})" for every in each)

    async def _rows(self, statement: str, **values: object) -> list[Any]:
        return list((await self._session.execute(sql(statement), values)).all())
