"""Who may see or do what: one table, deed by deed. `docs/authority.md` says the same, and a test compares the two.

What a citizen may follows from what ties them to an enterprise or a person, what a machine client may from its scopes
and from the system it speaks for. A deed without a row in the table cannot be allowed to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from btb.actors import Actor, Anonymous, Citizen, Client, Scope
from btb.mandates import AccessManagerRole
from btb.policy import DEFAULT_POLICY, AppointmentPolicy


class Deed(StrEnum):
    """Everything that can be asked of the register."""

    READ_ENTERPRISE = "READ_ENTERPRISE"
    READ_DOMAINS_AND_SYSTEMS = "READ_DOMAINS_AND_SYSTEMS"
    READ_OUTAGES_AND_SERVICE_LEVELS = "READ_OUTAGES_AND_SERVICE_LEVELS"
    READ_VIEWER = "READ_VIEWER"
    READ_LEGAL_REPRESENTATIVES = "READ_LEGAL_REPRESENTATIVES"
    READ_MANDATES = "READ_MANDATES"
    READ_CONTACT = "READ_CONTACT"
    READ_PERSON = "READ_PERSON"
    READ_NATIONAL_NUMBER = "READ_NATIONAL_NUMBER"
    READ_CONSULTATIONS = "READ_CONSULTATIONS"
    ASK_MAY_MANAGE = "ASK_MAY_MANAGE"
    READ_FEED = "READ_FEED"
    TAKE_SNAPSHOT = "TAKE_SNAPSHOT"
    READ_FEED_PROGRESS = "READ_FEED_PROGRESS"
    ACKNOWLEDGE_FEED = "ACKNOWLEDGE_FEED"
    READ_STATISTICS = "READ_STATISTICS"
    APPOINT_CHIEF = "APPOINT_CHIEF"
    APPOINT_CO_CHIEF = "APPOINT_CO_CHIEF"
    APPOINT_ACCESS_MANAGER = "APPOINT_ACCESS_MANAGER"
    END_CHIEF = "END_CHIEF"
    END_CO_CHIEF = "END_CO_CHIEF"
    END_ACCESS_MANAGER = "END_ACCESS_MANAGER"
    REVOKE_DELEGATION = "REVOKE_DELEGATION"
    CHANGE_DELEGATION_PERIOD = "CHANGE_DELEGATION_PERIOD"
    SUSPEND_CHIEF = "SUSPEND_CHIEF"
    SUSPEND_CO_CHIEF = "SUSPEND_CO_CHIEF"
    SUSPEND_ACCESS_MANAGER = "SUSPEND_ACCESS_MANAGER"
    MANAGE_OUTAGES = "MANAGE_OUTAGES"
    MANAGE_APPLICATIONS = "MANAGE_APPLICATIONS"


class Capacity(StrEnum):
    """What a citizen is to what is asked."""

    THE_PERSON = "THE_PERSON"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    CHIEF = "CHIEF"
    CO_CHIEF = "CO_CHIEF"
    ACCESS_MANAGER = "ACCESS_MANAGER"


class Reach(StrEnum):
    """How far a scope carries: everywhere, what the client's system serves, or what is the client's own."""

    EVERYWHERE = "EVERYWHERE"
    SERVED = "SERVED"
    OWN = "OWN"


class Level(StrEnum):
    """Which assurance level a citizen's login must have: any, or one of the two that the policy sets."""

    ANY = "ANY"
    CHIEF = "CHIEF"
    OTHER = "OTHER"


class Verdict(StrEnum):
    """The answer: yes, or what is missing."""

    ALLOWED = "ALLOWED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: who may. `co_chief_setting` names the policy's setting that decides for a co-chief."""

    anybody: bool = False
    citizens: frozenset[Capacity] = frozenset()
    clients: Mapping[Scope, Reach] = field(default_factory=dict)
    level: Level = Level.ANY
    co_chief_setting: str | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """The facts: what ties whoever asks to what is asked, at this moment.

    `the_person`: it is about themselves. `represents` and `roles`: in the enterprise, as KBO and the register say now.
    `serves`: the client's system serves the domain or the mandate; chiefs and representatives concern every system.
    `own`: it is the client's own system, or an application of its own service.
    """

    the_person: bool = False
    represents: bool = False
    roles: frozenset[AccessManagerRole] = frozenset()
    serves: bool = False
    own: bool = False


