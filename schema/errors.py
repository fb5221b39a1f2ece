"""Our own exceptions as coded errors of the graph: deliberate answers, with a code that stays the same."""

from __future__ import annotations

from datasources.readings import NumberCancelled, SourceFailure
from datasources.register.failures import RegisterFailure
from execution.errors import BadUserInput, CodedError, LimitExceeded
from resolvers.admission import NotAllowed, NotAuthenticated
from resolvers.budgets import BudgetExceeded
from resolvers.changes import CursorRefused, UnknownSystem
from resolvers.enterprises import TooMany
from resolvers.pages import PageRefused
from resolvers.texts import TextRefused


def translate(error: BaseException) -> CodedError | None:
    """The answer for an exception of ours; None for what is a fault."""
    match error:
        case NumberCancelled():
            return CodedError("The register cancelled this person's number.", code="NUMBER_CANCELLED")
        case SourceFailure(source=source):
            return CodedError(
                "An authentic source is out of reach.", code="SOURCE_UNAVAILABLE", extensions={"source": str(source)}
            )
        case RegisterFailure():
            return CodedError(
                "The register is out of reach; ask again.", code="RETRYABLE", extensions={"retryable": True}
            )
        case NotAuthenticated():
            return CodedError("This needs a login.", code="UNAUTHENTICATED")
        case NotAllowed():
            return CodedError("Whoever asks may not see this.", code="FORBIDDEN")
        case BudgetExceeded(retry_after=seconds):
            return CodedError(
                "Too many different national numbers were asked about.",
                code="TOO_MANY_NUMBERS",
                extensions={"retryAfter": seconds},
            )
        case TooMany():
            return LimitExceeded(str(error))
        case PageRefused() | TextRefused():
            return BadUserInput(str(error))
        case UnknownSystem():
            return CodedError("There is no such access-management system.", code="UNKNOWN_SYSTEM")
        case CursorRefused(reason=reason, go_on=go_on):
            return CodedError(
                "The feed cannot be read on from this cursor.", code=str(reason), extensions={"resumeAfter": go_on}
            )
    return None
