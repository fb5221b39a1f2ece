"""What is asked of the feed: pages, a snapshot to start from, a stream, and confirmation by those who read it."""

from __future__ import annotations

from btb.cursors import CursorInvalid, CursorOfOtherEpoch
from datasources.feed import InterruptionReason
from resolvers.context import Context


class CursorRefused(Exception):
    """A cursor that cannot be read on from; `go_on` is where the caller can, None: only from a snapshot."""

    def __init__(self, reason: InterruptionReason, go_on: str | None = None) -> None:
        self.reason = reason
        self.go_on = go_on
        super().__init__(reason)


def cursor(context: Context, position: int | None) -> str | None:
    """The cursor behind a recorded change; None for one that is not recorded."""
    return None if position is None else context.house.cursors.write(position)


def position(context: Context, text: str, head: int) -> int:
    """The position of a cursor that can be read on from. Raises CursorRefused, which says where to go on."""
    try:
        found = context.house.cursors.read(text)
    except CursorOfOtherEpoch:
        raise CursorRefused(InterruptionReason.CURSOR_OF_OTHER_EPOCH) from None
    except CursorInvalid:
        raise CursorRefused(InterruptionReason.CURSOR_INVALID) from None
    if found > head:
        raise CursorRefused(InterruptionReason.CURSOR_AHEAD, context.house.cursors.write(head))
    return found
