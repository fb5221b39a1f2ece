"""An extract as KBO publishes it, a zip or a folder of its files: opened with suspicion, and never unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final, Self

from datasources.kbo_mirror.meta import ExtractKind, ExtractMeta, Told, meta_of
from datasources.kbo_mirror.problems import ExtractUnreadable

MOST_BYTES: Final = 16 * 2**30
"""Of all files that are read, unpacked. The real ones are about half a gibibyte together."""
MOST_RATIO: Final = 200
"""Unpacked to packed; real files stay below 20. Small files are let be."""
MOST_MEMBERS: Final = 100

_SMALL: Final = 2**20
_META_BYTES: Final = 2**16
_SUBJECTS: Final = ("enterprise", "denomination", "address")


@dataclass(frozen=True, slots=True)
class _Member:
    size: int
    opened: Callable[[], IO[bytes]]


class Extract:
    """An opened extract: a context manager that gives the files we read, by name."""

    def __init__(self, name: str, members: Mapping[str, _Member], close: Callable[[], None]) -> None:
        self._name = name
        self._members = members
        self._close = close

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a zip or a folder. Raises ExtractUnreadable."""
        if path.is_dir():
            return cls(path.resolve().name, _in_folder(path), lambda: None)
        if not path.is_file():
            raise ExtractUnreadable("There is no such file or folder.")
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, EOFError):
            raise ExtractUnreadable("This is no zip file, or its end is missing.") from None
        try:
            return cls(path.name, _in_zip(archive), archive.close)
        except BaseException:
            archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def meta(self, told: Told) -> ExtractMeta:
        """What it is, once the files that belong to it are found to be there. Raises ExtractUnreadable."""
        raw = None
        if "meta.csv" in self._members:
            with self.file("meta.csv") as stream:
                raw = stream.read(_META_BYTES)
        meta = meta_of(raw, self._name, told, self._kind())
        missing = [name for name in files(meta.kind) if name not in self._members]
        if missing:
            raise ExtractUnreadable(f"{' and '.join(missing)} missing in this {meta.kind} extract.")
        return meta

    def _kind(self) -> ExtractKind | None:
        """What it is by its files; None where they are of neither kind, or of both."""
        kinds = [kind for kind in ExtractKind if files(kind)[-1] in self._members]
        return kinds[0] if len(kinds) == 1 else None

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
        # zipfile raises NotImplementedError for a compression it does not know, RuntimeError for a password.
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error):
            raise ExtractUnreadable(f"{name} is damaged or packed in a way we cannot read.") from None
        except OSError:
            raise ExtractUnreadable(f"{name} cannot be read: the system refuses it.") from None


def files(kind: ExtractKind) -> tuple[str, ...]:
    """The files that are read of an extract of this kind, in the order in which they are read."""
    if kind is ExtractKind.FULL:
        return tuple(f"{subject}.csv" for subject in _SUBJECTS)
    return tuple(f"{subject}_{step}.csv" for step in ("delete", "insert") for subject in _SUBJECTS)


def _wanted() -> frozenset[str]:
    return frozenset(("meta.csv", *files(ExtractKind.FULL), *files(ExtractKind.UPDATE)))


def _in_folder(folder: Path) -> dict[str, _Member]:
    wanted, members = _wanted(), dict[str, _Member]()
    try:
        paths = [path for path in folder.iterdir() if path.name.lower() in wanted and path.is_file()]
        for path in paths:
            name = path.name.lower()
            if name in members:
                raise ExtractUnreadable(f"{name} is in this folder twice.")
            members[name] = _Member(path.stat().st_size, partial(FileIO, path))
    except OSError:
        raise ExtractUnreadable("This folder cannot be read.") from None
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
        name = name.lower()
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
