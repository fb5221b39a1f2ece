"""The schema as it is served, and as its SDL is printed."""

from __future__ import annotations

from strawberry.schema.config import StrawberryConfig

from execution.entities import EntitySettings, SubgraphSchema
from schema import errors
from schema.access_manager import AccessManager, Delegation
from schema.applications import Application
from schema.domain import AccessManagementSystem, Domain
from schema.enterprise import Enterprise
from schema.mutation import Mutation
from schema.person import Person
from schema.query import Query
from schema.scalars import scalar_map
from schema.subscription import Subscription

FEDERATION_VERSION = "2.9"


def build_schema(*, allow_test_numbers: bool = False, most_entities: int = 500) -> SubgraphSchema:
    """The subgraph's schema. Numbers shifted by sixty months are read only where allowed. Raises SchemaFault."""
    return SubgraphSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        entities=EntitySettings(cap=most_entities, translate=errors.translate),
        types=[Enterprise, Person, AccessManager, Delegation, Domain, Application, AccessManagementSystem],
        federation_version=FEDERATION_VERSION,
        config=StrawberryConfig(
            scalar_map=scalar_map(allow_test_numbers=allow_test_numbers), disable_field_suggestions=True
        ),
    )
