"""What MAGDA's exceptions (`Uitzonderingen`) mean for the question they came with.

Decided on the code alone: texts vary by service and year, and may hold personal data (magda.md 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from datasources.readings import AuthenticSource, NumberCancelled, SourceFailure, SourceRefused, SourceUnavailable


class AnotherKey(Exception):
    """An answer speaks of another number than the one asked, or of none; it never names either."""


class UnwantedTestNumber(Exception):
    """An answer carries test numbers while we take none: another environment is answering."""


class Severity(StrEnum):
    """`Type` of an exception; anything unknown counts as a fault."""

    FAULT = "FOUT"
    WARNING = "WAARSCHUWING"
    INFORMATION = "INFORMATIE"

    @classmethod
    def of(cls, text: str) -> Severity:
        """The documentation writes INFO where the schema writes INFORMATIE."""
        return _SEVERITIES.get(text, cls.FAULT)


_SEVERITIES = {
    "WAARSCHUWING": Severity.WARNING,
    "INFORMATIE": Severity.INFORMATION,
    "INFO": Severity.INFORMATION,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One `Uitzondering`, without its texts."""

    code: str
    severity: Severity


class Verdict(StrEnum):
    """What an answer is worth."""

    USABLE = "USABLE"
    NOT_FOUND = "NOT_FOUND"
    CANCELLED = "CANCELLED"
    NOT_REGISTERED = "NOT_REGISTERED"
    REFUSED = "REFUSED"
    UNAVAILABLE = "UNAVAILABLE"


_NOT_FOUND = frozenset({"30001", "30101", "40046", "30003", "60003"})
_CANCELLED = frozenset({"30002"})
_NOT_REGISTERED = frozenset({"13202", "13303", "40003"})
_REFUSED = frozenset(
    {"20002", "20003", "20005", "20007", "30034", "40001", "40005", "40006", "40035", "50000", "70002", "99982"}
)
_BUSY_OR_BROKEN = frozenset(
    {"16010", "40033", "40088", "60007", "60009", "60010", "60018", "99983", "99986", "99994", "99995", "99996"}
)
REPLACED = "30004"


def verdict(notices: Iterable[Notice], has_content: bool) -> Verdict:
    """What to do with one answer. A fault never lets its content be used; no content without a known code is no "no".

    40046 ("does not exist") is typed as information and 99996 ("too busy") as a fault: codes come before types.
    """
    notices = tuple(notices)
    codes = {notice.code for notice in notices}
    if codes & _CANCELLED:
        return Verdict.CANCELLED
    faults = {notice.code for notice in notices if notice.severity is Severity.FAULT}
    if has_content and not faults:
        return Verdict.USABLE
    judged = faults or codes
    for known, meaning in (
        (_NOT_REGISTERED, Verdict.NOT_REGISTERED),
        (_REFUSED, Verdict.REFUSED),
        (_BUSY_OR_BROKEN, Verdict.UNAVAILABLE),
    ):
        if judged & known:
            return meaning
    if faults - _NOT_FOUND:
        return Verdict.UNAVAILABLE
    return Verdict.NOT_FOUND if judged & _NOT_FOUND else Verdict.UNAVAILABLE


def message_verdict(notices: Iterable[Notice]) -> Verdict:
    """What a whole message is worth that carries exceptions and no answers: busy, or refused for all its questions.

    An unknown code here speaks of our message or our rights, which asking again does not mend.
    """
    codes = {notice.code for notice in notices}
    return Verdict.UNAVAILABLE if codes & _BUSY_OR_BROKEN else Verdict.REFUSED


def failure(meaning: Verdict, source: AuthenticSource, reason: str) -> SourceFailure:
    """The failure of one key. `reason` is ours: never a text of the source."""
    match meaning:
        case Verdict.CANCELLED:
            return NumberCancelled(source, "the number was cancelled")
        case Verdict.REFUSED:
            return SourceRefused(source, reason)
        case Verdict.NOT_REGISTERED:
            return SourceRefused(source, "the number is not registered for us")
        case _:
            return SourceUnavailable(source, reason)
