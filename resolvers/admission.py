"""The lock on every door: who may see or do what, whichever way they came in, `_entities` included.

    NotAdmitted
    ├── NotAuthenticated    nobody said who asks
    └── NotAllowed          somebody said, and may not

Functions that guard facts answer for each of many: None where the reader is admitted, else the exception to show.
Wherever a refusal would give something away, what may not be seen looks like what does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from btb.actors import Anonymous, Citizen, Client, Scope
from btb.authority import NO_TIES, Deed, Ties, Verdict, verdict
from btb.changes import Change
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Mandate
from btb.persons import PersonId
from resolvers.context import Context
from resolvers.relations import STRANGER, Relation, relations


class NotAdmitted(Exception):
    """Whoever asks may not see or do this."""


class NotAuthenticated(NotAdmitted):
    """Nobody said who asks."""


class NotAllowed(NotAdmitted):
    """Whoever asks may not see or do this."""


def refusal(context: Context, deed: Deed, ties: Ties = NO_TIES) -> NotAdmitted | None:
    """Why whoever asks may not do this; None where they may."""
    match verdict(deed, context.actor, ties, context.house.appointment_policy):
        case Verdict.ALLOWED:
            return None
        case Verdict.UNAUTHENTICATED:
            return NotAuthenticated()
        case _:
            return NotAllowed()


def require(context: Context, deed: Deed, ties: Ties = NO_TIES) -> None:
    """Let pass who may do this. Raises NotAdmitted."""
    if (refused := refusal(context, deed, ties)) is not None:
        raise refused


async def to_enterprises(context: Context, deed: Deed, numbers: Sequence[EnterpriseNumber]) -> list[Exception | None]:
    """May whoever asks do this for each enterprise? What ties them to it decides, or the scopes of their token."""
    serving = serves(context)
    if not isinstance(context.actor, Citizen):  # nothing ties them to one enterprise more than to another
        return [_refused(context, deed, STRANGER, Ties(serves=serving))] * len(numbers)
    return [
        _refused(context, deed, relation, Ties(represents=relation.represents, roles=relation.roles, serves=serving))
        for relation in await relations(context, numbers)
    ]


async def to_mandates(context: Context, deed: Deed, mandates: Sequence[Mandate]) -> list[Exception | None]:
    """May whoever asks do this with each mandate? As with its enterprise, or because the mandate is their own."""
    serving = serves(context)
    related = await relations(context, [mandate.enterprise for mandate in mandates])
    return [
        _refused(
            context,
            deed,
            relation,
            Ties(
                the_person=is_oneself(context, mandate.person),
                represents=relation.represents,
                roles=relation.roles,
                serves=serving,
            ),
        )
        for mandate, relation in zip(mandates, related, strict=True)
    ]


async def to_persons(context: Context, deed: Deed, people: Sequence[PersonId]) -> list[Exception | None]:
    """May whoever asks do this with each person? Because it is themselves, or by the mandates that the person has.

    A citizen by what they are to one of those enterprises; a consuming system by the mandates it would be shown.
    """
    serving = serves(context)
    ties = {person: Ties(the_person=is_oneself(context, person)) for person in people}
    unknown: dict[PersonId, Exception] = {}
    strangers = [person for person in ties if refusal(context, deed, ties[person]) is not None]
    if strangers and (isinstance(context.actor, Citizen) or serving):
        held = await context.loaders.mandates_of_person.load_many(strangers)
        unknown = {person: each for person, each in zip(strangers, held, strict=True) if isinstance(each, Exception)}
        theirs = [() if isinstance(each, Exception) else each for each in held]
        enterprises = sorted({mandate.enterprise for each in theirs for mandate in each})
        mine = dict(zip(enterprises, await relations(context, enterprises), strict=True))
        for person, each in zip(strangers, theirs, strict=True):
            tied = [mine[mandate.enterprise] for mandate in each]
            roles = frozenset(role for relation in tied for role in relation.roles)
            shown = serving and bool(visible(context, each))
            ties[person] = Ties(represents=any(relation.represents for relation in tied), roles=roles, serves=shown)
            unknown.update((person, relation.unknown) for relation in tied if relation.unknown is not None)
    return [None if (no := refusal(context, deed, ties[each])) is None else unknown.get(each, no) for each in people]


def visible(context: Context, mandates: Iterable[Mandate]) -> list[Mandate]:
    """Of an admitted enterprise's mandates, what this reader may see.

    A consuming system sees the chief line, and of others the domains it serves; whoever else is admitted sees all.
    """
    served = served_domains(context)
    if served is None:
        return list(mandates)
    return [shown for shown in (_served(mandate, served) for mandate in mandates) if shown is not None]


def visible_changes(context: Context, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes that a reader may see, their mandates without what is delegated in domains that it may not."""
    served = served_domains(context)
    return tuple(changes) if served is None else tuple(_within(change, served) for change in changes)


def served_domains(context: Context) -> frozenset[str] | None:
    """The domains a client is held to, those its system serves; None for citizens and operators, held to none."""
    actor = context.actor
    if not isinstance(actor, Client) or Scope.OPERATE in actor.scopes:
        return None
    system = context.house.systems.find(actor.system or "")
    return frozenset() if system is None else system.domains


def serves(context: Context) -> bool:
    """Whether a client asks that speaks for a system we know; chiefs and representatives concern every system."""
    return isinstance(context.actor, Client) and context.house.systems.find(context.actor.system or "") is not None


def is_oneself(context: Context, person: PersonId) -> bool:
    """Whether that id names the person who asks, or did; nobody in particular and machines are no person."""
    return isinstance(context.actor, Citizen) and context.actor.is_named(person)


def principal(context: Context) -> str:
    """A name for whoever asks, for what is counted per caller; one name for all who did not say."""
    match context.actor:
        case Citizen(person=person):
            return f"person:{person}"
        case Client(client=client):
            return f"client:{client}"
        case Anonymous():
            return "anonymous"


def _refused(context: Context, deed: Deed, relation: Relation, ties: Ties) -> Exception | None:
    """A refusal that may only come from a source out of reach is that source's failure."""
    refused = refusal(context, deed, ties)
    return None if refused is None else relation.unknown or refused


def _within(change: Change, served: frozenset[str]) -> Change:
    """The change without delegations of other domains; one of the chief line, or of nobody, is whole."""
    mandate = change.mandate
    if mandate is None or all(each.domain in served for each in mandate.delegations):
        return change
    return replace(change, mandate=_served(mandate, served))


def _served(mandate: Mandate, served: frozenset[str]) -> Mandate | None:
    if mandate.role is not AccessManagerRole.DOMAIN:
        return mandate
    delegations = tuple([each for each in mandate.delegations if each.domain in served])
    if len(delegations) == len(mandate.delegations):
        return mandate if delegations else None
    return replace(mandate, delegations=delegations) if delegations else None
