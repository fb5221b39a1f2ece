"""The checksum of the feed."""

from __future__ import annotations

import strawberry

from btb.filters import ChangeFilter
from resolvers import changes, checksum
from schema.info import Info
from schema.scalars import Cursor


@strawberry.type(
    description=(
        "What a copy of the mandates not ended at one position must add up to. The form of the lines that are hashed "
        "is written down in docs/feed.md."
    )
)
class FeedChecksum:
    cursor: Cursor = strawberry.field(description="The position it was made for.")
    mandates: int = strawberry.field(description="How many mandates had not ended there and pass the filter.")
    digest: str = strawberry.field(
        description="Sum modulo 2^256 of the SHA-256 of each mandate's line, as 64 hexadecimal digits."
    )


async def feed_checksum(info: Info, asked: ChangeFilter, at: Cursor | None) -> FeedChecksum:
    """The checksum at the cursor, or now. Raises CursorRefused."""
    found = await checksum.checksum(info.context, asked, at)
    return FeedChecksum(
        cursor=Cursor(changes.cursor(info.context, found.position)),
        mandates=found.checksum.mandates,
        digest=found.checksum.digest,
    )
