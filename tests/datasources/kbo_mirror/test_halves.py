"""The search index is built while addresses are loaded: whichever half ends badly, the other one ends with it."""

from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path

import pytest

from datasources.kbo_mirror import importing
from datasources.kbo_mirror.bulk import IMPORTING
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.loading import Silent
from datasources.kbo_mirror.problems import DatabaseFailed, ExtractUnreadable
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import write_full
from datasources.register.database import Database
from datasources.register.migrations import migrate
from tests.datasources.kbo_mirror.moments import NOW


class _Damaged(Silent):
    """Fails while addresses are loaded, once the index is under way."""

    def __init__(self) -> None:
        self.under_way = threading.Event()
        self._loading = ""

    def step(self, what: str, total: int | None) -> None:
        self._loading = what

    def advanced(self, size: int) -> None:
        if self._loading == "address.csv" and self.under_way.wait(20):
            raise OSError(errno.EIO, "no such block")


async def test_an_index_that_cannot_be_built_is_said_and_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_extract(database, write_full(tmp_path / "old", 50, number=7), NOW)
    before, path = await mirror_status(database), write_full(tmp_path / "new", 80, number=8)

    async def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "indexed", fails)
        with pytest.raises(DatabaseFailed, match="The disk of the database is full"):
            await import_extract(database, path, NOW)
    assert await mirror_status(database) == before
    assert (await import_extract(database, path, NOW)).enterprises == 80


@pytest.mark.postgres
async def test_where_loading_fails_nobody_waits_for_the_index(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(postgres_url)
    database = Database.open(postgres_url, IMPORTING)
    progress, ended = _Damaged(), asyncio.Event()
    path = write_full(tmp_path / "new", 80, number=8)

    async def endless(*_: object) -> None:
        progress.under_way.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with monkeypatch.context() as broken:
        broken.setattr(importing, "indexed", endless)
        with pytest.raises(ExtractUnreadable, match=r"address\.csv cannot be read"):
            await asyncio.wait_for(import_extract(database, path, NOW, progress=progress), 20)
    assert ended.is_set()
    assert (await import_extract(database, path, NOW)).enterprises == 80
    await database.close()
