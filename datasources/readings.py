"""What an authentic source answered, when, and how it can fail for one key.

SourceFailure               one key got no answer
├── SourceUnavailable       the source is out of reach, too slow, or makes no sense: ask again later
├── NumberCancelled         the register cancelled this number
└── SourceRefused           the source will not answer us (authorisation, context): a matter for the operator
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

Value_co = TypeVar("Value_co", covariant=True)


class AuthenticSource(StrEnum):
    """The registers that are always leading."""

    KBO = "KBO"
    NATIONAL_REGISTER = "NATIONAL_REGISTER"
    BIS_REGISTER = "BIS_REGISTER"


class Freshness(StrEnum):
    """How old an answer may be. READ: from the cache while its time lives, or stale where the source is out of reach.
    DECIDE: asked now, never from a stored answer.
    """

    READ = "READ"
    DECIDE = "DECIDE"


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value_co]):
    """An answer with its moment. `value` None: the source answered that it knows nothing under this key.

    `stale` is True where an older answer stood in for a source out of reach.
    """

    value: Value_co | None
    source: AuthenticSource
    read_at: datetime
    stale: bool = False


class SourceFailure(Exception):
    """One key got no answer; names the source, never the key."""

    def __init__(self, source: AuthenticSource, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


class SourceUnavailable(SourceFailure):
    """The source is out of reach, too slow, or makes no sense."""


class NumberCancelled(SourceFailure):
    """The register cancelled the number asked."""


class SourceRefused(SourceFailure):
    """The source does not let us ask this; an operator's matter."""
