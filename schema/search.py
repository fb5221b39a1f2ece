"""Looking enterprises up by name or number, for front ends."""

from __future__ import annotations

from typing import Final

import strawberry
from strawberry.federation.schema_directives import Cost

from resolvers.search import LONGEST, MOST, SearchPage, enterprise_search
from schema.costs import sized
from schema.delegations import PageInfo
from schema.enterprise import Enterprise
from schema.info import Info

DESCRIPTION: Final = (
    "Enterprises by number or by name, best first. Names are found in any of their languages, by their beginning or by "
    "words in them, without regard to accents, case, dots and words for the legal form, and with typing errors. "
    f"The text has at most {LONGEST} characters, a page at most {MOST} enterprises, all pages together 200."
)
DIRECTIVES: Final = (Cost(weight=10), sized("first", fields=["edges"]))


@strawberry.type(description="An enterprise found, and its place.")
class EnterpriseSearchEdge:
    cursor: str = strawberry.field(description="Hand back as `after`, with the same text, to read on behind it.")
    node: Enterprise = strawberry.field(description="The enterprise.")
    score: float = strawberry.field(description="How well it answers, from 0 to 1; comparable within one answer only.")
    matched_name: str | None = strawberry.field(description="The name that matched; null where its number did.")


@strawberry.type(description="A page of enterprises found.")
class EnterpriseSearchPage:
    edges: list[EnterpriseSearchEdge] = strawberry.field(description="At most as many as asked, best first.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    available: bool = strawberry.field(
        description="Whether names were searched. False where this service holds no extract of KBO: whole numbers only."
    )


async def enterprise_search_page(info: Info, text: str, first: int, after: str | None) -> EnterpriseSearchPage:
    """The answer for what was typed."""
    return _page(await enterprise_search(info.context, text, first, after))


def _page(page: SearchPage) -> EnterpriseSearchPage:
    edges = [
        EnterpriseSearchEdge(
            cursor=hit.cursor,
            node=Enterprise(enterprise_number=hit.match.number),
            score=hit.match.score,
            matched_name=hit.match.name,
        )
        for hit in page.hits
    ]
    return EnterpriseSearchPage(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        available=page.names_searched,
    )
