"""From rows of the extract to rows of our tables: what can be read safely is read, the rest is counted.

Tuples, for speed: their order is that of the columns in `tables`. Numbers are integers; a spreadsheet may have taken
their dots and leading zeros, and those of codes.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias

from datasources.kbo_mirror.folding import folded
from datasources.kbo_mirror.report import Tally
from datasources.kbo_mirror.rows import Batch, Columns

Row: TypeAlias = tuple[object, ...]

ENTERPRISE: Final = Columns(
    ("EnterpriseNumber", "Status", "JuridicalSituation", "TypeOfEnterprise", "JuridicalForm", "StartDate"),
    ("JuridicalFormCAC",),
)
NAME: Final = Columns(("EntityNumber", "Language", "TypeOfDenomination", "Denomination"), text_last=True)
ADDRESS: Final = Columns(
    (
        *("EntityNumber", "TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL", "MunicipalityFR"),
        *("StreetNL", "StreetFR", "HouseNumber", "Box", "DateStrikingOff"),
    )
)
DELETED: Final = {
    "enterprise": Columns(("EnterpriseNumber",)),
    "denomination": Columns(("EntityNumber",)),
    "address": Columns(("EntityNumber",)),
}

NAMES_PER_ENTERPRISE: Final = 256
"""A name's id is the enterprise's number times this, plus its place: so that names need no second index."""

_SERIALS: Final = 20_000_000
_LONGEST_NAME: Final = 1000
_NO_NUMBER: Final = "no number of an enterprise"
_NAME_KINDS: Final = {"001": 1, "002": 2, "003": 3, "1": 1, "2": 2, "3": 3, "01": 1, "02": 2, "03": 3}
_BRANCH_NAMES: Final = frozenset(("004", "04", "4"))
_LANGUAGES: Final = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "": 0}
_KINDS: Final = {"0": 0, "1": 1, "2": 2}
_SEAT: Final = "REGO"
_NOT_ENTERPRISES: Final = 2_000_000_000
"""From here on numbers are of establishments and branches."""
_DOTTED_ESTABLISHMENT: Final = 13
"""Characters of `2.123.456.789`; an enterprise's number has one dot less."""


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
        if place == NAMES_PER_ENTERPRISE - 1:
            return None
        self._counts[serial] = place + 1
        return place


def entity(text: str) -> int | None:
    """The number of an entity whose check digits hold, with or without dots and leading zero; else None.

    Below 2,000,000,000 it is an enterprise's.
    """
    digits = text.replace(".", "")
    if not (digits.isdigit() and digits.isascii()):
        digits = digits.strip()
        if not (digits.isdigit() and digits.isascii()):
            return None
    if not 9 <= len(digits) <= 10:
        return None
    number = int(digits)
    return number if number % 100 == 97 - number // 100 % 97 else None


