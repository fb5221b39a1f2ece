"""Who represents an enterprise today, by what KBO knows of it and of the functions held in it.

The rows that decide stand in `btb/representation_rules.py`. Every doubt is a no: unknown codes and situations, dates
that do not surely contain the day, records of another enterprise (MAGDA GeefFuncties-02.00; magda.md 4.2, 6.4, 7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from btb.codes import FUNCTIONS
from btb.enterprises import EnterpriseFacts, EnterpriseStatus, HeldFunction, Representation
from btb.held_functions import code_on, held_by, in_force, label_on, since
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.representation_rules import (
    KNOWN_CODES,
    RULES,
    Effect,
    Regime,
    Rule,
    liquidators,
    regime_of,
    working_partners,
)

_BRUSSELS = ZoneInfo("Europe/Brussels")

Companies = Mapping[EnterpriseNumber, EnterpriseFacts]


@dataclass(frozen=True, slots=True)
class RepresentationPolicy:
    """What public sources leave open.

    `statuses` are those in which an enterprise can be represented at all (ANNOUNCED and JURIDICALLY_CREATED may be
    added). `end_day_counts`: a function is still valid on the day it ends. `situation_required`: an enterprise of which
    KBO gives no situation has no representative. `liquidator_codes` and `working_partner_forms` add rows to the table.
    """

    statuses: frozenset[EnterpriseStatus] = frozenset({EnterpriseStatus.ACTIVE})
    end_day_counts: bool = False
    situation_required: bool = False
    liquidator_codes: frozenset[str] = frozenset()
    working_partner_forms: frozenset[str] = frozenset()


DEFAULT_POLICY = RepresentationPolicy()


@dataclass(frozen=True, slots=True)
class LegalRepresentation:
    """One natural person who represents an enterprise today.

    `through` is the legal person this person acts for. `rests_on` are the records that prove it: the person's own
    first, then those of the legal person. `rule` is the id of the row that decided.
    """

    holder: NationalNumber
    function_code: str
    function_label: str | None
    since: date | None
    through: EnterpriseNumber | None
    rule: str
    rests_on: tuple[HeldFunction, ...]


class WhyNot(StrEnum):
    """The missing fact, where somebody does not represent an enterprise."""

    ENTERPRISE_NOT_ACTIVE = "ENTERPRISE_NOT_ACTIVE"
    SITUATION_UNKNOWN = "SITUATION_UNKNOWN"
    NO_FUNCTION = "NO_FUNCTION"
    FUNCTION_NOT_VALID_TODAY = "FUNCTION_NOT_VALID_TODAY"
    IN_BANKRUPTCY = "IN_BANKRUPTCY"
    IN_LIQUIDATION = "IN_LIQUIDATION"
    LEGAL_PERSON_DOES_NOT_REPRESENT = "LEGAL_PERSON_DOES_NOT_REPRESENT"
    FUNCTION_DOES_NOT_REPRESENT = "FUNCTION_DOES_NOT_REPRESENT"


def brussels_day(moment: datetime) -> date:
    """The calendar day in Belgium at an aware moment: the day the registers count in."""
    return moment.astimezone(_BRUSSELS).date()


def representatives(
    facts: EnterpriseFacts,
    functions: Collection[HeldFunction],
    today: date,
    *,
    policy: RepresentationPolicy = DEFAULT_POLICY,
    companies: Companies | None = None,
) -> tuple[LegalRepresentation, ...]:
    """Everybody who represents the enterprise on this Brussels day; several records of one function are one.

    `companies` are the facts of legal persons that hold a function; where given, a legal person that is not among them
    or does not exist any more represents nobody. Without it their own status is not looked at.
    """
    regime = _regime(facts, policy)
    if isinstance(regime, WhyNot):
        return ()
    case = _Case(facts, regime, today, policy, companies)
    valid = case.valid(functions)
    found: dict[tuple[str, str, str], LegalRepresentation] = {}
    for one in filter(None, (case.representation(function, valid) for function in valid)):
        key = (one.function_code, one.holder.digits, one.through.digits if one.through else "")
        found[key] = _joined(found[key], one) if key in found else one
    return tuple(found[key] for key in sorted(found))


def represents(
    person: NationalNumber,
    facts: EnterpriseFacts,
    functions: Collection[HeldFunction],
    today: date,
    *,
    policy: RepresentationPolicy = DEFAULT_POLICY,
    companies: Companies | None = None,
) -> LegalRepresentation | WhyNot:
    """How this person represents the enterprise on this Brussels day, or the fact that is missing."""
    regime = _regime(facts, policy)
    if isinstance(regime, WhyNot):
        return regime
    for one in representatives(facts, functions, today, policy=policy, companies=companies):
        if one.holder == person:
            return one
    case = _Case(facts, regime, today, policy, companies)
    mine = [each for each in case.held(functions) if each.holder == person]
    valid = case.valid(mine)
    if not mine:
        return WhyNot.NO_FUNCTION
    if not valid:
        return WhyNot.FUNCTION_NOT_VALID_TODAY
    if regime is Regime.BANKRUPTCY:
        return WhyNot.IN_BANKRUPTCY
    if regime is Regime.LIQUIDATION:
        return WhyNot.IN_LIQUIDATION
    if any(case.row(each) is not None and held_by(each) is Representation.PERSON_FOR_ENTERPRISE for each in valid):
        return WhyNot.LEGAL_PERSON_DOES_NOT_REPRESENT
    return WhyNot.FUNCTION_DOES_NOT_REPRESENT


def unknown_codes(functions: Collection[HeldFunction], policy: RepresentationPolicy = DEFAULT_POLICY) -> frozenset[str]:
    """Function codes that the table does not know, so that new ones are counted and seen."""
    codes = {code for each in functions for code in (each.code, each.cac_code) if code is not None}
    return frozenset(FUNCTIONS.normal(code) for code in codes) - KNOWN_CODES - policy.liquidator_codes


def can_act(facts: EnterpriseFacts, policy: RepresentationPolicy = DEFAULT_POLICY) -> bool:
    """Whether anybody can act for the enterprise at all: its status, and a situation that is not its end."""
    return facts.status in policy.statuses and regime_of(facts) is not Regime.CEASED


@lru_cache(maxsize=8)
def rules(policy: RepresentationPolicy) -> tuple[Rule, ...]:
    """The table with the rows that the policy adds; the first row that matches decides."""
    added: list[Rule] = []
    if policy.liquidator_codes:
        added.append(liquidators(frozenset(FUNCTIONS.normal(code) for code in policy.liquidator_codes)))
    if policy.working_partner_forms:
        added.append(working_partners(policy.working_partner_forms))
    return (*added, *RULES)


def _regime(facts: EnterpriseFacts, policy: RepresentationPolicy) -> Regime | WhyNot:
    if not can_act(facts, policy):
        return WhyNot.ENTERPRISE_NOT_ACTIVE
    if facts.juridical_situation is None and not policy.situation_required:
        return Regime.NORMAL
    return regime_of(facts) or WhyNot.SITUATION_UNKNOWN


@dataclass(frozen=True, slots=True)
class _Case:
    """One enterprise on one day: everything a single function is judged against."""

    facts: EnterpriseFacts
    regime: Regime
    today: date
    policy: RepresentationPolicy
    companies: Companies | None

    def held(self, functions: Collection[HeldFunction]) -> Iterator[HeldFunction]:
        """The records about this enterprise: an answer may hold others (magda.md 7, P3)."""
        return (each for each in functions if each.held_in == self.facts.number)

    def valid(self, functions: Collection[HeldFunction]) -> list[HeldFunction]:
        """The records about this enterprise that are in force today."""
        counts = self.policy.end_day_counts
        return [each for each in self.held(functions) if in_force(each, self.today, end_day_counts=counts)]

    def row(self, function: HeldFunction) -> Rule | None:
        """The row that lets this function represent, None where none does."""
        form = self.facts.juridical_form
        form_code = None if form is None else form.code.strip().zfill(3)
        code = code_on(function, self.today)
        for row in rules(self.policy):
            if row.matches(code, self.facts.kind, form_code, self.regime):
                return row if row.effect is not Effect.NEVER and held_by(function) in row.holders else None
        return None

    def representation(self, function: HeldFunction, valid: Collection[HeldFunction]) -> LegalRepresentation | None:
        """The representation that one valid record proves, together with the other valid ones."""
        row, how = self.row(function), held_by(function)
        if row is None or function.holder is None or how is Representation.ENTERPRISE:
            return None
        through = function.holder_enterprise if how is Representation.PERSON_FOR_ENTERPRISE else None
        proof: tuple[HeldFunction, ...] = ()
        if how is Representation.PERSON_FOR_ENTERPRISE:
            if through is None or not self._exists(through):
                return None
            proof = self._proof(through, valid) if row.effect is Effect.REPRESENTS_THROUGH else ()
        if row.effect is Effect.REPRESENTS_THROUGH and not proof:
            return None
        return LegalRepresentation(
            holder=function.holder,
            function_code=code_on(function, self.today),
            function_label=label_on(function, self.today),
            since=since(function, self.today),
            through=through,
            rule=row.id,
            rests_on=(function, *proof),
        )

    def _exists(self, company: EnterpriseNumber) -> bool:
        if self.companies is None:
            return True
        facts = self.companies.get(company)
        return facts is not None and can_act(facts, self.policy)

    def _proof(self, company: EnterpriseNumber, valid: Collection[HeldFunction]) -> tuple[HeldFunction, ...]:
        """The records by which a legal person itself represents the enterprise."""
        rows = ((each, self.row(each)) for each in valid if each.holder_enterprise == company)
        return tuple(each for each, row in rows if row is not None and row.effect is Effect.REPRESENTS)


def _joined(one: LegalRepresentation, other: LegalRepresentation) -> LegalRepresentation:
    """Two records of one function of one person as one, since the earlier of the two."""
    days = [day for day in (one.since, other.since) if day is not None]
    return replace(one, since=min(days, default=None), rests_on=tuple(dict.fromkeys((*one.rests_on, *other.rests_on))))
