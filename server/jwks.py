"""The public keys of an issuer: read once, kept, and read again when they may have changed.

A source gives the keys of a `kid` and a `generation`, which changes when the keys do: what was verified under another
generation is verified again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from joserfc.jwk import Key

from server.key_sets import MAX_DOCUMENT, BadKeySet, KeySet

log = logging.getLogger("btb.identity")

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Reads one URL. Raises IssuerUnreachable; must itself bound the size of what it reads."""


class IssuerUnreachable(Exception):
    """An issuer did not answer, or not as it should; the message says how, never what was sent."""


async def nobody_to_ask(url: str, *form: object) -> bytes:
    """How issuers are asked where none needs to be. Raises IssuerUnreachable."""
    raise IssuerUnreachable("no issuer is asked")


class KeySource(Protocol):
    """Where the keys of one issuer come from."""

    @property
    def generation(self) -> int | None:
        """A number that changes with the keys; None while no key can be trusted. Cheap: asked for every request."""

    async def keys(self, kid: str) -> tuple[Key, ...]:
        """The keys of that name, of different types; empty where there is none."""

    async def close(self) -> None:
        """Ends what still runs."""


class StaticKeys:
    """Keys that never change."""

    generation: int | None = 0

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def keys(self, kid: str) -> tuple[Key, ...]:
        """The keys of that name."""
        return self._keys.by_kid.get(kid, ())

    async def close(self) -> None:
        """Nothing runs."""


class FileKeys:
    """Keys in a file, read again when the file changes; a file that turns bad leaves the old keys in force."""

    _LOOK_AGAIN: Final = 1.0

    def __init__(self, path: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = path, monotonic
        self._keys, self._stamp, self._looked_at = KeySet(), (0, 0, 0), float("-inf")
        self._generation = 0
        self._look()

    @property
    def generation(self) -> int | None:
        """Changes within a second after the file does."""
        if self._monotonic() - self._looked_at >= self._LOOK_AGAIN:
            self._look()
        return self._generation if self._keys.by_kid else None

    async def keys(self, kid: str) -> tuple[Key, ...]:
        """The keys of that name in the file as it is now."""
        self._look()
        return self._keys.by_kid.get(kid, ())

    async def close(self) -> None:
        """Nothing runs."""

    def _look(self) -> None:
        self._looked_at = self._monotonic()
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            with self._path.open("rb") as file:
                keys = KeySet.parse(file.read(MAX_DOCUMENT + 1))
        except (OSError, BadKeySet) as error:
            log.warning("The key file of an issuer cannot be read; its former keys stay (%s).", type(error).__name__)
            return
        if keys.fingerprint != self._keys.fingerprint:
            self._keys, self._generation = keys, self._generation + 1


@dataclass(frozen=True, slots=True)
class Patience:
    """How fetched keys are kept, in seconds: how long a fetch may take, when keys are old, how often an unknown `kid`
    or a failure may cause a fetch, and how long keys stay in force while the issuer is out of reach.
    """

    fetch: float = 5.0
    fresh: float = 600.0
    floor: float = 30.0
    floor_without_keys: float = 5.0
    outage: float = 24 * 3600.0


class FetchedKeys:
    """Keys behind a URL. Whoever waits shares one fetch; nobody waits while the keys at hand will do."""

    def __init__(
        self,
        url: str,
        fetch: Fetch,
        *,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._fetch, self._patience, self._monotonic = url, fetch, patience or Patience(), monotonic
        self._keys, self._generation = KeySet(), 0
        self._fetched_at = self._tried_at = self._unknown_at = float("-inf")
        self._running: asyncio.Task[None] | None = None

    @property
    def generation(self) -> int | None:
        """Changes when a fetch brings other keys; old keys cause a fetch in the background."""
        now = self._monotonic()
        self._renew_old(now)
        return self._generation if self._in_force(now) else None

    async def keys(self, kid: str) -> tuple[Key, ...]:
        """The keys of that name; fetches where there are none yet, or where the name is new."""
        now = self._monotonic()
        if not self._in_force(now):
            if now - self._tried_at >= self._patience.floor_without_keys:
                self._start(now)
        elif kid in self._keys.by_kid:
            self._renew_old(now)
            return self._keys.by_kid[kid]
        elif self._running is None and now - self._unknown_at >= self._patience.floor:
            self._unknown_at = now
            self._start(now)
        if self._running is not None:
            await asyncio.shield(self._running)
        return self._keys.by_kid.get(kid, ()) if self._in_force(self._monotonic()) else ()

    async def close(self) -> None:
        """Ends a fetch that still runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _in_force(self, now: float) -> bool:
        return now - self._fetched_at < self._patience.outage

    def _renew_old(self, now: float) -> None:
        if now - self._fetched_at >= self._patience.fresh and now - self._tried_at >= self._patience.floor:
            self._start(now)

    def _start(self, now: float) -> None:
        if self._running is None:
            self._tried_at = now
            self._running = asyncio.get_running_loop().create_task(self._refresh(), name="issuer-keys")
            self._running.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if not task.cancelled() and task.exception() is not None:
            log.error("Reading the keys of an issuer failed.", exc_info=task.exception())

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(self._patience.fetch):
                keys = KeySet.parse(await self._fetch(self._url))
        except (IssuerUnreachable, BadKeySet, TimeoutError, OSError) as error:
            log.warning("The keys of an issuer could not be read; its former keys stay (%s).", type(error).__name__)
            return
        self._fetched_at = self._monotonic()
        if keys.fingerprint != self._keys.fingerprint:
            self._keys, self._generation = keys, self._generation + 1


def key_source(
    where: str | Path | KeySet, fetch: Fetch, *, monotonic: Callable[[], float] = time.monotonic
) -> KeySource:
    """The source for what an issuer's `jwks` says."""
    match where:
        case KeySet():
            return StaticKeys(where)
        case Path():
            return FileKeys(where, monotonic=monotonic)
        case str():
            return FetchedKeys(where, fetch, monotonic=monotonic)
