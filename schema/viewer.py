"""Who is asking."""

from __future__ import annotations

from datetime import datetime

import strawberry

from btb.actors import Anonymous, Citizen, Client
from datasources.register import consultations as facts
from resolvers import viewer
from resolvers.viewer import Capacity
from schema.access_manager import Actor
from schema.costs import length, sized
from schema.enterprise import Enterprise
from schema.info import Info
from schema.person import Person


@strawberry.type(description="An enterprise that whoever asks may act for.")
class ViewerEnterprise:
    found: strawberry.Private[viewer.ViewerEnterprise]

    @strawberry.field(description="The enterprise.")
    def enterprise(self) -> Enterprise:
        return Enterprise(enterprise_number=self.found.enterprise)

    @strawberry.field(description="In which capacities; at least one.")
    def capacities(self) -> list[Capacity]:
        return list(self.found.capacities)

    @strawberry.field(description="Whether a request to appoint the chief would be let in with this login.")
    def may_appoint_chief(self) -> bool:
        return self.found.may_appoint_chief


@strawberry.type(description="One disclosure of data about a person to somebody else.")
class Consultation:
    fact: strawberry.Private[facts.Consultation]

    @strawberry.field(description="When.")
    def at(self) -> datetime:
        return self.fact.at

    @strawberry.field(description="Who consulted.")
    def by(self) -> Actor:
        return Actor(reference=self.fact.actor)

    @strawberry.field(description="What was shown, by name; never its content.")
    def what(self) -> str:
        return self.fact.what

    @strawberry.field(description="For which enterprise, where it was for one.")
    def enterprise(self) -> Enterprise | None:
        return None if self.fact.enterprise is None else Enterprise(enterprise_number=self.fact.enterprise)

    @strawberry.field(description="What for, in the words of whoever consulted.")
    def purpose(self) -> str | None:
        return self.fact.purpose


@strawberry.type(description="A page of consultations, newest first.")
class ConsultationPage:
    consultations: list[Consultation] = strawberry.field(description="At most as many as asked.")
    end_cursor: str | None = strawberry.field(description="Hand back as `after`; null for an empty page.")
    has_next_page: bool = strawberry.field(description="Whether older ones follow.")


@strawberry.type(description="Who is asking, and for which enterprises they may act.")
class Viewer:
    actor: strawberry.Private[Citizen | Client]

    @strawberry.field(description="The person who logged in; null for a machine.")
    def person(self) -> Person | None:
        return Person(person=self.actor.person) if isinstance(self.actor, Citizen) else None

    @strawberry.field(description="The machine client; null for a person.")
    def client(self) -> str | None:
        return self.actor.client if isinstance(self.actor, Client) else None

    @strawberry.field(
        description="Assurance level of the login (500 eID, 450 itsme, 400, 300, 100); null for a machine."
    )
    def assurance_level(self) -> int | None:
        return self.actor.assurance if isinstance(self.actor, Citizen) else None

    @strawberry.field(description="What the token opens here; at most all scopes there are.")
    def scopes(self) -> list[str]:
        return sorted(scope.value for scope in self.actor.scopes)

    @strawberry.field(
        description=(
            "The enterprises this person represents by KBO or holds an active mandate in, by number; as many as there "
            "are."
        )
    )
    async def enterprises(self, info: Info) -> list[ViewerEnterprise]:
        return [ViewerEnterprise(found=each) for each in await viewer.enterprises(info.context)]

    @strawberry.field(
        description="Who consulted my national number or my mandates, when and for what purpose; first <= 200.",
        directives=[sized("first", fields=["consultations"])],
    )
    async def consultations(self, info: Info, first: int | None = 50, after: str | None = None) -> ConsultationPage:
        page = await viewer.consultations_of_viewer(info.context, length(first, 50), after)
        return ConsultationPage(
            consultations=[Consultation(fact=each) for each in page.consultations],
            end_cursor=page.end,
            has_next_page=page.has_next,
        )


def viewer_of(info: Info) -> Viewer | None:
    """Whoever asks; None for somebody unknown."""
    actor = info.context.actor
    return None if isinstance(actor, Anonymous) else Viewer(actor=actor)
