"""Labels of the codes that KBO uses: juridical forms, situations, statuses and functions.

KBO labels forms and situations in Dutch, French and German only. Asked in English, they are returned in Dutch, with
French and German behind it where Dutch is missing; functions and statuses have an English label of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from btb.data import LANGUAGE_COLUMNS, InvalidData, in_language, rows, shipped, texts
from btb.enterprises import EnterpriseStatus, Language


@dataclass(frozen=True, slots=True)
class CodeList:
    """Labels by code. Codes have `width` characters, leading zeros kept; a shorter one is filled up with zeros."""

    name: str
    width: int
    labels: Mapping[str, Mapping[Language, str]] = field(hash=False, repr=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.normal(code) in self.labels

    def normal(self, code: str) -> str:
        """The code as it is written here: `2` and `00002` are one function."""
        return code.strip().zfill(self.width)

    def label(self, code: str, language: Language) -> str | None:
        """The label in the language asked, else in NL, FR, DE or EN; None for a code that is not in the list."""
        by_language = self.labels.get(self.normal(code))
        return None if by_language is None else in_language(by_language, language)

    def told_in(self, code: str, language: Language) -> str | None:
        """The label in that language and no other; None for a code that is not in the list, too."""
        return self.labels.get(self.normal(code), {}).get(language)

    @classmethod
    def read(cls, name: str, width: int, csv_text: str) -> CodeList:
        """Read `code,nl,fr,de` and, where there is one, `en`; an empty label is none. Raises InvalidData."""
        required = ("code", *(column for column in LANGUAGE_COLUMNS if column != "en"))
        labels: dict[str, Mapping[Language, str]] = {}
        for line, row in rows(name, csv_text, required):
            code, by_language = row["code"], texts(row)
            if len(code) != width:
                raise InvalidData(name, line, f"a code has {width} characters")
            if code in labels:
                raise InvalidData(name, line, f"the code {code} stands there twice")
            if not by_language:
                raise InvalidData(name, line, f"the code {code} has no label")
            labels[code] = by_language
        return cls(name, width, labels)


JURIDICAL_FORMS = CodeList.read("juridical forms", 3, shipped("juridical_forms.csv"))
JURIDICAL_SITUATIONS = CodeList.read("juridical situations", 3, shipped("juridical_situations.csv"))
FUNCTIONS = CodeList.read("functions", 5, shipped("functions.csv"))
STATUSES = CodeList.read("statuses", 2, shipped("statuses.csv"))

_STATUS_CODES = {EnterpriseStatus.of_code(code): code for code in STATUSES}


def status_label(status: EnterpriseStatus, language: Language) -> str:
    """The label of an enterprise's status in KBO."""
    return STATUSES.label(_STATUS_CODES[status], language) or status.value