NO_TIES: Final = Ties()

_INVOLVED: Final = frozenset(Capacity) - {Capacity.THE_PERSON}
_CHIEF_LINE: Final = frozenset({Capacity.LEGAL_REPRESENTATIVE, Capacity.CHIEF, Capacity.CO_CHIEF})
_REPRESENTATIVE: Final = frozenset({Capacity.LEGAL_REPRESENTATIVE})
_THE_PERSON: Final = frozenset({Capacity.THE_PERSON})
_CHIEF: Final = frozenset({Capacity.CHIEF})
_ANYBODY: Final = Rule(anybody=True)
_OPERATE: Final = {Scope.OPERATE: Reach.EVERYWHERE}
_SYSTEMS: Final = {Scope.MANDATES_READ: Reach.SERVED, **_OPERATE}


def _request(citizens: frozenset[Capacity], level: Level, co_chief_setting: str) -> Rule:
    return Rule(citizens=citizens, level=level, co_chief_setting=co_chief_setting)


_REPLACE, _CO_CHIEFS, _MANAGERS = (
    "co_chiefs_replace_chief",
    "co_chiefs_appoint_co_chiefs",
    "co_chiefs_appoint_access_managers",
)

AUTHORITY: Final[Mapping[Deed, Rule]] = MappingProxyType(
    {
        Deed.READ_ENTERPRISE: _ANYBODY,
        Deed.READ_DOMAINS_AND_SYSTEMS: _ANYBODY,
        Deed.READ_OUTAGES_AND_SERVICE_LEVELS: _ANYBODY,
        Deed.READ_VIEWER: _ANYBODY,
        Deed.READ_LEGAL_REPRESENTATIVES: Rule(citizens=_INVOLVED, clients=_SYSTEMS),
        Deed.READ_MANDATES: Rule(citizens=_INVOLVED | _THE_PERSON, clients=_SYSTEMS),
        Deed.READ_CONTACT: Rule(citizens=_CHIEF_LINE | _THE_PERSON, clients=_SYSTEMS),
        Deed.READ_PERSON: Rule(
            citizens=_INVOLVED | _THE_PERSON, clients={**_SYSTEMS, Scope.PERSON_IDENTIFY: Reach.EVERYWHERE}
        ),
        Deed.READ_NATIONAL_NUMBER: Rule(citizens=_THE_PERSON, clients={Scope.PERSON_IDENTIFY: Reach.EVERYWHERE}),
        Deed.READ_CONSULTATIONS: Rule(citizens=_THE_PERSON),
        Deed.ASK_MAY_MANAGE: Rule(citizens=_CHIEF_LINE | _THE_PERSON, clients=_SYSTEMS),
        Deed.READ_FEED: Rule(clients={Scope.FEED_READ: Reach.EVERYWHERE}),
        Deed.TAKE_SNAPSHOT: Rule(clients={Scope.FEED_READ: Reach.EVERYWHERE}),
        Deed.READ_FEED_PROGRESS: Rule(clients={Scope.FEED_READ: Reach.EVERYWHERE, **_OPERATE}),
        Deed.ACKNOWLEDGE_FEED: Rule(clients={Scope.FEED_ACKNOWLEDGE: Reach.OWN}),
        Deed.READ_STATISTICS: Rule(clients={Scope.STATISTICS_READ: Reach.EVERYWHERE, **_OPERATE}),
        Deed.APPOINT_CHIEF: _request(_REPRESENTATIVE, Level.CHIEF, _REPLACE),
        Deed.APPOINT_CO_CHIEF: _request(_CHIEF, Level.OTHER, _CO_CHIEFS),
        Deed.APPOINT_ACCESS_MANAGER: _request(_CHIEF, Level.OTHER, _MANAGERS),
        Deed.END_CHIEF: _request(_REPRESENTATIVE | _THE_PERSON, Level.CHIEF, _REPLACE),
        Deed.END_CO_CHIEF: _request(_CHIEF | _THE_PERSON, Level.OTHER, _CO_CHIEFS),
        Deed.END_ACCESS_MANAGER: _request(_CHIEF | _THE_PERSON, Level.OTHER, _MANAGERS),
        Deed.REVOKE_DELEGATION: _request(_CHIEF | _THE_PERSON, Level.OTHER, _MANAGERS),
        Deed.CHANGE_DELEGATION_PERIOD: _request(_CHIEF, Level.OTHER, _MANAGERS),
        Deed.SUSPEND_CHIEF: _request(_REPRESENTATIVE, Level.CHIEF, _REPLACE),
        Deed.SUSPEND_CO_CHIEF: _request(_CHIEF, Level.OTHER, _CO_CHIEFS),
        Deed.SUSPEND_ACCESS_MANAGER: _request(_CHIEF, Level.OTHER, _MANAGERS),
        Deed.MANAGE_OUTAGES: Rule(clients=_OPERATE),
        Deed.MANAGE_APPLICATIONS: Rule(clients={Scope.APPLICATIONS_MANAGE: Reach.OWN, **_OPERATE}),
    }
)
"""The whole of it. To end a mandate as THE_PERSON is to resign; suspending stands for reinstating too."""


