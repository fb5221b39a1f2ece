"""Every mandate at one moment, page by page, and the cursor of that moment: where a new consumer starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from btb.authority import Deed
from btb.cursors import Cursors
from btb.filters import ChangeFilter
from btb.mandates import Mandate, MandateId
from datasources.feed import PAGE
from datasources.register.snapshots import snapshot_page
from resolvers import admission, disclosures
from resolvers.changes import position
from resolvers.context import Context
from resolvers.epochs import head_of
from resolvers.pages import place, placed, within


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page of the mandates not ended at `position`; `end` is where the next page begins, None on the last."""

    mandates: tuple[Mandate, ...]
    position: int
    at: datetime
    end: str | None


async def snapshot(context: Context, asked: ChangeFilter, first: int, after: str | None) -> Snapshot:
    """The next page; the first one fixes position and moment for all that follow. Raises PageRefused, CursorRefused."""
    admission.require(context, Deed.TAKE_SNAPSHOT)
    within(first, PAGE)
    async with context.house.database.reading() as session:
        head = (await head_of(context.house, session)).position
        if after is None:
            start, at, behind = head, context.moment, None
        else:
            start, at, behind = _read(context, after, head)
        page = await snapshot_page(session, start, first, behind, asked)
    shown = tuple(admission.visible(context, page.mandates))
    await disclosures.of_mandates(context, shown, disclosures.FEED)
    end = None if page.end is None else _written(context.house.cursors, start, at, page.end)
    return Snapshot(shown, start, at, end)


def _written(cursors: Cursors, start: int, at: datetime, last: MandateId) -> str:
    return f"{cursors.write(start)}.{place(at, last)}"


def _read(context: Context, text: str, head: int) -> tuple[int, datetime, MandateId]:
    cursor, _, tail = text.partition(".")
    at, last = placed(tail)
    return position(context, cursor, head), at, MandateId(last)
