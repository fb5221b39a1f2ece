"""Why a plan does not answer.

Unplannable      while compiling: this document is never planned
Aside            while running: this request is interpreted; a BaseException, so that no resolver swallows it
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a request was interpreted although plans are on; a closed family, fit for a metric's label."""

    NULL = "null"
    """Null where the schema promises a value."""
    VALUE = "value"
    """A value that only the interpreter may judge: an exception, an awaitable, an unknown class, no list."""
    RAISED = "raised"
    """A resolver raised, or an argument did not fit."""
    PATH = "path"
    """A resolver asked for its place in the answer, which a plan does not know."""
    UNPLANNABLE = "unplannable"
    """The document asks for something that is not planned."""
    TOO_LARGE = "too_large"
    """The document is larger than a plan may be, or took too long to compile."""
    RARE = "rare"
    """The document was not asked often enough yet to be worth compiling."""
    RESTING = "resting"
    """The plan stepped aside many times in a row and is tried only now and then."""


class Unplannable(Exception):
    """This document is not planned."""

    def __init__(self, reason: Reason = Reason.UNPLANNABLE) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Aside(BaseException):
    """The plan cannot vouch for its answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
