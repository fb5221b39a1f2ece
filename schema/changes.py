"""The feed: immutable facts of the register, page by page or as they come."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, assert_never

import strawberry

from btb import changes as facts
from btb import filters
from btb.changes import ChangeCause, ChangeType
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, EndReason
from datasources import feed_items
from datasources.feed_items import FeedItem
from datasources.followers import InterruptionReason
from resolvers import changes, domains
from schema.access_manager import AccessManager, Actor, Delegation
from schema.domain import Domain
from schema.enterprise import Enterprise
from schema.info import Info
from schema.scalars import Cursor


@strawberry.type(
    description="One immutable fact of the register, as it was recorded: its fields never change afterwards."
)
class Change:
    change: strawberry.Private[facts.Change]

    @strawberry.field(description="CloudEvents id: unique for ever, the key to de-duplicate on.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.change.id))

    @strawberry.field(description="Its place in the feed; null under dryRun.")
    def cursor(self, info: Info) -> Cursor | None:
        position = self.change.position
        return None if position is None else Cursor(changes.cursor(info.context, position))

    @strawberry.field(description="What happened.")
    def type(self) -> ChangeType:
        return self.change.type

    @strawberry.field(description="What made it happen.")
    def cause(self) -> ChangeCause:
        return self.change.cause

    @strawberry.field(description="Whose mandates changed.")
    def enterprise(self) -> Enterprise:
        return Enterprise(enterprise_number=self.change.enterprise)

    @strawberry.field(description="The enterprise's version after this change; one higher with every change.")
    def enterprise_version(self) -> int:
        return self.change.enterprise_version

    @strawberry.field(description="The mandate as it stood after this change; null for ENTERPRISE_WITHOUT_CHIEF.")
    def access_manager(self) -> AccessManager | None:
        if self.change.mandate is None:
            return None
        return AccessManager(mandate=self.change.mandate, at=self.change.recorded_at)

    @strawberry.field(description="The delegation as it stood after this change, where one is concerned.")
    def delegation(self) -> Delegation | None:
        change = self.change
        if change.delegation is None or change.mandate is None:
            return None
        return Delegation(mandate=change.mandate, delegation=change.delegation, at=change.recorded_at)

    @strawberry.field(description="The domain, where one delegation is concerned.")
    def domain(self, info: Info) -> Domain | None:
        code = self.change.domain
        return None if code is None else Domain(domain=domains.recorded_domain(info.context, code))

    @strawberry.field(description="The role concerned.")
    def role(self) -> AccessManagerRole | None:
        return self.change.role

    @strawberry.field(description="When it takes effect.")
    def effective_at(self) -> datetime:
        return self.change.effective_at

    @strawberry.field(description="When the register recorded it.")
    def recorded_at(self) -> datetime:
        return self.change.recorded_at

    @strawberry.field(description="Who did it.")
    def actor(self) -> Actor:
        return Actor(reference=self.change.actor)

    @strawberry.field(description="Why a mandate or delegation ended, where one did.")
    def end_reason(self) -> EndReason | None:
        return self.change.end_reason


@strawberry.type(description="A page of the feed.")
class ChangePage:
    changes: list[Change] = strawberry.field(description="In feed order; at most as many as asked.")
    end_cursor: Cursor = strawberry.field(description="Hand back as `after`.")
    has_more: bool = strawberry.field(description="Whether more stood behind this page when it was read.")


def change_page(info: Info, page: changes.Page) -> ChangePage:
    """The answer for a page of the feed."""
    return ChangePage(
        changes=[Change(change=change) for change in page.changes],
        end_cursor=Cursor(changes.cursor(info.context, page.end)),
        has_more=page.has_more,
    )


@strawberry.type(description="Every mandate in force at one moment, page by page.")
class Snapshot:
    mandates: list[AccessManager] = strawberry.field(description="At most as many as asked.")
    cursor: Cursor = strawberry.field(
        description="Read `changes(after:)` from here: nothing is missed and nothing comes twice."
    )
    end_cursor: str | None = strawberry.field(description="Hand back as `after` for the next page.")
    has_next_page: bool = strawberry.field(description="Whether more mandates follow.")


@strawberry.input(description="What of the feed is asked; everything, where nothing is said.")
class ChangeFilter:
    enterprise_numbers: list[EnterpriseNumber] | None = strawberry.field(
        default=None, description="Only these enterprises; at most 200."
    )
    domains: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only what concerns these domains (chiefs and co-chiefs concern all); at most twenty."
    )
    system: strawberry.ID | None = strawberry.field(
        default=None, description="Only what concerns this access-management system's domains."
    )
    types: list[ChangeType] | None = strawberry.field(
        default=None, description="Only these types; at most all of them."
    )

    def wanted(self, info: Info) -> filters.ChangeFilter:
        """What the resolvers understand. Raises TooMany, UnknownSystem."""
        domains = None if self.domains is None else [str(domain) for domain in self.domains]
        return changes.wanted(info.context, self.enterprise_numbers, domains, self.system, self.types)


def wanted(info: Info, filter: ChangeFilter | None) -> filters.ChangeFilter:
    """What is asked; everything the reader may see, where nothing is said."""
    return (filter or ChangeFilter()).wanted(info)


@strawberry.type(
    description=(
        "Everything in (from, to] that passes the filter: a gap between one batch's `to` and the next one's `from` "
        "means something was lost on the way, and `changes` repairs it."
    )
)
class ChangeBatch:
    from_: Cursor = strawberry.field(name="from", description="Where this batch begins; not included.")
    to: Cursor = strawberry.field(description="Where this batch ends; included.")
    changes: list[Change] = strawberry.field(description="In feed order; at most 500.")


@strawberry.type(description="Nothing new up to here; at least every ten seconds.")
class Checkpoint:
    from_: Cursor = strawberry.field(name="from", description="Where the silence began; not included.")
    to: Cursor = strawberry.field(description="Where the feed stands; included.")


@strawberry.type(description="The last item before the stream ends.")
class FeedInterrupted:
    reason: InterruptionReason = strawberry.field(description="Why the stream ends.")
    resume_after: Cursor | None = strawberry.field(
        description="Where to go on, by query or a new subscription; null: take a snapshot first."
    )


ChangeFeedItem = Annotated[
    ChangeBatch | Checkpoint | FeedInterrupted,
    strawberry.union("ChangeFeedItem", description="What a subscriber of the feed receives."),
]


def item(info: Info, said: FeedItem) -> ChangeBatch | Checkpoint | FeedInterrupted:
    """The answer for one item of the feed."""

    def at(position: int) -> Cursor:
        return Cursor(changes.cursor(info.context, position))

    match said:
        case feed_items.Batch(start, to, found):
            return ChangeBatch(from_=at(start), to=at(to), changes=[Change(change=change) for change in found])
        case feed_items.Checkpoint(start, to):
            return Checkpoint(from_=at(start), to=at(to))
        case feed_items.Interrupted(reason, resume_after):
            return FeedInterrupted(reason=reason, resume_after=None if resume_after is None else at(resume_after))
        case _:
            assert_never(said)
