"""What is asked of the feed: pages, a snapshot to start from, a stream, and confirmation by those who read it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from btb.actors import Client
from btb.authority import Deed
from btb.changes import Change, ChangeType
from btb.cursors import CursorInvalid, CursorOfOtherEpoch
from btb.filters import ChangeFilter
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from datasources.feed import PAGE
from datasources.feed_items import Batch, FeedItem, Interrupted
from datasources.followers import Follower, InterruptionReason
from datasources.register import changes as log
from datasources.register import histories as register
from datasources.register.database import ReadSession
from datasources.register.failures import OutcomeUnknown, RegisterUnavailable
from resolvers import admission, disclosures
from resolvers.context import Context
from resolvers.enterprises import MOST_ENTERPRISES, TooMany
from resolvers.epochs import head_of
from resolvers.listening import REASONS, interruptible
from resolvers.pages import within

logger = logging.getLogger("btb.feed")

_PAUSE = 0.25
"""Seconds until what could not be written down is tried again."""


class CursorRefused(Exception):
    """A cursor that cannot be read on from; `go_on` is where the caller can, None: only from a snapshot."""

    def __init__(self, reason: InterruptionReason, go_on: str | None = None) -> None:
        self.reason = reason
        self.go_on = go_on
        super().__init__(reason)


class UnknownSystem(LookupError):
    """A filter names an access-management system that does not exist."""


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in feed order; `end` is the position to read on from."""

    changes: tuple[Change, ...]
    end: int
    has_more: bool


def cursor(context: Context, position: int) -> str:
    """The cursor behind the change at this position; 0 is before the first."""
    return context.house.cursors.write(position)


def position(context: Context, text: str, head: int) -> int:
    """The position of a cursor that can be read on from. Raises CursorRefused, which says where to go on."""
    try:
        found = context.house.cursors.read(text)
    except CursorOfOtherEpoch:
        raise CursorRefused(InterruptionReason.CURSOR_OF_OTHER_EPOCH) from None
    except CursorInvalid:
        raise CursorRefused(InterruptionReason.CURSOR_INVALID) from None
    if found > head:
        raise CursorRefused(InterruptionReason.CURSOR_AHEAD, context.house.cursors.write(head))
    return found


async def start_of(context: Context, session: ReadSession, text: str, head: int) -> int:
    """The position of a cursor from which nothing that is kept has been missed. Raises CursorRefused.

    With a retention, a cursor whose next change was recorded longer ago is expired; going on anywhere else would skip
    changes, so only a snapshot helps.
    """
    found, kept = position(context, text, head), context.house.feed_retention
    if kept is not None and found < head:
        following = await log.change_at(session, found + 1)
        if following is None or following.recorded_at < context.moment - kept:
            raise CursorRefused(InterruptionReason.CURSOR_EXPIRED)
    return found


def wanted(
    context: Context,
    enterprises: Collection[EnterpriseNumber] | None,
    domains: Collection[str] | None,
    system: str | None,
    types: Collection[ChangeType] | None,
) -> ChangeFilter:
    """What a reader asks for, within what it may see: a consuming system is held to the domains it serves.

    Of domains that its system does not serve it hears nothing. Raises TooMany, UnknownSystem.
    """
    if enterprises is not None and len(enterprises) > MOST_ENTERPRISES:
        raise TooMany("enterprises", MOST_ENTERPRISES)
    most = len(tuple(context.house.domains))
    if domains is not None and len(domains) > most:
        raise TooMany("domains", most)
    asked = None if domains is None else frozenset(domains)
    if system is not None:
        found = context.house.systems.find(system)
        if found is None:
            raise UnknownSystem
        asked = found.domains if asked is None else asked & found.domains
    served = admission.served_domains(context)
    if served is not None:
        asked = served if asked is None else asked & served
    return ChangeFilter(
        enterprises=None if enterprises is None else frozenset(enterprises),
        domains=asked,
        types=None if types is None else frozenset(types),
    )


