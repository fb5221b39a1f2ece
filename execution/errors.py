"""Every error a caller may see, each with a code that stays the same.

CodedError                    a deliberate answer: message and code are shown as they are
├── BadUserInput              a value does not fit its type
├── LimitExceeded             a document or its values ask for too much
├── CostExceeded              the same, by computed cost
└── RefusedRequest            refused before execution; may carry an HTTP status of its own
    ├── Unauthenticated       401
    ├── Forbidden             403
    └── OperationResolutionFailure

Whatever is not one of these is a fault of ours: masked, counted, and told to observers with the request's id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
BAD_REQUEST = "BAD_REQUEST"
INTERNAL_ERROR = "INTERNAL_ERROR"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
TOO_MANY_ERRORS = "TOO_MANY_ERRORS"

INTERNAL_MESSAGE = "Internal error"

FormattedError: TypeAlias = dict[str, Any]
Translate: TypeAlias = Callable[[BaseException], "CodedError | None"]
"""Makes a deliberate answer of an exception that this room does not know, or None where it is a fault."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}\Z")
_LONG_DIGITS = re.compile(r"\d(?:[ .\-/]?\d){6,}")
_LONGEST_MESSAGE = 400
_SYNTAX_VALUE = re.compile(r"(found|Unexpected) (String|BlockString|Block|Int|Float|Comment|Name)\b.*", re.DOTALL)


class CodedError(GraphQLError):
    """A deliberate answer: its message and code reach the caller unchanged, so neither may hold a caller's value."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, code: str | None = None, extensions: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, extensions={**(extensions or {}), "code": code or self.code})


class BadUserInput(CodedError):
    """A value does not fit its type. The value itself is never in the message."""

    code = BAD_USER_INPUT


class LimitExceeded(CodedError):
    """A document is larger, deeper or wider than this service reads."""

    code = "LIMIT_EXCEEDED"


class CostExceeded(CodedError):
    """A document would make this service work more than one request may."""

    code = "COST_LIMIT_EXCEEDED"


class RefusedRequest(CodedError):
    """Refused before execution. `status` is the HTTP status; 200 leaves it to the negotiated media type."""

    code = BAD_REQUEST

    def __init__(
        self, code: str, status: int, message: str, *, headers: Mapping[str, str] | None = None, **extensions: Any
    ) -> None:
        super().__init__(message, code=code, extensions=extensions)
        self.status = status
        self.headers = dict(headers or {})


class Unauthenticated(RefusedRequest):
    """Nobody we know, or a proof that does not hold. `challenge` is the WWW-Authenticate header, without secrets."""

    def __init__(self, message: str = "Authentication is required.", *, challenge: str = "Bearer") -> None:
        super().__init__("UNAUTHENTICATED", 401, message, headers={"www-authenticate": challenge})


class Forbidden(RefusedRequest):
    """Somebody we know, who may not do this."""

    def __init__(self, message: str = "This is not allowed.", code: str = "FORBIDDEN") -> None:
        super().__init__(code, 403, message)


class OperationResolutionFailure(RefusedRequest):
    """The document does not say which operation is meant."""

    def __init__(self, message: str) -> None:
        super().__init__("OPERATION_RESOLUTION_FAILURE", 200, message)


def never_translated(error: BaseException) -> CodedError | None:
    """The default: this room knows no other deliberate answers."""
    return None


def redacted(message: str) -> str:
    """A message about a document, bounded, and without the numbers that somebody may have written in it."""
    shown = message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "…"
    return _LONG_DIGITS.sub("…", shown)


def syntax_error(error: GraphQLError) -> FormattedError:
    """A parse failure, with its place, and without the text found there."""
    message = _SYNTAX_VALUE.sub(lambda found: f"{found[1]} {found[2]}.", error.message)
    return formatted(error, redacted(message), PARSE_FAILED)


def validation_error(error: GraphQLError) -> FormattedError:
    """A document that does not fit the schema; a coded reason given by a scalar stays readable, the code does not."""
    return formatted(error, redacted(error.message), VALIDATION_FAILED)


def formatted(
    error: GraphQLError, message: str, code: str, extensions: Mapping[str, Any] | None = None
) -> FormattedError:
    """The response form of an error, in the order in which readers expect the members."""
    answer: FormattedError = {"message": message}
    if error.locations:
        answer["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        answer["path"] = error.path
    answer["extensions"] = {**(extensions or {}), "code": code}
    return answer


def refusal(error: CodedError) -> FormattedError:
    """The response form of a coded error that stands for the whole request."""
    return formatted(error, error.message, error.extensions["code"], error.extensions)  # type: ignore[index]


def fault_of(error: GraphQLError) -> BaseException:
    """What a resolver really raised."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def deliberate(error: GraphQLError, translate: Translate) -> tuple[str, str, Mapping[str, Any]] | None:
    """Message, code and extensions where an error was meant for the caller; None where it is a fault of ours."""
    cause = fault_of(error)
    if not isinstance(cause, CodedError):
        translated = translate(cause)
        cause = cause if translated is None else translated
    if isinstance(cause, StrawberryInputCoercionError):
        return "An input value does not fit its type.", BAD_USER_INPUT, {}
    if isinstance(cause, GraphQLError):
        extensions = cause.extensions or {}
        code = extensions.get("code")
        if isinstance(code, str) and _CODE.match(code):
            return cause.message, code, extensions
        if cause.message.startswith("Argument "):
            return "An argument does not fit its type.", BAD_USER_INPUT, {}
    return None


def field_errors(
    errors: Sequence[GraphQLError],
    request_id: str,
    translate: Translate,
    ceiling: int,
    on_fault: Callable[[BaseException, GraphQLError], None],
) -> list[FormattedError]:
    """Errors of an execution as the caller may see them: coded as they are, faults masked, no more than a ceiling."""
    answers: list[FormattedError] = []
    for error in errors[:ceiling]:
        meant = deliberate(error, translate)
        if meant is None:
            on_fault(fault_of(error), error)
            answers.append(formatted(error, INTERNAL_MESSAGE, INTERNAL_ERROR, {"requestId": request_id}))
        else:
            message, code, extensions = meant
            answers.append(formatted(error, message, code, extensions))
    if len(errors) > ceiling:
        more = {"message": "There were more errors than are shown.", "extensions": {"code": TOO_MANY_ERRORS}}
        answers.append(more)
    return answers
