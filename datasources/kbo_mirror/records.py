"""From rows of the extract to rows of our tables: what can be read safely is read, the rest is counted.

Tuples, for speed: their order is that of the columns in `tables`. Numbers are integers; a spreadsheet may have taken
their dots and leading zeros, and those of codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from datasources.kbo_mirror.days import DayOrder
from datasources.kbo_mirror.folding import folded
from datasources.kbo_mirror.numbers import (
    DOTTED,
    DOTTED_ESTABLISHMENT,
    MOST_PLACES,
    NOT_ENTERPRISES,
    Places,
    Seen,
    entity,
)
from datasources.kbo_mirror.report import Tally
from datasources.kbo_mirror.rows import Batch, Columns

Row: TypeAlias = tuple[object, ...]

ENTERPRISE: Final = Columns(
    ("EnterpriseNumber", "Status", "JuridicalSituation", "TypeOfEnterprise", "JuridicalForm", "StartDate"),
    ("JuridicalFormCAC",),
)
NAME: Final = Columns(("EntityNumber", "Language", "TypeOfDenomination", "Denomination"), text="Denomination")
ADDRESS: Final = Columns(
    (
        *("EntityNumber", "TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL", "MunicipalityFR"),
        *("StreetNL", "StreetFR", "HouseNumber", "Box", "DateStrikingOff"),
    ),
    emptiable=frozenset(("Box", "ExtraAddressInfo", "DateStrikingOff")),
)
DELETED: Final = {
    "enterprise": Columns(("EnterpriseNumber",)),
    "denomination": Columns(("EntityNumber",)),
    "address": Columns(("EntityNumber",)),
}

NAMES_PER_ENTERPRISE: Final = MOST_PLACES + 1
"""A name's id is the enterprise's number times this, plus its place: so that names need no second index."""

_LONGEST_NAME: Final = 1000
_NO_NUMBER: Final = "no number of an enterprise"
_NAME_KINDS: Final = {"001": 1, "002": 2, "003": 3}
_BRANCH_NAME: Final = "004"
_LANGUAGES: Final = {"000": 0, "001": 1, "002": 2, "003": 3, "004": 4, "": 0}
_KINDS: Final = {"000": 0, "001": 1, "002": 2}
_SEAT: Final = "REGO"
_STARTED: Final = 5
_WRITTEN_DAY: Final = 10
_WRITTEN_CODE: Final = 3
_PLAIN_NUMBER: Final = "a number without its dots or its leading zero"
_PLAIN_CODE: Final = "a code without its leading zeros"
_OTHER_DAY: Final = "a day in another notation"


@lru_cache(maxsize=4096)
def _code(text: str) -> str | None:
    """Three digits with the zeros a spreadsheet took; empty where there is none, None where this is no code."""
    code = text.strip().removesuffix(".0")
    if not code:
        return ""
    return code.zfill(3) if len(code) <= 3 and code.isascii() and code.isdigit() else None


class _Codes(NamedTuple):
    """The codes of an enterprise, in the order of our columns; `plain`: some had lost their zeros."""

    status: str
    kind: int
    form: str | None
    situation: str | None
    plain: bool


@lru_cache(maxsize=16_384)
def _codes(status: str, situation: str, kind: str, form: str, cac: str) -> _Codes | None:
    """None where one of them is no code. The form under the companies code is the one that counts."""
    status_code = status.strip().upper()
    codes = _code(situation), _code(form), _code(cac)
    kind_code = _KINDS.get(_code(kind) or "")
    if (
        kind_code is None
        or None in codes
        or not (len(status_code) == 2 and status_code.isascii() and status_code.isalpha())
    ):
        return None
    effective = codes[2] if codes[2] not in ("", "000") else codes[1]
    plain = any(len(text) not in (0, 3) for text in (situation, form, cac))
    return _Codes(status_code, kind_code, effective or None, codes[0] or None, plain)


def enterprises(batch: Batch, seen: Seen, days: DayOrder, tally: Tally) -> list[Row]:
    """Rows of `kbo_enterprises`; the first of two with one number counts."""
    kept: list[Row] = []
    days.learn([row[_STARTED] for row in batch.rows])
    for line, row in zip(batch.lines, batch.rows, strict=True):
        number_text, status, situation, kind, form, started, cac = row
        number = entity(number_text)
        if number is None or number >= NOT_ENTERPRISES:
            _without_number(row, line, tally)
            continue
        codes = _codes(status, situation, kind, form, cac)
        if codes is None:
            tally.reject(line, "a status, kind, situation or form that is no code")
            continue
        if not seen.is_new(number):
            tally.reject(line, "the enterprise stands there twice")
            continue
        ordinal = days.ordinal(started)
        if ordinal == 0:
            ordinal = None
            tally.mended["the start date"] += 1
        elif ordinal is not None and (len(started) != _WRITTEN_DAY or started[2] != "-"):
            tally.restored[_OTHER_DAY] += 1
        if len(number_text) != DOTTED:
            tally.restored[_PLAIN_NUMBER] += 1
        if codes.plain:
            tally.restored[_PLAIN_CODE] += 1
        kept.append((number, *codes[:4], ordinal))
    tally.kept += len(kept)
    return kept


@lru_cache(maxsize=4096)
def _name_codes(language: str, kind: str) -> tuple[int | None, int | None, bool]:
    """Language and kind of a name, None for one that is no code; and whether it is a branch's."""
    code = _code(kind)
    return _LANGUAGES.get(_code(language) or ""), _NAME_KINDS.get(code or ""), code == _BRANCH_NAME


