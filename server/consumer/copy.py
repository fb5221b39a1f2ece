"""The consumer's copy: mandates, how far they were read, and their checksum, in one SQLite file.

What arrives and how far it brings us is written in one transaction. So after any crash the copy is exactly what the
register said at the cursor that stands beside it, and reading on from there repeats nothing and skips nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.consumer.lines import added, digest, line, removed

_TABLES = """
CREATE TABLE IF NOT EXISTS mandates (id TEXT PRIMARY KEY, line TEXT NOT NULL, said TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS arriving (id TEXT PRIMARY KEY, said TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, value TEXT);
"""


class OtherSystem(Exception):
    """The file holds the copy of another access-management system."""


class Copy:
    """One copy. `domains` are those that its system serves, None for all."""

    def __init__(self, file: Path, system: str) -> None:
        self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.executescript(_TABLES)
        self.domains: Collection[str] | None = None
        kept = self._read("system")
        if kept not in (None, system):
            raise OtherSystem
        self._write("system", system)

    @property
    def cursor(self) -> str | None:
        """Everything up to and including this is applied; None before the first snapshot is complete."""
        return self._read("cursor")

    @property
    def snapshot_page(self) -> str | None:
        """Where the snapshot that is arriving goes on; None where none is."""
        return self._read("page")

    @property
    def digest(self) -> str:
        """The checksum of the copy."""
        return digest(self._total())

    @property
    def size(self) -> int:
        """How many mandates."""
        return int(self._base.execute("SELECT count(*) FROM mandates").fetchone()[0])

    @property
    def repeated(self) -> int:
        """How many changes came although they had come before."""
        return int(self._read("repeated") or 0)

    def mandates(self) -> Iterator[dict[str, Any]]:
        """All of them, by id."""
        for (said,) in self._base.execute("SELECT said FROM mandates ORDER BY id"):
            yield json.loads(said)

    def begin_again(self) -> None:
        """Only a snapshot helps. What we have stays in use until the new one is complete."""
        with self._together():
            self._base.execute("DELETE FROM arriving")
            self._write("page", None)
            self._write("cursor", None)

    def arrive(self, mandates: Iterable[dict[str, Any]], cursor: str, page: str | None) -> None:
        """One page of a snapshot. With the last, the snapshot takes the place of what we had."""
        with self._together():
            rows = [(each["id"], json.dumps(each)) for each in mandates]
            self._base.executemany("INSERT OR REPLACE INTO arriving VALUES (?, ?)", rows)
            self._write("page", page)
            if page is not None:
                return
            self._base.execute("DELETE FROM mandates")
            total = 0
            for identity, said in self._base.execute("SELECT id, said FROM arriving").fetchall():
                written = line(json.loads(said), self.domains)
                total = added(total, written)
                self._base.execute("INSERT INTO mandates VALUES (?, ?, ?)", (identity, written, said))
            self._base.execute("DELETE FROM arriving")
            self._base.execute("DELETE FROM journal")
            self._write("total", str(total))
            self._write("cursor", cursor)

    def apply(self, changes: Iterable[dict[str, Any]], to: str) -> int:
        """Everything up to `to`, together with the cursor. How many changes were new.

        A change that came before is counted and left out. It cannot come as long as one reads on from one's cursor,
        and a consumer that also hears the feed in another way is glad of it.
        """
        new = 0
        with self._together():
            total = self._total()
            for change in changes:
                row = (change["id"], change["type"])
                if not self._base.execute("INSERT OR IGNORE INTO journal (id, type) VALUES (?, ?)", row).rowcount:
                    self._write("repeated", str(self.repeated + 1))
                    continue
                new += 1
                if change["accessManager"] is not None:
                    total = self._replace(change["accessManager"], total)
            self._write("total", str(total))
            self._write("cursor", to)
        return new

    def _replace(self, mandate: dict[str, Any], total: int) -> int:
        """The mandate as it stands after a change; an ended one leaves the copy."""
        identity = mandate["id"]
        had = self._base.execute("SELECT line FROM mandates WHERE id = ?", (identity,)).fetchone()
        if had is not None:
            total = removed(total, had[0])
            self._base.execute("DELETE FROM mandates WHERE id = ?", (identity,))
        if mandate["endedAt"] is None:
            written = line(mandate, self.domains)
            total = added(total, written)
            row = (identity, written, json.dumps(mandate))
            self._base.execute("INSERT INTO mandates VALUES (?, ?, ?)", row)
        return total

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _total(self) -> int:
        return int(self._read("total") or 0)

    def _read(self, name: str) -> str | None:
        row = self._base.execute("SELECT value FROM progress WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def _write(self, name: str, value: str | None) -> None:
        self._base.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (name, value))

    @contextmanager
    def _together(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")
