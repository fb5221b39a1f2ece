"""A checksum of the mandates at one position: with it a consumer proves that its copy equals the register."""

from __future__ import annotations

from dataclasses import dataclass

from btb.authority import Deed
from btb.checksums import Checksum, line
from btb.filters import ChangeFilter
from btb.mandates import MandateId
from datasources.feed import PAGE
from datasources.register import changes as log
from datasources.register.snapshots import snapshot_page
from resolvers import admission
from resolvers.changes import position
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class ChecksumAt:
    """The checksum of the mandates not ended at a position."""

    position: int
    checksum: Checksum


async def checksum(context: Context, asked: ChangeFilter, at: str | None) -> ChecksumAt:
    """Over what a snapshot of that position would hold; where no cursor is named, of now. Raises CursorRefused.

    One page is in memory at a time, and each is read by itself, so that nobody waits for a long sum. The types of a
    filter say nothing about mandates.
    """
    admission.require(context, Deed.TAKE_SNAPSHOT)
    async with context.house.database.reading() as session:
        head = (await log.current_head(session)).position
    place = head if at is None else position(context, at, head)
    found, behind, more = Checksum(), None, True
    while more:
        found, behind = await _one_page(context, place, behind, asked, found)
        more = behind is not None
    return ChecksumAt(place, found)


async def _one_page(
    context: Context, place: int, behind: MandateId | None, asked: ChangeFilter, found: Checksum
) -> tuple[Checksum, MandateId | None]:
    async with context.house.database.reading() as session:
        page = await snapshot_page(session, place, PAGE, behind, asked)
    for mandate in page.mandates:
        found = found.plus(line(mandate, asked))
    return found, page.end
