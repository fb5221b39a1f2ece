"""Every expected "no".

    Refused            one request, all its problems together
    └── Problem        one reason: a code, the input field at fault, and what the message needs to name

Prose comes last, in four languages, from the table in `btb/wording.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemCode(StrEnum):
    """Why a request was refused; stable names of the contract."""

    ENTERPRISE_UNKNOWN = "ENTERPRISE_UNKNOWN"
    ENTERPRISE_NOT_ACTIVE = "ENTERPRISE_NOT_ACTIVE"
    PERSON_UNKNOWN = "PERSON_UNKNOWN"
    PERSON_DECEASED = "PERSON_DECEASED"
    NOT_LEGAL_REPRESENTATIVE = "NOT_LEGAL_REPRESENTATIVE"
    NOT_CHIEF = "NOT_CHIEF"
    NOT_CHIEF_OR_CO_CHIEF = "NOT_CHIEF_OR_CO_CHIEF"
    NOT_ENTITLED = "NOT_ENTITLED"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"
    ALREADY_APPOINTED = "ALREADY_APPOINTED"
    NOT_IN_OFFICE = "NOT_IN_OFFICE"
    DOMAIN_UNKNOWN = "DOMAIN_UNKNOWN"
    INVALID_PERIOD = "INVALID_PERIOD"
    INVALID_CONTACT = "INVALID_CONTACT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    CURSOR_INVALID = "CURSOR_INVALID"
    UNKNOWN_SYSTEM = "UNKNOWN_SYSTEM"
    UNKNOWN_OUTAGE = "UNKNOWN_OUTAGE"
    APPLICATION_UNKNOWN = "APPLICATION_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason. `path` is the input field at fault; `detail` holds words for the message, never personal data."""

    code: ProblemCode
    path: tuple[str, ...] = ()
    detail: tuple[tuple[str, str], ...] = field(default=())


class Refused(Exception):
    """A request that is refused for the problems it carries (at least one)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.code for problem in self.problems))
