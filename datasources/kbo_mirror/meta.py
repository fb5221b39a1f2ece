"""What an extract says of itself in meta.csv; where it is silent, its name and whoever imports it may tell.

`KboOpenData_0127_2024_09_Full` names number, month (since October 2025 the day) and kind. KBO takes its monthly
snapshot on the Friday before the first Sunday of the month (Cookbook KBO Open Data, 1.3).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from datasources.kbo_mirror.days import day
from datasources.kbo_mirror.problems import ExtractUnreadable

_FORMAT: Final = "1."
_NAMED: Final = re.compile(
    r"KboOpenData_(?P<number>\d{1,6})_(?P<year>\d{4})_(?P<month>\d{1,2})(?:_(?P<day>\d{1,2}))?_(?P<kind>Full|Update)\b",
    re.IGNORECASE,
)
_HINTS: Final = {"ExtractNumber": "; --number says it", "SnapshotDate": "; --snapshot says it"}
_Value = TypeVar("_Value")
_SUNDAY: Final = 6
_TWO_DAYS: Final = timedelta(days=2)


class ExtractKind(StrEnum):
    """Everything, or what changed since the extract before."""

    FULL = "full"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class ExtractMeta:
    """What an extract is. `snapshot` is the day of its facts; `notes` tell what meta.csv did not say."""

    kind: ExtractKind
    number: int
    snapshot: date
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever imports an extract says of it: used where meta.csv is silent, never against it."""

    number: int | None = None
    snapshot: date | None = None


def meta_of(raw: bytes | None, name: str, told: Told, kind_by_files: ExtractKind | None) -> ExtractMeta:
    """What an extract of this name is; `raw` is its meta.csv, None where it has none. Raises ExtractUnreadable."""
    said = None if raw is None else _said(raw)
    pairs = said or {}
    if not pairs.get("version", _FORMAT).startswith(_FORMAT):
        raise ExtractUnreadable("This extract is of another format version than 1, the one that is read here.")
    named, notes = _Named.of(name), [] if said is not None else ["meta.csv is missing."]
    kind = _found("ExtractType", _kind, pairs, None, kind_by_files, notes)
    number = _found("ExtractNumber", _number, pairs, told.number, named.number, notes)
    snapshot = _found("SnapshotDate", day, pairs, told.snapshot, named.snapshot, notes)
    if said is not None and "version" not in said:
        notes.append("meta.csv does not say Version: read as format 1.")
    return ExtractMeta(kind, number, snapshot, tuple(notes))


def _found(
    key: str,
    read: Callable[[str], _Value | None],
    said: Mapping[str, str],
    told: _Value | None,
    seen: _Value | None,
    notes: list[str],
) -> _Value:
    """As meta.csv says; else as told; else as the name or the files show, where meta.csv says nothing at all."""
    text = said.get(key.lower())
    value = None if text is None else read(text)
    if value is not None:
        return value
    other = seen if told is None and text is None else told
    if other is None:
        fault = "cannot be read in meta.csv" if text else "is said neither by a meta.csv nor by the name of the extract"
        raise ExtractUnreadable(f"The {key} {fault}{_HINTS.get(key, '')}.")
    notes.append(f"{key} is {other}, as {'told' if told is not None else 'its name or its files show'}.")
    return other


def _said(raw: bytes) -> dict[str, str]:
    """Its pairs, by their names in small letters; an empty value is none."""
    if b";" in raw and b"," not in raw:
        raise ExtractUnreadable("meta.csv has semicolons where an extract has commas.")
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise ExtractUnreadable("meta.csv is not UTF-8 text with commas.") from None
    pairs = [(row[0].strip().lower(), row[1].strip()) for row in rows if len(row) >= 2]
    return {key: value for key, value in pairs if value}


def _kind(text: str) -> ExtractKind | None:
    return {str(kind): kind for kind in ExtractKind}.get(text.lower())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


@dataclass(frozen=True, slots=True)
class _Named:
    """What a name as KBO gives it tells; nothing where it is another."""

    number: int | None = None
    snapshot: date | None = None

    @classmethod
    def of(cls, name: str) -> _Named:
        found = _NAMED.search(name)
        if found is None:
            return cls()
        try:
            published = date(int(found["year"]), int(found["month"]), int(found["day"] or 1))
        except ValueError:
            return cls(int(found["number"]))
        if found["day"] is None:
            published += timedelta(days=_SUNDAY - published.weekday())
        return cls(int(found["number"]), published - _TWO_DAYS)
