"""May this person manage access in this domain for this enterprise, and why?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from btb.decisions import DecisionReason
from btb.enterprises import Language
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from btb.representation import LegalRepresentation
from execution.batching import Each, batched
from resolvers import decisions, explanations
from schema.access_manager import AccessManager, Delegation
from schema.enterprise import LegalRepresentative
from schema.info import Info
from schema.persons_named import PersonReference
from schema.values import SourceReading

Evidence = Annotated[
    AccessManager | Delegation | LegalRepresentative,
    strawberry.union("Evidence", description="What a decision rests on."),
]


@strawberry.input(description="One question of many.")
class AccessQuestion:
    enterprise_number: EnterpriseNumber = strawberry.field(description="The enterprise.")
    person: PersonReference = strawberry.field(description="The person.")
    domain: strawberry.ID = strawberry.field(description="Code of the domain.")
    at: datetime | None = strawberry.field(default=None, description="The moment; default: now.")

    def asked(self) -> decisions.Question:
        """What the resolvers understand."""
        return decisions.Question(self.enterprise_number, self.person.named(), self.domain, self.at)


@strawberry.type(description="A yes or a no, with its reason and what it rests on.")
class AccessDecision:
    made: strawberry.Private[decisions.Answer]

    @strawberry.field(description="Whether the person may.")
    def allowed(self) -> bool:
        return self.made.decision.allowed

    @strawberry.field(description="Why, or why not.")
    def reason(self) -> DecisionReason:
        return self.made.decision.reason

    @strawberry.field(description="The mandate, delegation or KBO function the answer rests on; a handful at most.")
    @batched
    async def because(several: list[AccessDecision], info: Info) -> Each[list[Evidence]]:
        grounded = await explanations.grounded(info.context, [each.made for each in several])
        return [[_evidence(fact, decision.at) for fact in decision.because] for decision in grounded]

    @strawberry.field(description="What would change the answer, in words for a person.")
    @batched
    async def explanation(several: list[AccessDecision], info: Info, language: Language | None = None) -> Each[str]:
        made = [each.made for each in several]
        return await explanations.explained(info.context, made, language or info.context.language)

    @strawberry.field(description="The moment the answer is about.")
    def at(self) -> datetime:
        return self.made.at

    @strawberry.field(description="The enterprise's version the answer rests on.")
    def enterprise_version(self) -> int:
        return self.made.chart.version

    @strawberry.field(description="When each source was read; at most one of each.")
    def sources(self) -> list[SourceReading]:
        return [SourceReading.of(reading) for reading in self.made.readings]


def _evidence(fact: decisions.Fact, at: datetime) -> AccessManager | Delegation | LegalRepresentative:
    match fact:
        case LegalRepresentation():
            return LegalRepresentative(fact=fact)
        case Mandate():
            return AccessManager(mandate=fact, at=at)
        case (mandate, delegation):
            return Delegation(mandate=mandate, delegation=delegation, at=at)