@lru_cache(maxsize=65_536)
def _started(text: str) -> int | None:
    """The day's ordinal; 0 where the text is no day that reads one way only. Slashes may be either order."""
    if not text.strip():
        return None
    for form in ("%d-%m-%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date().toordinal()  # noqa: DTZ007 a calendar day has no zone
        except ValueError:
            continue
    return 0


@lru_cache(maxsize=4096)
def _code(text: str) -> str | None:
    """Three digits with the zeros a spreadsheet took; empty where there is none, None where this is no code."""
    code = text.strip()
    if not code:
        return ""
    return code.zfill(3) if len(code) <= 3 and code.isascii() and code.isdigit() else None


@lru_cache(maxsize=64)
def _status(text: str) -> str | None:
    status = text.strip().upper()
    return status if len(status) == 2 and status.isascii() and status.isalpha() else None


def enterprises(batch: Batch, seen: Seen, tally: Tally) -> list[Row]:
    """Rows of `kbo_enterprises`; the first of two with one number counts."""
    kept: list[Row] = []
    for line, (number_text, status, situation, kind, form, started, cac) in zip(batch.lines, batch.rows, strict=True):
        number = entity(number_text)
        if number is None or number >= _NOT_ENTERPRISES:
            tally.reject(line, _NO_NUMBER)
            continue
        codes = _status(status), _code(situation), _code(form), _code(cac)
        kind_code = _KINDS.get(kind.strip())
        if kind_code is None or None in codes:
            tally.reject(line, "a status, kind, situation or form that is no code")
            continue
        if not seen.is_new(number):
            tally.reject(line, "the enterprise stands there twice")
            continue
        day_number = _started(started)
        if day_number == 0:
            day_number = None
            tally.mended["the start date"] += 1
        effective = codes[3] if codes[3] not in ("", "000") else codes[2]
        kept.append((number, codes[0], kind_code, effective or None, codes[1] or None, day_number))
    tally.kept += len(kept)
    return kept


def names(batch: Batch, known: Seen | None, places: Places, tally: Tally) -> list[Row]:
    """Rows of `kbo_names`. `known` None: the enterprises are in the database, and it will tell."""
    kept: list[Row] = []
    for line, (number_text, language, kind, name) in zip(batch.lines, batch.rows, strict=True):
        if len(number_text) == _DOTTED_ESTABLISHMENT and number_text[0] > "1":
            tally.elsewhere += 1
            continue
        number = entity(number_text)
        if number is None:
            tally.reject(line, _NO_NUMBER)
            continue
        if number >= _NOT_ENTERPRISES or kind in _BRANCH_NAMES:
            tally.elsewhere += 1
            continue
        kind_code, language_code, text = _NAME_KINDS.get(kind), _LANGUAGES.get(language), name.strip()
        if kind_code is None or language_code is None:
            tally.reject(line, "a kind or language that is no code")
            continue
        if not text or len(text) > _LONGEST_NAME or "\0" in text:
            tally.reject(line, "a name that is empty or too long")
            continue
        if known is not None and number not in known:
            tally.orphans += 1
            continue
        place = places.next_of(number)
        if place is None:
            tally.reject(line, "the enterprise has too many names")
            continue
        kept.append((number * NAMES_PER_ENTERPRISE + place, language_code, kind_code, text, folded(text)))
    tally.kept += len(kept)
    return kept


def addresses(batch: Batch, known: Seen | None, seen: Seen, tally: Tally) -> list[Row]:
    """Rows of `kbo_addresses`: seats that still stand, Dutch words first as everywhere in this register."""
    kept: list[Row] = []
    for line, row in zip(batch.lines, batch.rows, strict=True):
        number_text, kind, country, pays, zipcode, town_nl, town_fr, street_nl, street_fr, house, box, struck = row
        if kind != _SEAT or struck:
            tally.elsewhere += 1
            continue
        number = entity(number_text)
        if number is None or number >= _NOT_ENTERPRISES:
            tally.reject(line, _NO_NUMBER)
            continue
        if known is not None and number not in known:
            tally.orphans += 1
            continue
        whole = "".join(row)
        if len(whole) > _LONGEST_NAME or "\0" in whole:
            tally.reject(line, "a field that is too long")
            continue
        if not seen.is_new(number):
            tally.reject(line, "the enterprise has two seats")
            continue
        street, town = (street_nl or street_fr).strip() or None, (town_nl or town_fr).strip() or None
        abroad = None if country or pays else "BE"
        kept.append((number, street, house.strip() or None, box.strip() or None, zipcode or None, town, abroad))
    tally.kept += len(kept)
    return kept


def deletions(batch: Batch, tally: Tally) -> list[Row]:
    """Numbers of enterprises whose rows are replaced or gone."""
    kept: list[Row] = []
    for line, (number_text,) in zip(batch.lines, batch.rows, strict=True):
        number = entity(number_text)
        if number is None:
            tally.reject(line, _NO_NUMBER)
        elif number >= _NOT_ENTERPRISES:
            tally.elsewhere += 1
        else:
            kept.append((number,))
    tally.kept += len(kept)
    return kept
