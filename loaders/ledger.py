"""What many streams show at the same time is written down together, and before any of them shows it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from datasources.register.consultation_rows import Disclosed, Shown
from datasources.register.consultations import record_disclosed
from datasources.register.database import Database
from datasources.register.failures import OutcomeUnknown, RegisterUnavailable
from loaders.consultations import Reader

_READERS, _ROWS = 200, 2_000
"""So many are written down in one statement, of which the last alone may go past the rows.

Readers of a backlog are shown hundreds of people each; in one statement they would keep the one writer of SQLite from
everybody else for seconds.
"""


class _Entry(NamedTuple):
    disclosed: Disclosed
    written: asyncio.Future[None]


class Ledger:
    """Writes in a task of its own; what comes while one statement is under way is in the next.

    A hundred who follow hear of a change in the same moment. Each by itself they would commit a hundred times, one
    after the other where there is one writer, and the last would hear of it seconds later.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Entry] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, reader: Reader, shown: Sequence[Shown]) -> None:
        """Return when all of this is written down. Raises RegisterFailure, and then nothing of it may be shown."""
        loop = asyncio.get_running_loop()
        entry = _Entry(reader.of(shown), loop.create_future())
        self._waiting.append(entry)
        if self._writing is None:
            self._writing = loop.create_task(self._write_all())
        await entry.written

    async def stop(self) -> None:
        """Nothing more is written down; whoever still waits shows nothing."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        for entry in self._waiting:
            entry.written.cancel()

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write(self._together())
        finally:
            self._writing = None

    def _together(self) -> list[_Entry]:
        """Who is next, in the order in which they came."""
        together, rows = list[_Entry](), 0
        while self._waiting and len(together) < _READERS and rows < _ROWS:
            together.append(entry := self._waiting.popleft())
            rows += len(entry.disclosed.shown)
        return together

    async def _write(self, together: Sequence[_Entry]) -> None:
        try:
            async with self._database.noting() as session:
                await record_disclosed(session, [entry.disclosed for entry in together])
            for entry in together:
                if not entry.written.done():
                    entry.written.set_result(None)
        except Exception as failure:
            if len(together) > 1 and not isinstance(failure, RegisterUnavailable | OutcomeUnknown):
                for entry in together:  # one that cannot be written fails alone
                    await self._write((entry,))
            for entry in together:
                if not entry.written.done():
                    entry.written.set_exception(failure)
        finally:
            for entry in together:
                entry.written.cancel()  # nothing where it is done
