"""Which KBO functions represent an enterprise, as a table; each row says where it comes from.

The official list of representing functions could not be read. What is not in this table does not represent, and
`btb.representation.unknown_codes` tells which codes were met that the table does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from btb.enterprises import EnterpriseFacts, EnterpriseKind, EnterpriseStatus, Representation

RULES_VERSION = "2026-10"
"""Kept as evidence with what was decided by these rules; changes with every change of this table."""


class Regime(StrEnum):
    """Who may speak for an enterprise in its juridical situation."""

    NORMAL = "NORMAL"
    LIQUIDATION = "LIQUIDATION"
    BANKRUPTCY = "BANKRUPTCY"
    CEASED = "CEASED"


_SITUATIONS = {
    Regime.NORMAL: "000 001 002 003 020 030 031 040 041 042 043 090 091 100",
    Regime.LIQUIDATION: "010 011 012 013 112",
    Regime.BANKRUPTCY: "048 049 050",
    Regime.CEASED: "006 014 015 016 017 018 019 021 022 023 024 025 026 051 052 053 111 999",
}
REGIMES = {code: regime for regime, codes in _SITUATIONS.items() for code in codes.split()}
"""The regime of every juridical situation of KBO; one that is not here lets nobody represent."""


class Effect(StrEnum):
    """What a row says of a function it matches."""

    REPRESENTS = "REPRESENTS"
    REPRESENTS_THROUGH = "REPRESENTS_THROUGH"
    """Represents while the legal person named in the record itself holds a representing function."""
    NEVER = "NEVER"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. None in a column means that it does not matter.

    `holders` are the ways a function may be held for the row to name a person or a legal person that represents.
    """

    id: str
    codes: frozenset[str]
    effect: Effect
    source: str
    regimes: frozenset[Regime] = frozenset({Regime.NORMAL})
    kinds: frozenset[EnterpriseKind] | None = None
    forms: frozenset[str] | None = None
    holders: frozenset[Representation] = frozenset(Representation)

    def matches(self, code: str, kind: EnterpriseKind, form: str | None, regime: Regime) -> bool:
        """Whether the row is about this function in an enterprise of this kind, form and regime."""
        return (
            code in self.codes
            and regime in self.regimes
            and (self.kinds is None or kind in self.kinds)
            and (self.forms is None or form in self.forms)
        )


_BY_A_PERSON = frozenset({Representation.PERSON})

RULES: tuple[Rule, ...] = (
    Rule(
        id="founder",
        codes=frozenset({"00001"}),
        effect=Effect.REPRESENTS,
        kinds=frozenset({EnterpriseKind.NATURAL_PERSON}),
        holders=_BY_A_PERSON,
        source="KBO answers of 2020 (organisation-registry): founder of a natural-person entity, type 1 only",
    ),
    Rule(
        id="organ",
        codes=frozenset({"10002", "10005", "10006", "10007"}),
        effect=Effect.REPRESENTS,
        source="KBO answers (MAGDA reference data, organisation-registry): directors and managers",
    ),
    Rule(
        id="legal-representative",
        codes=frozenset({"10031"}),
        effect=Effect.REPRESENTS,
        source="KBO answers of 2020 (organisation-registry): by its label",
    ),
    Rule(
        id="permanent-representative",
        codes=frozenset({"10003"}),
        effect=Effect.REPRESENTS_THROUGH,
        holders=frozenset({Representation.PERSON_FOR_ENTERPRISE}),
        source="MAGDA GeefFuncties-02.00: acts for the legal person named in the same record",
    ),
    Rule(
        id="vat-unit",
        codes=frozenset({"00004"}),
        effect=Effect.REPRESENTS,
        forms=frozenset({"003"}),
        source="KBO answers (MAGDA reference data): representative of the VAT unit, form 003 only",
    ),
    Rule(
        id="trustee",
        codes=frozenset({"90001"}),
        effect=Effect.REPRESENTS,
        regimes=frozenset({Regime.BANKRUPTCY}),
        holders=_BY_A_PERSON,
        source="KBO answers (MAGDA reference data): by the court, in situations 048 to 050 instead of the organs",
    ),
    Rule(
        id="auditor",
        codes=frozenset({"10021"}),
        effect=Effect.NEVER,
        regimes=frozenset(Regime),
        source="KBO answers (MAGDA reference data): permanent representative of the auditor, audits only",
    ),
    Rule(
        id="entrepreneurial-skill",
        codes=frozenset({"20008", "20023", "20045", "20090", "20202"}),
        effect=Effect.NEVER,
        regimes=frozenset(Regime),
        source="KBO answers (MAGDA reference data, organisation-registry): proofs of skill, no mandate",
    ),
    Rule(
        id="unconfirmed",
        codes=frozenset({"11000", "30000"}),
        effect=Effect.NEVER,
        regimes=frozenset(Regime),
        source="KBO answers of 2020 (organisation-registry): substitute notary, working partner; power not confirmed",
    ),
    Rule(
        id="test-value",
        codes=frozenset({"43210"}),
        effect=Effect.NEVER,
        regimes=frozenset(Regime),
        source="MAGDA reference data: a value for tests of unknown codes",
    ),
)

KNOWN_CODES = frozenset(code for rule in RULES for code in rule.codes if rule.id != "test-value")
"""Codes the table says something of."""


def liquidators(codes: frozenset[str]) -> Rule:
    """The row for the liquidator, whose code in KBO is unknown: an operator who knows it names it."""
    return Rule(
        id="liquidator",
        codes=codes,
        effect=Effect.REPRESENTS,
        regimes=frozenset({Regime.LIQUIDATION}),
        source="Setting: codes of the liquidator, in situations 010 to 013 and 112 instead of the organs",
    )


def working_partners(forms: frozenset[str]) -> Rule:
    """The row for the working partner in partnerships, whose power the owner of the service has to confirm."""
    return Rule(
        id="working-partner",
        codes=frozenset({"30000"}),
        effect=Effect.REPRESENTS,
        forms=forms,
        source="Setting: forms in which a working partner represents",
    )


_ENDED = frozenset({EnterpriseStatus.CLOSED, EnterpriseStatus.STOPPED, EnterpriseStatus.CANCELLED})


def has_ceased(facts: EnterpriseFacts) -> bool:
    """Whether KBO says that the enterprise is no more, by its status or by a situation that is its end."""
    return facts.status in _ENDED or regime_of(facts) is Regime.CEASED


def regime_of(facts: EnterpriseFacts) -> Regime | None:
    """The regime of the enterprise's situation; None where KBO gives none, or one that is not in the list."""
    situation = facts.juridical_situation
    return None if situation is None else REGIMES.get(situation.code.strip().zfill(3))
