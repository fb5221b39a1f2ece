"""Strawberry over PostgreSQL as its users would write it: asyncpg, its own loaders, a resolver for each field."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import strawberry
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.dataloader import DataLoader

from benchmarks.peers.python.chart_rows import managers_of, statement
from benchmarks.peers.python.strawberry_types import (
    AccessManager,
    AccessManagerRole,
    Address,
    CodeLabel,
    EnterpriseStatus,
)
from benchmarks.peers.python.strawberry_view import Compact

TOLD = orjson.loads(Path(os.environ["BENCH_DATA"]).read_bytes())
KEYS = KeySet.import_key_set(TOLD["jwks"])
VERIFIED: dict[str, dict[str, Any]] = {}
STATUSES = {"AC": EnterpriseStatus.ACTIVE, "ST": EnterpriseStatus.STOPPED}
pool: asyncpg.Pool


class Loaders:
    """Of one request."""

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self.enterprise = DataLoader(load_fn=self._enterprises)
        self.managers = DataLoader(load_fn=self._managers)
        self.disclosed = DataLoader(load_fn=self._disclose)

    async def _enterprises(self, numbers: list[str]) -> list[Enterprise | None]:
        rows = await pool.fetch(statement("facts"), [int(each) for each in numbers])
        found = {f"{row['number']:010d}": row for row in rows}
        return [None if each not in found else _enterprise(each, found[each]) for each in numbers]

    async def _managers(self, numbers: list[str]) -> list[list[tuple[Any, AccessManager]]]:
        rows = await pool.fetch(statement("charts"), numbers)
        held = managers_of(rows, frozenset(TOLD["served"]), time.time_ns() // 1000)
        return [held.get(each, []) for each in numbers]

    async def _disclose(self, shown: list[tuple[Any, str]]) -> list[bool]:
        persons, enterprises = [each for each, _ in shown], [each for _, each in shown]
        await pool.execute(statement("disclose"), time.time_ns() // 1000, self._reader, persons, enterprises)
        return [True] * len(shown)

    async def holding(self, number: str, *roles: AccessManagerRole) -> list[AccessManager]:
        """Those in office in these roles, once it is written down that they are shown."""
        found = [(person, each) for person, each in await self.managers.load(number) if each.role in roles]
        await self.disclosed.load_many([(person, number) for person, _ in found])
        return [each for _, each in found]


@strawberry.federation.type(keys=["enterpriseNumber"])
class Enterprise:
    """An enterprise."""

    enterprise_number: strawberry.ID
    name: str | None
    status: EnterpriseStatus | None
    juridical_form: CodeLabel | None
    address: Address | None

    @strawberry.field
    async def chief_access_manager(self, info: strawberry.Info[Loaders]) -> AccessManager | None:
        """The chief."""
        found = await info.context.holding(self.enterprise_number, AccessManagerRole.CHIEF)
        return found[0] if found else None

    @strawberry.field
    async def co_chief_access_managers(self, info: strawberry.Info[Loaders]) -> list[AccessManager]:
        """The co-chiefs."""
        return await info.context.holding(self.enterprise_number, AccessManagerRole.CO_CHIEF)

    @strawberry.field
    async def access_managers(self, info: strawberry.Info[Loaders]) -> list[AccessManager]:
        """Everybody."""
        return await info.context.holding(self.enterprise_number, *AccessManagerRole)

    @classmethod
    async def resolve_reference(
        cls,
        info: strawberry.Info[Loaders],
        enterpriseNumber: strawberry.ID,
    ) -> Enterprise | None:
        """By key."""
        return await info.context.enterprise.load(enterpriseNumber)


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def enterprise(self, info: strawberry.Info[Loaders], enterprise_number: strawberry.ID) -> Enterprise | None:
        """By number."""
        return await info.context.enterprise.load(enterprise_number)


def _enterprise(number: str, row: Any) -> Enterprise:
    return Enterprise(
        enterprise_number=strawberry.ID(number),
        name=row["name"],
        status=STATUSES[row["status"]],
        juridical_form=CodeLabel(code=row["form"], label=TOLD["forms"][row["form"]]),
        address=Address(
            street=row["street"],
            house_number=row["house_number"],
            postal_code=row["postal_code"],
            municipality=row["municipality"],
        ),
    )


def _claims(token: str) -> dict[str, Any]:
    claims = VERIFIED.get(token)
    if claims is None:
        claims = jwt.decode(token, KEYS, algorithms=["ES256", "RS256"]).claims
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": TOLD["issuer"]}).validate(claims)
        VERIFIED[token] = claims
    if claims["exp"] < time.time():
        raise PermissionError("This token has expired.")
    return claims


class View(Compact):
    """Knows who asks."""

    async def get_context(self, request: Request, response: object) -> Loaders:
        """Loaders for a reader who may read mandates."""
        claims = _claims(request.headers["authorization"].removeprefix("Bearer "))
        if "btb:mandates:read" not in claims["scope"].split():
            raise PermissionError("Not allowed.")
        return Loaders(f"CLIENT:{claims['client_id']}")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """The connections."""
    global pool
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE"], min_size=1, max_size=12) as pool:
        yield


schema = strawberry.federation.Schema(Query, types=[Enterprise], federation_version="2.3")
app = Starlette(routes=[Route("/graphql", View(schema, graphql_ide=None))], lifespan=lifespan)
