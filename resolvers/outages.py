"""Planned and unplanned outages of this service: announced and resolved by operators, told to everybody."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from btb.authority import Deed
from btb.enterprises import Language
from btb.refusals import Problem, ProblemCode, Refused
from datasources.register import outages as register
from datasources.register.outages import Outage
from resolvers import admission
from resolvers.context import Context
from resolvers.listening import interruptible
from resolvers.texts import bounded

_LONGEST = 2000


class Service(StrEnum):
    """The two faces of the service that the objectives name."""

    WEB_APPLICATION = "WEB_APPLICATION"
    WEB_SERVICE = "WEB_SERVICE"


class OutageKind(StrEnum):
    """Whether it was planned."""

    PLANNED = "PLANNED"
    UNPLANNED = "UNPLANNED"


async def outages(context: Context, include_past: bool) -> tuple[Outage, ...]:
    """Current and coming outages in order of their start, at most 500; with the past ones where asked."""
    async with context.house.database.reading() as session:
        return await register.all_outages(session, None if include_past else context.moment)


async def announce(
    context: Context,
    kind: OutageKind,
    service: Service,
    starts_at: datetime,
    ends_at: datetime | None,
    descriptions: Mapping[Language, str],
) -> Outage:
    """Announce an outage. By an operator. Raises Refused, NotAuthenticated."""
    for text in descriptions.values() or ("",):
        bounded("description", text, _LONGEST)
    problems = _entitled(context)
    if ends_at is not None and ends_at <= starts_at:
        problems.append(Problem(ProblemCode.INVALID_PERIOD, ("endsAt",), (("reason", "END_BEFORE_START"),)))
    if problems:
        raise Refused(problems)
    announced = Outage(uuid4(), kind.value, service.value, starts_at, ends_at, None, dict(descriptions), 0)
    async with context.house.database.working() as session:
        await register.write_outage(session, announced)
    context.house.outages.ring()
    return announced


async def resolve(context: Context, id: str, resolved_at: datetime | None) -> Outage:
    """Say that an outage is over, or that one which has not begun is called off. By an operator.

    Raises Refused, NotAuthenticated.
    """
    if problems := _entitled(context):
        raise Refused(problems)
    async with context.house.database.working() as session:
        known = await register.outage(session, _uuid(id), locked=True)
        if known is None or known.resolved_at is not None:
            raise Refused([Problem(ProblemCode.UNKNOWN_OUTAGE, ("outageId",))])
        at = resolved_at or context.moment
        if (wrong := _mistaken(known, at, context.house.now())) is not None:
            raise Refused([Problem(ProblemCode.INVALID_PERIOD, ("resolvedAt",), (("reason", wrong),))])
        over = replace(known, resolved_at=at)
        await register.write_outage(session, over)
    context.house.outages.ring()
    return over


def _mistaken(known: Outage, at: datetime, now: datetime) -> str | None:
    """Why an outage cannot have been over then: nobody knows yet when one will be, and none is over before it began."""
    if at > now:
        return "END_IN_FUTURE"
    return "END_BEFORE_START" if at < known.starts_at <= now else None


async def follow(context: Context) -> AsyncGenerator[Outage, None]:
    """First what is current and coming, then every outage announced or resolved, until the stream must end."""
    with interruptible(context.interruption) as follower:
        async with aclosing(context.house.outages.follow(follower)) as told:
            async for each in told:
                yield each


def _entitled(context: Context) -> list[Problem]:
    refused = admission.refusal(context, Deed.MANAGE_OUTAGES)
    if isinstance(refused, admission.NotAuthenticated):
        raise refused
    return [] if refused is None else [Problem(ProblemCode.NOT_ENTITLED)]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused([Problem(ProblemCode.UNKNOWN_OUTAGE, ("outageId",))]) from None
