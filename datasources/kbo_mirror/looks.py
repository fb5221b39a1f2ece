"""The bounded looks into one slot of the mirror: however common a word is, each costs no more than so much."""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text as sql

from datasources.kbo_mirror.indexing import near_index
from datasources.kbo_mirror.near import Ends, nearest
from datasources.kbo_mirror.tables import Slot
from datasources.register.database import ReadSession

MOST_MATCHES: Final = 200
"""Enterprises that one text finds at most, on all its pages together."""
_NAMES_LOOKED_AT: Final = 400
_WORDS_LOOKED_AT: Final = 3_000
_NEAR_WORDS: Final = 12
DIGITS_OF_A_NUMBER: Final = 10
_BEHIND_ALL: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Meant:
    """One word of the question: it or any of the others will do; the last one typed may be only begun."""

    word: str
    begun: bool
    others: tuple[str, ...] = ()


class Look:
    """The bounded looks into one slot."""

    def __init__(self, session: ReadSession, slot: Slot, on_postgresql: bool) -> None:
        self._session = session
        self._slot = slot
        self._on_postgresql = on_postgresql
        self._trigrams: bool | None = None

    async def numbers(self, digits: str) -> list[int]:
        """Enterprise numbers that begin so."""
        rows = await self._rows(
            f"SELECT number FROM {self._slot.enterprises.name} WHERE number BETWEEN :low AND :high ORDER BY number "
            f"LIMIT {MOST_MATCHES}",
            low=int(digits.ljust(DIGITS_OF_A_NUMBER, "0")),
            high=int(digits.ljust(DIGITS_OF_A_NUMBER, "9")),
        )
        return [row[0] for row in rows]

    async def beginning(self, asked: str) -> list[Any]:
        """Names that begin with the text, in the order of names."""
        return await self._rows(
            f"SELECT id, name, folded FROM {self._slot.names.name} WHERE folded >= :low AND folded < :high "
            f"ORDER BY folded LIMIT {MOST_MATCHES}",
            low=asked,
            high=asked + _BEHIND_ALL,
        )

    async def holding(self, meant: Sequence[Meant]) -> list[Any]:
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
            found = nearest(word, await self._ending_alike(ends), _NEAR_WORDS)
            if found:
                return tuple(found)
        return tuple(nearest(word, await self._sharing_trigrams(word), _NEAR_WORDS))

    async def _ending_alike(self, ends: Ends) -> list[str]:
        """Read from the two indexes alone: from the one over words written backward they come backward."""
        words = self._slot.words.name
        found = (
            f"SELECT {{0}}, {{2}} FROM (SELECT {{0}} FROM {words} WHERE {{0}} >= :{{1}} AND {{0}} < :{{1}}_end "
            f"AND length({{0}}) BETWEEN :shortest AND :longest LIMIT {_WORDS_LOOKED_AT}) AS {{1}}"
        )
        rows = await self._rows(
            f"{found.format('word', 'beginning', 0)} UNION ALL {found.format('backward', 'ending', 1)}",
            beginning=ends.beginning,
            beginning_end=ends.beginning + _BEHIND_ALL,
            ending=ends.ending[::-1],
            ending_end=ends.ending[::-1] + _BEHIND_ALL,
            shortest=ends.shortest,
            longest=ends.longest,
        )
        return list({text[::-1] if backward else text for text, backward in rows})

    async def _sharing_trigrams(self, word: str) -> list[str]:
        if not await self._has_trigrams():
            return []
        words = self._slot.words.name
        rows = await self._rows(f"SELECT word FROM {words} WHERE word % :word LIMIT {_WORDS_LOOKED_AT}", word=word)
        return [row[0] for row in rows]

    async def _has_trigrams(self) -> bool:
        """Whether this PostgreSQL also finds words by their trigrams, so that errors at both ends are no matter."""
        if self._trigrams is None:
            self._trigrams = self._on_postgresql and bool(
                await self._rows("SELECT 1 WHERE to_regclass(:index) IS NOT NULL", index=near_index(self._slot))
            )
        return self._trigrams

    def _asked(self, meant: Sequence[Meant]) -> str:
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
