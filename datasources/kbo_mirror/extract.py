"""An extract as KBO publishes it, a zip or a folder of its files: opened with suspicion, and never unpacked to disk."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from io import FileIO
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final, Self

from datasources.kbo_mirror.problems import ExtractUnreadable

MOST_BYTES: Final = 16 * 2**30
"""Of all files that are read, unpacked. The real ones are about half a gibibyte together."""
MOST_RATIO: Final = 200
"""Unpacked to packed; real files stay below 20. Small files are let be."""
MOST_MEMBERS: Final = 100

_SMALL: Final = 2**20
_META_BYTES: Final = 2**16
_FORMAT: Final = "1."
_SUBJECTS: Final = ("enterprise", "denomination", "address")


class ExtractKind(StrEnum):
    """Everything, or what changed since the extract before."""

    FULL = "full"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class ExtractMeta:
    """What an extract says of itself. `snapshot` is the day of its facts."""

    kind: ExtractKind
    number: int
    snapshot: date
    version: str


@dataclass(frozen=True, slots=True)
class _Member:
    size: int
    opened: Callable[[], IO[bytes]]


class Extract:
    """An opened extract: a context manager that gives the files we read, by name."""

    def __init__(self, members: Mapping[str, _Member], close: Callable[[], None]) -> None:
        self._members = members
        self._close = close

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a zip or a folder. Raises ExtractUnreadable."""
        if path.is_dir():
            return cls(_in_folder(path), lambda: None)
        if not path.is_file():
            raise ExtractUnreadable("There is no such file or folder.")
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, EOFError):
            raise ExtractUnreadable("This is no zip file, or its end is missing.") from None
        try:
            return cls(_in_zip(archive), archive.close)
        except BaseException:
            archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def meta(self) -> ExtractMeta:
        """What it says of itself, once the files that belong to it are found to be there. Raises ExtractUnreadable."""
        with self.file("meta.csv") as stream:
            raw = stream.read(_META_BYTES)
        meta = _meta(raw)
        missing = [name for name in files(meta.kind) if name not in self._members]
        if missing:
            raise ExtractUnreadable(f"{' and '.join(missing)} missing in this {meta.kind} extract.")
        return meta

    def size(self, name: str) -> int:
        """Bytes of a file, unpacked."""
        return self._members[name].size

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A file for reading; damage met on the way is told as ExtractUnreadable."""
        if name not in self._members:
            raise ExtractUnreadable(f"{name} is missing.")
        try:
            with self._members[name].opened() as stream:
                yield stream
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error):
            raise ExtractUnreadable(f"{name} is damaged or packed in a way we cannot read.") from None


def files(kind: ExtractKind) -> tuple[str, ...]:
    """The files that are read of an extract of this kind, in the order in which they are read."""
    if kind is ExtractKind.FULL:
        return tuple(f"{subject}.csv" for subject in _SUBJECTS)
    return tuple(f"{subject}_{step}.csv" for step in ("delete", "insert") for subject in _SUBJECTS)


def _wanted() -> frozenset[str]:
    return frozenset(("meta.csv", *files(ExtractKind.FULL), *files(ExtractKind.UPDATE)))


def _in_folder(folder: Path) -> dict[str, _Member]:
    found = {name: folder / name for name in _wanted() if (folder / name).is_file()}
    members = {name: _Member(path.stat().st_size, partial(FileIO, path)) for name, path in found.items()}
    _bound(members)
    return members


def _in_zip(archive: zipfile.ZipFile) -> dict[str, _Member]:
    entries = archive.infolist()
    if len(entries) > MOST_MEMBERS:
        raise ExtractUnreadable(f"There are more than {MOST_MEMBERS} files in this zip.")
    wanted, members = _wanted(), dict[str, _Member]()
    for entry in entries:
        name = entry.filename
        if "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ExtractUnreadable("A name in this zip points outside of it.")
        if name not in wanted:
            continue
        if name in members:
            raise ExtractUnreadable(f"{name} is in this zip twice.")
        if entry.flag_bits & 1:
            raise ExtractUnreadable(f"{name} is encrypted.")
        if entry.file_size > _SMALL and entry.file_size > MOST_RATIO * entry.compress_size:
            raise ExtractUnreadable(f"{name} unpacks to far more than an extract does.")
        members[name] = _Member(entry.file_size, partial(archive.open, entry))
    _bound(members)
    return members


def _bound(members: Mapping[str, _Member]) -> None:
    if sum(member.size for member in members.values()) > MOST_BYTES:
        raise ExtractUnreadable("This extract is larger than any that KBO publishes.")


def _meta(raw: bytes) -> ExtractMeta:
    if b";" in raw and b"," not in raw:
        raise ExtractUnreadable("meta.csv has semicolons where an extract has commas.")
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise ExtractUnreadable("meta.csv is not UTF-8 text with commas.") from None
    said = {row[0].strip(): row[1].strip() for row in rows if len(row) >= 2}
    missing = [name for name in ("SnapshotDate", "ExtractType", "ExtractNumber", "Version") if not said.get(name)]
    if missing:
        raise ExtractUnreadable(f"meta.csv does not say {' and '.join(missing)}.")
    if not said["Version"].startswith(_FORMAT):
        raise ExtractUnreadable("This extract is of another format version than 1, the one that is read here.")
    try:
        kind = ExtractKind(said["ExtractType"].lower())
    except ValueError:
        raise ExtractUnreadable("meta.csv says neither full nor update.") from None
    number, snapshot = said["ExtractNumber"], _day(said["SnapshotDate"])
    if snapshot is None or not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise ExtractUnreadable("The number or the date in meta.csv cannot be read.")
    return ExtractMeta(kind, int(number), snapshot, said["Version"][:20])


def _day(text: str) -> date | None:
    for form in ("%d-%m-%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 a calendar day has no zone
        except ValueError:
            continue
    return None
