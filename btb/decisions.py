"""May this person manage this domain for this enterprise, and why?"""

from __future__ import annotations

from enum import StrEnum


class DecisionReason(StrEnum):
    """Why somebody may, or may not, manage a domain; stable names of the contract."""

    IS_CHIEF = "IS_CHIEF"
    IS_CO_CHIEF = "IS_CO_CHIEF"
    HAS_DELEGATION = "HAS_DELEGATION"
    NO_MANDATE = "NO_MANDATE"
    NOT_THIS_DOMAIN = "NOT_THIS_DOMAIN"
    NOT_YET_VALID = "NOT_YET_VALID"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    PERSON_DECEASED = "PERSON_DECEASED"
    ENTERPRISE_NOT_ACTIVE = "ENTERPRISE_NOT_ACTIVE"
    UNKNOWN_ENTERPRISE = "UNKNOWN_ENTERPRISE"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    UNKNOWN_DOMAIN = "UNKNOWN_DOMAIN"
