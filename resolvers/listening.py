"""Followers whose stream is told when it must end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from datasources.followers import Follower, InterruptionReason
from resolvers.context import Interrupting

REASONS = {
    "EXPIRED": InterruptionReason.TOKEN_EXPIRED,
    "TOO_SLOW": InterruptionReason.TOO_SLOW,
    "SHUTTING_DOWN": InterruptionReason.SHUTTING_DOWN,
}
"""Why a transport ends a stream, in the words of the contract."""


@contextmanager
def interruptible(notice: Interrupting | None) -> Iterator[Follower]:
    """A follower that is interrupted when the notice comes, for as long as the block lasts."""
    follower = Follower()
    if notice is None:
        yield follower
        return

    def told(done: asyncio.Future[str]) -> None:
        if not done.cancelled():
            follower.interrupt(REASONS[done.result()])

    waiting = asyncio.ensure_future(notice.wait())
    waiting.add_done_callback(told)
    try:
        yield follower
    finally:
        waiting.cancel()
