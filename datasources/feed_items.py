"""What a follower of the feed is given. Positions: `start` is not included, `to` is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias

from btb.changes import Change
from datasources.followers import Follower, InterruptionReason


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything in (start, to] that passes the follower's filter; never empty."""

    start: int
    to: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Nothing in (start, to] passes the follower's filter."""

    start: int
    to: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The last item. `resume_after` is what the follower has surely been given."""

    reason: InterruptionReason
    resume_after: int | None

    @classmethod
    def of(cls, follower: Follower, reached: int) -> Self:
        """What an interrupted follower is told, who was given everything up to there."""
        reason = follower.reason
        assert reason is not None
        return cls(reason, None if reason is InterruptionReason.CURSOR_OF_OTHER_EPOCH else reached)


FeedItem: TypeAlias = Batch | Checkpoint | Interrupted
