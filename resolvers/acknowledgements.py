"""How far each access-management system has confirmed the feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from btb.actors import Client
from btb.authority import Deed, Ties
from btb.refusals import Problem, ProblemCode, Refused
from btb.systems import AccessManagementSystem
from datasources.register import acknowledgements as register
from datasources.register.acknowledgements import Acknowledgement
from datasources.register.changes import Head, current_head
from resolvers import admission
from resolvers.changes import CursorRefused, position
from resolvers.context import Context, House
from resolvers.epochs import head_of


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
        head = await head_of(context.house, session)
        try:
            place = position(context, up_to, head.position)
        except CursorRefused:
            raise Refused([Problem(ProblemCode.CURSOR_INVALID, ("upTo",))]) from None
        await register.acknowledge(session, system, Acknowledgement(head.epoch, place, context.moment))
    return found


async def progress(context: Context, systems: Sequence[AccessManagementSystem]) -> list[Progress]:
    """How far each system is, for itself, other readers of the feed, and operators. Raises NotAdmitted."""
    admission.require(context, Deed.READ_FEED_PROGRESS)
    return await progress_in(context.house, systems)


async def progress_in(house: House, systems: Sequence[AccessManagementSystem]) -> list[Progress]:
    """The same for the house's own figures, which nobody is shown as an answer."""
    async with house.database.reading() as session:
        kept = await register.acknowledged(session)
        listening = await house.presence.everywhere(session)
        head = await current_head(session)
    return [_progress(kept.get(system.code), head, system.code in listening) for system in systems]


def _progress(kept: Acknowledgement | None, head: Head, connected: bool) -> Progress:
    """A confirmation of another epoch says nothing about this one. The head is read last, so that nobody is ahead."""
    if kept is None or kept.epoch != head.epoch:
        return Progress(None, None, head.position, connected)
    return Progress(kept.position, kept.at, head.position - kept.position, connected)
