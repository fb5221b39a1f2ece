"""Questions."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import strawberry

from btb.identifiers import EnterpriseNumber
from resolvers import changes, decisions, domains, enterprises, mandates, outages, snapshots
from resolvers.decisions import MOST_QUESTIONS, Question
from schema import search
from schema.access_manager import AccessManager, Delegation, access_manager, delegation
from schema.changes import ChangeFilter, ChangePage, Snapshot, change_page, wanted
from schema.checksum import FeedChecksum, feed_checksum
from schema.costs import bounded, length, sized
from schema.decisions import AccessDecision, AccessQuestion
from schema.domain import AccessManagementSystem, Domain, domain
from schema.enterprise import Enterprise
from schema.info import Info
from schema.outages import Outage
from schema.persons_named import PersonReference
from schema.scalars import Cursor
from schema.viewer import Viewer, viewer_of

Found = TypeVar("Found")


def shown(found: Found | Exception) -> Found:
    """What was found. Raises the failure found in its place."""
    if isinstance(found, Exception):
        raise found
    return found


@strawberry.type(description="Questions.")
class Query:
    @strawberry.field(description="One enterprise by its number; null where KBO does not know it.")
    async def enterprise(self, info: Info, enterprise_number: EnterpriseNumber) -> Enterprise | None:
        (found,) = await enterprises.enterprises(info.context, [enterprise_number])
        return None if found is None else Enterprise(enterprise_number=found)

    @strawberry.field(
        description="At most 200; the answer has the order and length of the question, null where KBO knows nothing.",
        directives=[bounded(enterprises.MOST_ENTERPRISES)],
    )
    async def enterprises(self, info: Info, enterprise_numbers: list[EnterpriseNumber]) -> list[Enterprise | None]:
        found = await enterprises.enterprises(info.context, enterprise_numbers)
        return [None if number is None else Enterprise(enterprise_number=number) for number in found]

    @strawberry.field(description="One domain by its code; null for an unknown one.")
    def domain(self, info: Info, code: strawberry.ID) -> Domain | None:
        return domain(info, code)

    @strawberry.field(description="All domains, in their official order; twenty of them.")
    def domains(self, info: Info) -> list[Domain]:
        return [Domain(domain=each) for each in domains.domains(info.context)]

    @strawberry.field(description="Every system that grants actual access; a handful.")
    def access_management_systems(self, info: Info) -> list[AccessManagementSystem]:
        return [AccessManagementSystem(system=each) for each in domains.systems(info.context)]

    @strawberry.field(
        description="One mandate by its id; null where there is none, and where the reader may not see it."
    )
    async def access_manager(self, info: Info, id: strawberry.ID) -> AccessManager | None:
        (found,) = await mandates.by_ids(info.context, [id])
        return access_manager(info, shown(found))

    @strawberry.field(
        description="One delegation by its id; null where there is none, and where the reader may not see it."
    )
    async def delegation(self, info: Info, id: strawberry.ID) -> Delegation | None:
        (found,) = await mandates.delegations_by_ids(info.context, [id])
        return delegation(info, shown(found))

    @strawberry.field(
        description=(
            "Who is asking, and for which enterprises they may act: as KBO legal representative or by mandate. "
            "Null where nobody said who asks."
        )
    )
    def viewer(self, info: Info) -> Viewer | None:
        return viewer_of(info)

    @strawberry.field(
        description="May this person manage access in this domain for this enterprise, and why (not)? Default: now."
    )
    async def may_manage(
        self,
        info: Info,
        enterprise_number: EnterpriseNumber,
        person: PersonReference,
        domain: strawberry.ID,
        at: datetime | None = None,
    ) -> AccessDecision:
        (answer,) = await decisions.decide(info.context, [Question(enterprise_number, person.named(), domain, at)])
        return AccessDecision(made=shown(answer))

    @strawberry.field(description="At most 1000 at once, answered in order.", directives=[bounded(MOST_QUESTIONS)])
    async def may_manage_many(self, info: Info, questions: list[AccessQuestion]) -> list[AccessDecision]:
        answers = await decisions.decide(info.context, [question.asked() for question in questions])
        return [AccessDecision(made=shown(answer)) for answer in answers]

    @strawberry.field(
        description=(
            "The authoritative way to read the feed: everything after the cursor that passes the filter; without a "
            "cursor, from the first change on. first <= 500. A page may be shorter, and even empty, while `hasMore`."
        ),
        directives=[sized("first", fields=["changes"])],
    )
    async def changes(
        self, info: Info, after: Cursor | None = None, first: int | None = 100, filter: ChangeFilter | None = None
    ) -> ChangePage:
        return change_page(info, await changes.page(info.context, after, length(first, 100), wanted(info, filter)))

    @strawberry.field(
        description=(
            "Every mandate not ended at one moment, and the cursor of that moment: where a new consumer starts. "
            "Scheduled and suspended ones are among them, as their status says. first <= 500."
        ),
        directives=[sized("first", fields=["mandates"])],
    )
    async def snapshot(
        self, info: Info, filter: ChangeFilter | None = None, first: int | None = 500, after: str | None = None
    ) -> Snapshot:
        page = await snapshots.snapshot(info.context, wanted(info, filter), length(first, 500), after)
        return Snapshot(
            mandates=[AccessManager(mandate=mandate, at=page.at) for mandate in page.mandates],
            cursor=Cursor(changes.cursor(info.context, page.position)),
            end_cursor=page.end,
            has_next_page=page.end is not None,
        )

    @strawberry.field(
        description=(
            "What a copy of the mandates not ended at the cursor must add up to (default: now), so that a consumer can "
            "prove that it misses nothing. The types of the filter do not count."
        )
    )
    async def checksum(self, info: Info, filter: ChangeFilter | None = None, at: Cursor | None = None) -> FeedChecksum:
        return await feed_checksum(info, wanted(info, filter), at)

    @strawberry.field(description="Planned and unplanned outages, current and coming, in order of start; at most 500.")
    async def outages(self, info: Info, include_past: bool | None = False) -> list[Outage]:
        return [Outage(fact=each) for each in await outages.outages(info.context, bool(include_past))]

    @strawberry.field(description=search.DESCRIPTION, directives=search.DIRECTIVES)
    async def enterprise_search(
        self, info: Info, text: str, first: int = 10, after: str | None = None
    ) -> search.EnterpriseSearchPage:
        return await search.enterprise_search_page(info, text, first, after)