def names(batch: Batch, known: Seen | None, places: Places, tally: Tally) -> list[Row]:
    """Rows of `kbo_names`. `known` None: the enterprises are in the database, and it will tell."""
    kept: list[Row] = []
    for line, row in zip(batch.lines, batch.rows, strict=True):
        number_text, language, kind, name = row
        if len(number_text) == DOTTED_ESTABLISHMENT and number_text[0] > "1":
            tally.elsewhere += 1
            continue
        number = entity(number_text)
        if number is None:
            _without_number(row, line, tally)
            continue
        language_code, kind_code, of_a_branch = _name_codes(language, kind)
        if number >= NOT_ENTERPRISES or of_a_branch:
            tally.elsewhere += 1
            continue
        if kind_code is None or language_code is None:
            tally.reject(line, "a kind or language that is no code")
            continue
        text = name.strip()
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
        if len(number_text) != DOTTED:
            tally.restored[_PLAIN_NUMBER] += 1
        if len(kind) != _WRITTEN_CODE:
            tally.restored[_PLAIN_CODE] += 1
        kept.append((number * NAMES_PER_ENTERPRISE + place, language_code, kind_code, text, folded(text)))
    tally.kept += len(kept)
    return kept


def addresses(batch: Batch, known: Seen | None, seen: Seen, tally: Tally) -> list[Row]:
    """Rows of `kbo_addresses`: seats that still stand, Dutch words first as everywhere in this register."""
    kept: list[Row] = []
    for line, row in zip(batch.lines, batch.rows, strict=True):
        number_text, kind, country, pays, zipcode, town_nl, town_fr, street_nl, street_fr, house, box, struck = row
        if (kind != _SEAT and kind.strip().upper() != _SEAT) or struck:
            if kind or number_text:
                tally.elsewhere += 1
            else:
                _without_number(row, line, tally)
            continue
        number = entity(number_text)
        if number is None or number >= NOT_ENTERPRISES:
            _without_number(row, line, tally)
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
        if len(number_text) != DOTTED:
            tally.restored[_PLAIN_NUMBER] += 1
        kept.append(
            (
                number,
                street,
                house.strip() or None,
                box.strip() or None,
                zipcode.removesuffix(".0") or None,
                town,
                abroad,
            )
        )
    tally.kept += len(kept)
    return kept


def deletions(batch: Batch, tally: Tally) -> list[Row]:
    """Numbers of enterprises whose rows are replaced or gone."""
    kept: list[Row] = []
    for line, (number_text,) in zip(batch.lines, batch.rows, strict=True):
        number = entity(number_text)
        if number is None:
            _without_number((number_text,), line, tally)
        elif number >= NOT_ENTERPRISES:
            tally.elsewhere += 1
        else:
            kept.append((number,))
    tally.kept += len(kept)
    return kept


def _without_number(row: Sequence[str], line: int, tally: Tally) -> None:
    """A row about nobody; one of empty fields, as spreadsheets leave at the end, is no row at all."""
    if any(row):
        tally.reject(line, _NO_NUMBER)
    else:
        tally.rows -= 1
