"""What people read: a message for every problem and an explanation for every decision, in four languages.

All of it stands in `wording.csv`. A text may have parts between square brackets, with named places between braces:
such a part is shown only where everything it names is known. A value that has a word of its own in the table (a role,
a status, a source) is shown by that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from btb.data import LANGUAGE_COLUMNS, InvalidData, in_language, rows, shipped, texts
from btb.decisions import DecisionReason
from btb.enterprises import Language
from btb.refusals import Problem, ProblemCode

Detail = Iterable[tuple[str, str]]

_PART = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Wording:
    """A table of texts by key: `problem.CODE`, `decision.REASON` and `word.VALUE`."""

    def __init__(self, table: Mapping[str, Mapping[Language, str]]) -> None:
        self._table = table

    @classmethod
    def read(cls, csv_text: str) -> Wording:
        """Read `key,nl,fr,de,en`. Every problem and decision stands there in each language. Raises InvalidData."""
        table: dict[str, Mapping[Language, str]] = {}
        line = 1
        for line, row in rows("wording", csv_text, ("key", *LANGUAGE_COLUMNS)):
            key, by_language = row["key"], texts(row)
            if key in table:
                raise InvalidData("wording", line, f"{key} stands there twice")
            if len(by_language) < len(LANGUAGE_COLUMNS):
                raise InvalidData("wording", line, f"{key} lacks a text in some language")
            if any(_PLACE.search(_PART.sub("", text)) for text in by_language.values()):
                raise InvalidData("wording", line, f"{key} names a place outside square brackets")
            table[key] = by_language
        for needed in (*(f"problem.{code}" for code in ProblemCode), *(f"decision.{each}" for each in DecisionReason)):
            if needed not in table:
                raise InvalidData("wording", line, f"{needed} is missing")
        return cls(table)

    def text(self, key: str, language: Language, detail: Detail = ()) -> str | None:
        """The text under a key with the detail filled in; None for a key that is not in the table."""
        by_language = self._table.get(key)
        template = None if by_language is None else in_language(by_language, language)
        if template is None:
            return None
        values = {name: self._word(value, language) for name, value in detail}

        def part(found: re.Match[str]) -> str:
            inside = found[1]
            if any(place not in values for place in _PLACE.findall(inside)):
                return ""
            return _PLACE.sub(lambda place: values[place[1]], inside)

        return _PART.sub(part, template)

    def _word(self, value: str, language: Language) -> str:
        by_language = self._table.get(f"word.{value}", {})
        return in_language(by_language, language) or value


WORDING = Wording.read(shipped("wording.csv"))
"""The texts as shipped."""


def problem_message(problem: Problem, language: Language) -> str:
    """What a person reads about one problem."""
    return WORDING.text(f"problem.{problem.code}", language, problem.detail) or problem.code


def decision_explanation(reason: DecisionReason, language: Language, detail: Detail = ()) -> str:
    """What a person reads about a decision: why, and for a no what would change it.

    `detail` may name `domain` (its name), `since` and `until` (moments as text), `status` and `situation`.
    """
    return WORDING.text(f"decision.{reason}", language, detail) or reason
