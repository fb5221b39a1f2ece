"""How far each access-management system has confirmed the feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from btb.actors import Client
from btb.authority import Deed, Ties
from btb.refusals import Problem, ProblemCode, Refused
from btb.systems import AccessManagementSystem
from datasources.register import acknowledgements as register
from datasources.register.acknowledgements import Acknowledgement
from datasources.register.changes import current_head
from resolvers import admission
from resolvers.changes import CursorRefused, position
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Progress:
    """`acknowledged` is the position confirmed in this epoch, None for none; `behind` counts the changes after it."""

    acknowledged: int | None
    acknowledged_at: datetime | None
    behind: int
    connected: bool


async def acknowledge(context: Context, system: str, up_to: str) -> AccessManagementSystem:
    """A system confirms that it has applied everything up to and including the cursor.

    Raises NotAuthenticated, and Refused: a client confirms for its own system only.
    """
    found = context.house.systems.find(system)
    mine = isinstance(context.actor, Client) and context.actor.system == system
    refused = admission.refusal(context, Deed.ACKNOWLEDGE_FEED, Ties(own=mine))
    if isinstance(refused, admission.NotAuthenticated):
        raise refused
    if found is None or not mine:
        raise Refused([Problem(ProblemCode.UNKNOWN_SYSTEM, ("system",))])
    if refused is not None:
        raise Refused([Problem(ProblemCode.NOT_ENTITLED)])
    async with context.house.database.working() as session:
        head = await current_head(session)
        try:
            place = position(context, up_to, head.position)
        except CursorRefused:
            raise Refused([Problem(ProblemCode.CURSOR_INVALID, ("upTo",))]) from None
        await register.acknowledge(session, system, Acknowledgement(head.epoch, place, context.moment))
    return found


async def progress(context: Context, system: AccessManagementSystem) -> Progress:
    """How far a system is, for itself, other readers of the feed, and operators. Raises NotAdmitted."""
    admission.require(context, Deed.READ_FEED_PROGRESS)
    async with context.house.database.reading() as session:
        head = await current_head(session)
        kept = (await register.acknowledged(session)).get(system.code)
    current = kept is not None and kept.epoch == head.epoch
    return Progress(
        acknowledged=kept.position if kept is not None and current else None,
        acknowledged_at=kept.at if kept is not None and current else None,
        behind=head.position - (kept.position if kept is not None and current else 0),
        connected=context.house.listeners[system.code] > 0,
    )
