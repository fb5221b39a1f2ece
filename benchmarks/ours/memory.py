"""Our execution room over data in memory, behind the same HTTP room and the same uvicorn as the product.

Left out, because data in memory has nobody to let in: authentication, metrics and the access log. Limits, the analysis
of cost, compiled plans and the frozen garbage collector are as served.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from benchmarks.peers.python import records
from benchmarks.peers.python.strawberry_types import (
    AccessManager,
    AccessManagerRole,
    Address,
    CodeLabel,
    EnterpriseStatus,
    form_and_address,
    manager,
)
from execution.batching import Batches, Each, batched
from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.hooks import RequestInfo
from execution.http import GraphQLHttp
from execution.plan import CompiledQueries
from server import policies
from server.app import GRAPHQL_PATH, settle_garbage
from server.listening import listen
from server.settings import Settings

CHIEF, CO_CHIEF = AccessManagerRole.CHIEF, AccessManagerRole.CO_CHIEF
MANAGERS: dict[str, list[AccessManager]] = {}
KNOWN: dict[str, Enterprise] = {}


@strawberry.federation.type(keys=["enterpriseNumber"])
class Enterprise:
    """An enterprise: plain facts, and mandates asked for a whole level at once, as from a loader."""

    enterprise_number: strawberry.ID
    name: str | None
    status: EnterpriseStatus | None
    juridical_form: CodeLabel | None
    address: Address | None

    @strawberry.field
    @batched
    def chief_access_manager(several: list[Enterprise], info: strawberry.Info) -> Each[AccessManager | None]:
        """The chief."""
        return [_first(CHIEF, held) for held in _managers(several)]

    @strawberry.field
    @batched
    def co_chief_access_managers(several: list[Enterprise], info: strawberry.Info) -> Each[list[AccessManager]]:
        """The co-chiefs."""
        return [[one for one in held if one.role is CO_CHIEF] for held in _managers(several)]

    @strawberry.field
    @batched
    def access_managers(several: list[Enterprise], info: strawberry.Info) -> Each[list[AccessManager]]:
        """Everybody."""
        return _managers(several)

    @classmethod
    def resolve_references(cls, keys: list[dict[str, str]]) -> Sequence[Enterprise | None]:
        """By key."""
        return [KNOWN.get(key["enterprise_number"]) for key in keys]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def enterprise(self, enterprise_number: strawberry.ID) -> Enterprise | None:
        """By number."""
        return KNOWN.get(enterprise_number)


@dataclass(frozen=True, slots=True)
class Context:
    """One request."""

    batches: Batches = field(default_factory=Batches)


def _first(role: AccessManagerRole, held: list[AccessManager]) -> AccessManager | None:
    for one in held:
        if one.role is role:
            return one
    return None


def _managers(several: list[Enterprise]) -> list[list[AccessManager]]:
    return [MANAGERS[each.enterprise_number] for each in several]


def _remember(said: records.Enterprise) -> None:
    form, address = form_and_address(said)
    MANAGERS[said.enterprise_number] = [manager(each) for each in said.managers]
    KNOWN[said.enterprise_number] = Enterprise(
        enterprise_number=strawberry.ID(said.enterprise_number),
        name=said.name,
        status=EnterpriseStatus(said.status),
        juridical_form=form,
        address=address,
    )


async def context(_: RequestInfo) -> Context:
    """Nobody in particular."""
    return Context()


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """The garbage collector, as the product has it once it is open."""
    settle_garbage()
    yield


class Application:
    """The one endpoint, reached as in the product: what is no operation over HTTP goes by Starlette.

    Five hundred of the question cost more than the product allows; the cost is still counted.
    """

    def __init__(self, settings: Settings) -> None:
        for each in records.known().values():
            _remember(each)
        schema = SubgraphSchema(Query, types=[Enterprise], federation_version="2.9")
        limits = replace(policies.limits(settings), cost=1_000_000)
        engine = Engine(schema, executor=CompiledQueries(schema), limits=limits)
        self._http = GraphQLHttp(engine, context, policies.http_settings(settings))
        self._others = Starlette(routes=[Route(GRAPHQL_PATH, self._http)], lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        served = scope["type"] == "http" and scope["path"] == GRAPHQL_PATH
        await (self._http if served else self._others)(scope, receive, send)


if __name__ == "__main__":
    said = Settings.read(None)
    listen(Application(said), said, port=int(sys.argv[1]))
