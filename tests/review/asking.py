"""A context for anybody, for what is asked of the resolvers and not over HTTP."""

from __future__ import annotations

from dataclasses import replace

from btb.actors import Actor, Citizen, Client, Scope
from btb.enterprises import Language
from execution.batching import Batches
from loaders import Present
from resolvers.context import Context
from server.contexts import loaders_of
from tests.schema.world import World


def context_of(world: World, actor: Actor, purpose: str | None = None) -> Context:
    """One operation of this actor."""
    house, present = world.house, Present(world.house.now())
    return Context(
        house=house,
        batches=Batches(),
        actor=actor,
        loaders=loaders_of(house, actor, present, purpose),
        language=Language.NL,
        request_id="review",
        present=present,
        purpose=purpose,
    )


def client(*scopes: Scope, system: str | None = None, name: str = "somebody") -> Client:
    """A machine client."""
    return Client(name, frozenset(scopes), system)


async def citizen(world: World, handle: str, assurance: int = 500) -> Citizen:
    """An inhabitant who logged in."""
    number = world.town.person(handle).number
    return Citizen((await world.house.directory.ids([number]))[number], number, assurance)


def later(context: Context) -> Context:
    """The same reader, asking anew."""
    present = Present(context.house.now())
    fresh = loaders_of(context.house, context.actor, present, context.purpose)
    return replace(context, present=present, loaders=fresh, batches=Batches())
