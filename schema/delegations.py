"""Pages of delegations."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import federation

from resolvers.delegations import DelegationPage
from resolvers.pages import place
from schema.access_manager import Delegation


@federation.type(shareable=True, description="Where a page stands among all.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows.")
    has_previous_page: bool = strawberry.field(description="Whether something came before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge; null for an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge; null for an empty page.")


@strawberry.type(description="One delegation and its place.")
class DelegationEdge:
    cursor: str = strawberry.field(description="Hand back as `after` to read on behind it.")
    node: Delegation = strawberry.field(description="The delegation.")


@strawberry.type(description="A page of delegations.")
class DelegationConnection:
    edges: list[DelegationEdge] = strawberry.field(description="At most as many as asked.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many there are before paging.")


def connection(page: DelegationPage, at: datetime) -> DelegationConnection:
    """The answer for a page."""
    edges = [
        DelegationEdge(
            cursor=place(delegation.granted_at, delegation.id),
            node=Delegation(mandate=mandate, delegation=delegation, at=at),
        )
        for mandate, delegation in page.delegations
    ]
    return DelegationConnection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=page.total,
    )
