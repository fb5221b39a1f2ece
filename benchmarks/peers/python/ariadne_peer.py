"""Ariadne over data in memory, its own ASGI application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ariadne import QueryType
from ariadne.asgi import GraphQL
from ariadne.contrib.federation import FederatedObjectType, make_federated_schema
from starlette.applications import Starlette
from starlette.routing import Route

from benchmarks.peers.python.records import AccessManager, Enterprise, known

ENTERPRISES = known()
query = QueryType()
enterprise = FederatedObjectType("Enterprise")


@query.field("enterprise")
def resolve_enterprise(_: Any, info: Any, enterpriseNumber: str) -> Enterprise | None:
    """By number."""
    return ENTERPRISES.get(enterpriseNumber)


@enterprise.reference_resolver
def resolve_reference(_: Any, info: Any, representation: dict[str, str]) -> Enterprise | None:
    """By key."""
    return ENTERPRISES.get(representation["enterpriseNumber"])


@enterprise.field("chiefAccessManager")
def resolve_chief(parent: Enterprise, info: Any) -> AccessManager | None:
    """The chief."""
    return next(iter(parent.holding("CHIEF")), None)


@enterprise.field("coChiefAccessManagers")
def resolve_co_chiefs(parent: Enterprise, info: Any) -> list[AccessManager]:
    """The co-chiefs."""
    return parent.holding("CO_CHIEF")


@enterprise.field("accessManagers")
def resolve_managers(parent: Enterprise, info: Any) -> list[AccessManager]:
    """Everybody."""
    return parent.managers


type_defs = (Path(__file__).parents[1] / "subgraph.graphql").read_text()
schema = make_federated_schema(type_defs, query, enterprise, convert_names_case=True)
app = Starlette(routes=[Route("/graphql", GraphQL(schema, introspection=False))])
