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
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Mandate
from btb.persons import PersonId
from resolvers.context import Context
from resolvers.relations import Relation, relations

_CHIEF_LINE = frozenset({AccessManagerRole.CHIEF, AccessManagerRole.CO_CHIEF})


class NotAdmitted(Exception):
    """Whoever asks may not see or do this."""


class NotAuthenticated(NotAdmitted):
    """Nobody said who asks."""


class NotAllowed(NotAdmitted):
    """Whoever asks may not see or do this."""


def refusal(context: Context) -> NotAdmitted:
    """The refusal that fits whoever asks."""
    return NotAuthenticated() if isinstance(context.actor, Anonymous) else NotAllowed()


def has_scope(context: Context, *scopes: Scope) -> bool:
    """Whether a machine client asks that holds one of the scopes."""
    return isinstance(context.actor, Client) and not context.actor.scopes.isdisjoint(scopes)


def require_scope(context: Context, *scopes: Scope) -> Client:
    """The machine client that holds one of the scopes. Raises NotAdmitted."""
    if isinstance(context.actor, Client) and has_scope(context, *scopes):
        return context.actor
    raise refusal(context)


def require_citizen(context: Context) -> Citizen:
    """The citizen who asks. Raises NotAdmitted."""
    if isinstance(context.actor, Citizen):
        return context.actor
    raise refusal(context)


async def mandates_of(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Exception | None]:
    """May the reader see the mandates of each enterprise?"""
    if has_scope(context, Scope.MANDATES_READ, Scope.OPERATE):
        return [None] * len(numbers)
    return [_related(context, relation) for relation in await relations(context, numbers)]


async def representatives_of(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Exception | None]:
    """May the reader see which persons represent each enterprise? As with its mandates."""
    return await mandates_of(context, numbers)


def visible(context: Context, mandates: Iterable[Mandate]) -> list[Mandate]:
    """Of an admitted enterprise's mandates, what this reader may see.

    A consuming system sees the chief line, and of others the domains it serves; everybody else who is admitted sees all.
    """
    served = served_domains(context)
    if served is None:
        return list(mandates)
    return [shown for shown in (_served(mandate, served) for mandate in mandates) if shown is not None]


def served_domains(context: Context) -> frozenset[str] | None:
    """The domains a consuming system is held to; None for readers who are held to none."""
    actor = context.actor
    if not isinstance(actor, Client) or Scope.OPERATE in actor.scopes or actor.system is None:
        return None
    system = context.house.systems.find(actor.system)
    return frozenset() if system is None else system.domains


def _served(mandate: Mandate, served: frozenset[str]) -> Mandate | None:
    if mandate.role is not AccessManagerRole.DOMAIN:
        return mandate
    delegations = tuple(each for each in mandate.delegations if each.domain in served)
    return replace(mandate, delegations=delegations) if delegations else None


async def contacts(context: Context, mandates: Sequence[Mandate]) -> list[Exception | bool]:
    """May the reader see how each is reached? The person, the chief line, the representatives, and systems served."""
    if has_scope(context, Scope.MANDATES_READ, Scope.OPERATE):
        return [True] * len(mandates)
    if not isinstance(context.actor, Citizen):
        return [False] * len(mandates)
    related = await relations(context, [mandate.enterprise for mandate in mandates])
    return [
        mandate.person == context.actor.person
        or relation.representation is not None
        or not relation.roles.isdisjoint(_CHIEF_LINE)
        for mandate, relation in zip(mandates, related, strict=True)
    ]


async def persons(context: Context, people: Sequence[PersonId]) -> list[bool]:
    """May the reader be told about a person asked for by id alone? Those named through an enterprise need no such door.

    Systems and operators may; a citizen may ask about themselves and about those who hold a mandate in an enterprise
    that the citizen is related to.
    """
    if has_scope(context, Scope.MANDATES_READ, Scope.PERSON_IDENTIFY, Scope.OPERATE):
        return [True] * len(people)
    if not isinstance(context.actor, Citizen):
        return [False] * len(people)
    held = await context.loaders.mandates_of_person.load_many(people)
    theirs = [() if isinstance(each, Exception) else each for each in held]
    enterprises = sorted({mandate.enterprise for each in theirs for mandate in each})
    mine = dict(zip(enterprises, await relations(context, enterprises), strict=True))
    return [
        person == context.actor.person or any(mine[mandate.enterprise].related for mandate in each)
        for person, each in zip(people, theirs, strict=True)
    ]


def _related(context: Context, relation: Relation) -> Exception | None:
    if relation.related:
        return None
    return relation.unknown or refusal(context)
