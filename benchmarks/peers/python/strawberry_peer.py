"""Strawberry as it comes, over data in memory: its federation schema and its ASGI view."""

from __future__ import annotations

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route

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
from benchmarks.peers.python.strawberry_view import Compact


@strawberry.federation.type(keys=["enterpriseNumber"])
class Enterprise:
    """An enterprise."""

    enterprise_number: strawberry.ID
    name: str | None
    status: EnterpriseStatus | None
    juridical_form: CodeLabel | None
    address: Address | None
    managers: strawberry.Private[list[AccessManager]]

    @strawberry.field
    def chief_access_manager(self) -> AccessManager | None:
        """The chief."""
        return next((each for each in self.managers if each.role is AccessManagerRole.CHIEF), None)

    @strawberry.field
    def co_chief_access_managers(self) -> list[AccessManager]:
        """The co-chiefs."""
        return [each for each in self.managers if each.role is AccessManagerRole.CO_CHIEF]

    @strawberry.field
    def access_managers(self) -> list[AccessManager]:
        """Everybody."""
        return self.managers

    @classmethod
    def resolve_reference(cls, enterpriseNumber: strawberry.ID) -> Enterprise | None:
        """By key; the parameter is named as in the contract, as Strawberry hands it on."""
        return KNOWN.get(enterpriseNumber)


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def enterprise(self, enterprise_number: strawberry.ID) -> Enterprise | None:
        """By number."""
        return KNOWN.get(enterprise_number)


def _enterprise(said: records.Enterprise) -> Enterprise:
    form, address = form_and_address(said)
    return Enterprise(
        enterprise_number=strawberry.ID(said.enterprise_number),
        name=said.name,
        status=EnterpriseStatus(said.status),
        juridical_form=form,
        address=address,
        managers=[manager(each) for each in said.managers],
    )


KNOWN = {number: _enterprise(each) for number, each in records.known().items()}


schema = strawberry.federation.Schema(Query, types=[Enterprise], federation_version="2.3")
app = Starlette(routes=[Route("/graphql", Compact(schema, graphql_ide=None))])
