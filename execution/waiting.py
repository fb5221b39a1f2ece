"""What one connection waits for, in little memory: asyncio's own queue and event hold three kilobytes."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Gate:
    """Open or shut, as `asyncio.Event` is set or not; open at first."""

    __slots__ = ("_open", "_waiting")

    def __init__(self) -> None:
        self._open = True
        self._waiting: list[asyncio.Future[None]] | None = None

    def is_set(self) -> bool:
        """Whether it is open."""
        return self._open

    def set(self) -> None:
        """Open it; whoever waits goes on, even where it is shut again at once."""
        self._open = True
        waiting, self._waiting = self._waiting, None
        for each in waiting or ():
            if not each.done():
                each.set_result(None)

    def clear(self) -> None:
        """Shut it."""
        self._open = False

    async def wait(self) -> None:
        """Return when it is open."""
        if self._open:
            return
        passing = asyncio.get_running_loop().create_future()
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(passing)
        await passing


class Inbox(Generic[Item]):
    """What has arrived for one reader, in order; as `asyncio.Queue`, but for the few who may read."""

    __slots__ = ("_arrived", "_reader")

    def __init__(self) -> None:
        self._arrived: list[Item] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._arrived

    def put_nowait(self, item: Item) -> None:
        """Something has arrived."""
        self._arrived.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Item:
        """The oldest that waits. One task may wait here at a time."""
        while not self._arrived:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._arrived.pop(0)
