"""Two doors for whoever runs us: `/health/live` (the process answers) and `/health/ready` (send it requests).

Only what we cannot answer without makes us unready: our database does, a source out of reach does not, since mandates
are still answered without it. Such a check is shown, and its failure changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at: `look` returns where it is well and raises where it is not."""

    name: str
    look: Callable[[], Awaitable[object]]
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    well: bool
    needed: bool
    milliseconds: float


class Live:
    """200 as long as the event loop turns."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await _answer({"live": True}, 200)(scope, receive, send)


class Ready:
    """200 where every needed check is well, else 503; the checks run at once, each within its patience.

    Findings are kept for a second, so that a crowd at this door costs the database one question.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        patience: float = 2.0,
        kept_for: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = tuple(checks)
        self._patience = patience
        self._kept_for = kept_for
        self._clock = clock
        self._looking = asyncio.Lock()
        self._found: tuple[Finding, ...] = ()
        self._found_at: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = await self.findings()
        ready = all(finding.well for finding in found if finding.needed)
        checks = {
            finding.name: {"ok": finding.well, "needed": finding.needed, "milliseconds": finding.milliseconds}
            for finding in found
        }
        await _answer({"ready": ready, "checks": checks}, 200 if ready else 503)(scope, receive, send)

    async def findings(self) -> tuple[Finding, ...]:
        """What all checks found, at most a second ago."""
        async with self._looking:
            if self._found_at is None or self._clock() - self._found_at >= self._kept_for:
                self._found = tuple(await asyncio.gather(*(self._look(check) for check in self._checks)))
                self._found_at = self._clock()
            return self._found

    async def _look(self, check: Check) -> Finding:
        started, well = time.perf_counter(), True
        try:
            async with asyncio.timeout(self._patience):
                await check.look()
        except Exception as error:
            # The text of the error may name hosts: it is for the log, never for the answer.
            log.warning("The check of %s failed: %s", check.name, type(error).__name__)
            well = False
        return Finding(check.name, well, check.needed, round((time.perf_counter() - started) * 1000, 1))


def _answer(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json", headers={"cache-control": "no-store"})