def verdict(deed: Deed, actor: Actor, ties: Ties = NO_TIES, policy: AppointmentPolicy = DEFAULT_POLICY) -> Verdict:
    """May whoever asks do this, given what ties them to it?"""
    rule = AUTHORITY[deed]
    if rule.anybody:
        return Verdict.ALLOWED
    match actor:
        case Anonymous():
            return Verdict.UNAUTHENTICATED
        case Client(scopes=scopes):
            allowed = any(scope in scopes and reaches(reach, ties) for scope, reach in rule.clients.items())
            return Verdict.ALLOWED if allowed else Verdict.FORBIDDEN
        case Citizen(assurance=assurance):
            if not capacities(ties) & entitled(rule, policy):
                return Verdict.FORBIDDEN
            return Verdict.ALLOWED if assurance >= required(rule.level, policy) else Verdict.ASSURANCE_TOO_LOW


def may(deed: Deed, actor: Actor, ties: Ties = NO_TIES, policy: AppointmentPolicy = DEFAULT_POLICY) -> bool:
    """Whether the verdict is yes."""
    return verdict(deed, actor, ties, policy) is Verdict.ALLOWED


def capacities(ties: Ties) -> frozenset[Capacity]:
    """What a citizen with these ties is."""
    found = {_OF_ROLE[role] for role in ties.roles}
    if ties.the_person:
        found.add(Capacity.THE_PERSON)
    if ties.represents:
        found.add(Capacity.LEGAL_REPRESENTATIVE)
    return frozenset(found)


def entitled(rule: Rule, policy: AppointmentPolicy) -> frozenset[Capacity]:
    """The capacities that a rule lets do it, the policy's settings for co-chiefs included."""
    if rule.co_chief_setting is not None and getattr(policy, rule.co_chief_setting):
        return rule.citizens | {Capacity.CO_CHIEF}
    return rule.citizens


def required(level: Level, policy: AppointmentPolicy) -> int:
    """The assurance level that a login must have."""
    match level:
        case Level.ANY:
            return 0
        case Level.CHIEF:
            return policy.chief_assurance
        case Level.OTHER:
            return policy.other_assurance


def reaches(reach: Reach, ties: Ties) -> bool:
    """Whether a scope carries as far as what is asked."""
    match reach:
        case Reach.EVERYWHERE:
            return True
        case Reach.SERVED:
            return ties.serves
        case Reach.OWN:
            return ties.own


_OF_ROLE: Final[Mapping[AccessManagerRole, Capacity]] = MappingProxyType(
    {
        AccessManagerRole.CHIEF: Capacity.CHIEF,
        AccessManagerRole.CO_CHIEF: Capacity.CO_CHIEF,
        AccessManagerRole.DOMAIN: Capacity.ACCESS_MANAGER,
    }
)