async def page(context: Context, after: str | None, first: int, asked: ChangeFilter) -> Page:
    """The authoritative way to read: the next changes after the cursor that pass. Raises CursorRefused, PageRefused."""
    admission.require(context, Deed.READ_FEED)
    within(first, PAGE)
    async with context.house.database.reading() as session:
        head = (await head_of(context.house, session)).position
        start = 0 if after is None else await start_of(context, session, after, head)
        found = await log.page_after(session, start, first, asked)
    shown = admission.visible_changes(context, found.changes)
    await _disclosed(context, shown)
    return Page(shown, found.through, found.has_more)


async def histories(
    context: Context, numbers: Sequence[EnterpriseNumber], first: int, after: str | None
) -> list[Page | Exception]:
    """What happened to each enterprise's mandates, oldest first. Raises CursorRefused, PageRefused."""
    within(first, PAGE)
    refused = await admission.to_enterprises(context, Deed.READ_MANDATES, numbers)
    served = ChangeFilter(domains=admission.served_domains(context))
    answers: list[Page | Exception] = []
    async with context.house.database.reading() as session:
        head = (await head_of(context.house, session)).position
        start = 0 if after is None else position(context, after, head)
        admitted = {number for refusal, number in zip(refused, numbers, strict=True) if refusal is None}
        found = await register.histories(session, admitted, start, first + 1)
    for refusal, number in zip(refused, numbers, strict=True):
        if refusal is not None:
            answers.append(refusal)
            continue
        kept = found[number][:first]
        end = kept[-1].position or start if kept else start
        shown = admission.visible_changes(context, [each for each in kept if served.passes(each)])
        answers.append(Page(shown, end, len(found[number]) > first))
    pages = [answer for answer in answers if isinstance(answer, Page)]
    await _disclosed(context, [change for each in pages for change in each.changes], disclosures.MANDATES)
    return answers


async def follow(context: Context, after: str | None, asked: ChangeFilter) -> AsyncGenerator[FeedItem, None]:
    """The feed for one who follows: first everything after the cursor, then what comes, and a last word at the end."""
    feed, notice = context.house.feed, context.interruption
    try:
        start = await feed.now() if after is None else await feed.readings.of(_start(context, after))
    except CursorRefused as refused:
        yield Interrupted(refused.reason, None if refused.go_on is None else context.house.cursors.read(refused.go_on))
        return
    if notice is not None and notice.reason is not None:
        yield Interrupted(REASONS[notice.reason], start if notice.reached is None else notice.reached)
        return
    if notice is not None:
        notice.reached = start
    with interruptible(notice) as follower, context.house.presence.of(_system(context)):
        async with aclosing(feed.follow(start, asked, follower)) as items:
            async for item in items:
                shown = await _shown(context, item, follower) if isinstance(item, Batch) else item
                if notice is not None and not isinstance(shown, Interrupted):
                    notice.reached = shown.to
                yield shown
                if isinstance(shown, Interrupted):
                    return


async def _shown(context: Context, batch: Batch, follower: Follower) -> Batch | Interrupted:
    """What a follower is shown of a batch, written down for it now.

    What cannot be written down is not shown yet: a register out of reach for a while costs time, and no stream.
    """
    shown = admission.visible_changes(context, batch.changes)
    while True:
        try:
            await disclosures.in_stream(context, _mandates(shown), disclosures.FEED)
            return Batch(batch.start, batch.to, shown)
        except (RegisterUnavailable, OutcomeUnknown) as failure:
            logger.warning("What the feed shows could not be written down yet: %s", failure.reason)
        if follower.reason is not None:
            return Interrupted.of(follower, batch.start)
        await follower.rung(_PAUSE)


async def _start(context: Context, after: str) -> int:
    """Where a follower begins. This process may not have seen yet what the database has: another wrote the cursor."""
    async with context.house.database.reading() as session:
        head = (await head_of(context.house, session)).position
        return await start_of(context, session, after, head)


def _system(context: Context) -> str | None:
    return context.actor.system if isinstance(context.actor, Client) else None


async def _disclosed(context: Context, shown: Sequence[Change], what: str = disclosures.FEED) -> None:
    await disclosures.of_mandates(context, _mandates(shown), what)


def _mandates(shown: Sequence[Change]) -> list[Mandate]:
    return [change.mandate for change in shown if change.mandate is not None]
