"""Domains, the applications placed in them, and the systems that grant the actual access."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import federation

from btb import domains, systems
from btb.enterprises import Language
from execution.batching import Each, batched
from resolvers import acknowledgements, applications, changes
from resolvers import domains as questions
from schema.info import Info
from schema.scalars import Cursor

if TYPE_CHECKING:
    from schema.applications import Application

LazyApplication = Annotated["Application", strawberry.lazy("schema.applications")]


@federation.type(
    keys=["code"],
    description=(
        "A group of applications of public services, such as FINANCE. Twenty of them; data, not code. "
        "Dutch: domein; French: domaine; German: Bereich."
    ),
)
class Domain:
    domain: strawberry.Private[domains.Domain]

    @strawberry.field(description="Stable code, such as FINANCE.")
    def code(self) -> strawberry.ID:
        return strawberry.ID(self.domain.code)

    @strawberry.field(description="Name in the language asked; default: the language of the request, else Dutch.")
    def name(self, info: Info, language: Language | None = None) -> str:
        return self.domain.name(language or info.context.language)

    @strawberry.field(description="The applications on offer in this domain, in order of code; some hundreds at most.")
    @batched
    async def applications(several: list[Domain], info: Info) -> Each[list[LazyApplication]]:
        from schema.applications import Application  # here: that module refers back to Domain

        found = await applications.by_domains(info.context, [each.domain.code for each in several])
        return [[Application(fact=fact) for fact in offered] for offered in found]

    @strawberry.field(description="The systems that grant access in this domain; at most as many as there are systems.")
    def access_management_systems(self, info: Info) -> list[AccessManagementSystem]:
        return [
            AccessManagementSystem(system=system)
            for system in questions.systems_serving(info.context, self.domain.code)
        ]

    @classmethod
    def resolve_reference(cls, info: Info, code: strawberry.ID) -> Domain | None:
        """The domain with this code, None for an unknown one."""
        return domain(info, code)


@strawberry.type(description="How far a system has confirmed the feed.")
class FeedProgress:
    progress: strawberry.Private[acknowledgements.Progress]

    @strawberry.field(description="Everything up to and including this is applied; null where nothing was confirmed.")
    def acknowledged(self, info: Info) -> Cursor | None:
        position = self.progress.acknowledged
        return None if position is None else Cursor(changes.cursor(info.context, position))

    @strawberry.field(description="When that was confirmed.")
    def acknowledged_at(self) -> datetime | None:
        return self.progress.acknowledged_at

    @strawberry.field(description="How many changes of the whole feed were recorded after it.")
    def behind(self) -> int:
        return self.progress.behind

    @strawberry.field(description="Whether the system follows the feed at the process that answers.")
    def connected(self) -> bool:
        return self.progress.connected


@federation.type(
    keys=["code"],
    description=(
        "A system that grants the actual access: UMAN (social security), RMA (federal), VO_TGB (Flemish government)."
    ),
)
class AccessManagementSystem:
    system: strawberry.Private[systems.AccessManagementSystem]

    @strawberry.field(description="Stable code, such as UMAN.")
    def code(self) -> strawberry.ID:
        return strawberry.ID(self.system.code)

    @strawberry.field(description="The name its owner gives it.")
    def name(self) -> str:
        return self.system.name

    @strawberry.field(description="The public service that runs it.")
    def owner(self) -> str:
        return self.system.owner

    @strawberry.field(description="The domains it serves; at most twenty.")
    def domains(self, info: Info) -> list[Domain]:
        return [Domain(domain=served) for served in questions.domains_served(info.context, self.system)]

    @federation.field(
        description="How far this system has confirmed the feed.",
        requires_scopes=[["btb:feed:read"], ["btb:operate"]],
    )
    @batched
    async def feed(several: list[AccessManagementSystem], info: Info) -> Each[FeedProgress | None]:
        found = await acknowledgements.progress(info.context, [each.system for each in several])
        return [FeedProgress(progress=each) for each in found]

    @classmethod
    def resolve_reference(cls, info: Info, code: strawberry.ID) -> AccessManagementSystem | None:
        """The system with this code, None for an unknown one."""
        system = questions.system(info.context, str(code))
        return None if system is None else cls(system=system)


def domain(info: Info, code: strawberry.ID) -> Domain | None:
    """The domain with this code, None for an unknown one."""
    found = questions.domain(info.context, str(code))
    return None if found is None else Domain(domain=found)
