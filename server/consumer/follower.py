"""Follows the feed, whatever happens: snapshot, follow, repair, confirm, prove.

1. Without a cursor: page through a snapshot; its cursor is where the feed is read on.
2. With one: subscribe after it. Each item says `from` and `to`. Where `from` is not our cursor, something was lost on
   the way: read what is missing by query, and subscribe again behind it.
3. Write each item and its cursor in one transaction; only then confirm it.
4. Where the connection ends, for whatever reason: connect again, with a fresh token, after our cursor.
5. Where the cursor is refused: take a snapshot. It replaces the copy only when it is complete.
6. At the end, ask for the checksum at our cursor, and compare.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from server.consumer import documents
from server.consumer.asking import Asking, CursorRefused, Denied, OutOfReach, trouble
from server.consumer.copy import Copy
from server.consumer.listening import Listening, listening

log = logging.getLogger("btb.consumer")

SILENCE = 30.0
"""Seconds: the service breaks every silence after ten, so a longer one is a connection that is dead."""
_CONFIRM_EVERY = 1.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds before connecting again: doubled each time, and short again as soon as anything was heard."""
_NEEDS_SNAPSHOT = ("CURSOR_EXPIRED", "CURSOR_OF_OTHER_EPOCH", "CURSOR_AHEAD", "CURSOR_INVALID")


class Follower:
    """Keeps one copy up to date for one access-management system."""

    def __init__(self, copy: Copy, ask: Asking, url: str, system: str, token: Callable[[], str]) -> None:
        self._copy = copy
        self._ask = ask
        self._url = url
        self._system = system
        self._token = token
        self._filter = {"system": system}
        self._confirmed: str | None = None
        self._confirm_at = 0.0
        self._stopping = asyncio.Event()
        self._pause = _SHORTEST_PAUSE
        self.repairs = 0

    def stop(self) -> None:
        """End after what is being written."""
        self._stopping.set()

    async def run(self, until_idle: float | None = None) -> None:
        """Follow until told to stop, or until nothing is missing and nothing came for so many seconds.

        Raises Denied.
        """
        while not self._stopping.is_set():
            try:
                await self._learn_domains()
                if self._copy.cursor is None:
                    await self._take_snapshot()
                await self._follow(until_idle)
            except CursorRefused as refused:
                log.warning("The cursor is refused (%s): a snapshot is taken.", refused)
                self._copy.begin_again()
            except OutOfReach as reason:
                # Not all who lost the same server come back at the same moment.
                pause = self._pause * random.uniform(0.5, 1.0)  # noqa: S311 no secret hangs on it
                log.info("Out of reach (%s): again in %.1f seconds.", reason, pause)
                await self._wait(pause)
                self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    async def proven(self) -> bool:
        """Whether the copy equals the register at our cursor; also confirms it. Raises Trouble."""
        await self._confirm()
        filter = self._filter
        said = (await self._ask(documents.CHECKSUM, filter=filter, at=self._copy.cursor))["checksum"]
        return (said["digest"], said["mandates"]) == (self._copy.digest, self._copy.size)

    async def _learn_domains(self) -> None:
        """Which domains the system serves: those that its checksum is about."""
        if self._copy.domains is not None:
            return
        systems = (await self._ask(documents.SYSTEM))["accessManagementSystems"]
        mine = next((each for each in systems if each["code"] == self._system), None)
        if mine is None:
            raise Denied("UNKNOWN_SYSTEM")
        self._copy.domains = frozenset(domain["code"] for domain in mine["domains"])

    async def _take_snapshot(self) -> None:
        """Page by page; one that was begun before a crash goes on where it stood."""
        more = True
        while more and not self._stopping.is_set():
            after = self._copy.snapshot_page
            page = (await self._ask(documents.SNAPSHOT, filter=self._filter, after=after))["snapshot"]
            more = page["hasNextPage"]
            self._copy.arrive(page["mandates"], page["cursor"], page["endCursor"] if more else None)

    async def _follow(self, until_idle: float | None) -> None:
        """One connection's worth of following."""
        async with listening(self._url, self._token()) as listener:
            await self._subscribe(listener)
            silent = 0.0
            while not self._stopping.is_set():
                patience = min(until_idle or _CONFIRM_EVERY, _CONFIRM_EVERY)
                data = await listener.item(within=patience)
                if data is not None:
                    silent = 0.0
                    await self._heed(data["changes"], listener)
                    continue
                silent += patience
                await self._confirm()
                if until_idle is not None and silent >= until_idle:
                    if not await self._repair():
                        self.stop()
                        return
                    await self._subscribe(listener)
                if silent >= SILENCE:
                    raise OutOfReach("silence")

    async def _subscribe(self, listener: Listening) -> None:
        await listener.subscribe(documents.FOLLOW, {"filter": self._filter, "after": self._copy.cursor})

    async def _heed(self, item: dict[str, Any], listener: Listening) -> None:
        """One item: write it, or find out what is missing before it."""
        if item["__typename"] == "FeedInterrupted":
            if item["reason"] in _NEEDS_SNAPSHOT:
                raise CursorRefused(item["reason"])
            raise OutOfReach(item["reason"])
        if item["from"] != self._copy.cursor:
            self.repairs += 1
            await self._repair()
            await self._subscribe(listener)
            return
        self._copy.apply(item.get("changes", ()), item["to"])
        self._pause = _SHORTEST_PAUSE
        if asyncio.get_running_loop().time() >= self._confirm_at:
            await self._confirm()

    async def _repair(self) -> int:
        """Read by query up to where the register stands now; how many changes were missing."""
        missing, more = 0, True
        while more and not self._stopping.is_set():
            page = (await self._ask(documents.CHANGES, filter=self._filter, after=self._copy.cursor))["changes"]
            missing += self._copy.apply(page["changes"], page["endCursor"])
            more = page["hasMore"]
        return missing

    async def _confirm(self) -> None:
        """Tell the register how far we are: never further than what is written. Raises CursorRefused, Denied."""
        cursor = self._copy.cursor
        if cursor is None or cursor == self._confirmed:
            return
        try:
            answer = await self._ask(documents.CONFIRM, system=self._system, upTo=cursor)
        except OutOfReach as reason:
            log.info("Not confirmed yet (%s).", reason)
            return
        if problems := answer["acknowledgeChanges"].get("problems"):
            raise trouble(problems[0]["code"])
        self._confirmed, self._confirm_at = cursor, asyncio.get_running_loop().time() + _CONFIRM_EVERY

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
