"""The execution room's own overhead for each request, beside Strawberry's stock ASGI view on the same schema.

Run with `python -m benchmarks.room`. Both applications are called in this process, in turns, without a socket: what
differs is what each does around the same resolvers. Strawberry is measured as it comes and with its parser and
validation caches. The room measures, limits, computes cost and masks errors for every request; Strawberry does not.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import statistics
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import graphql
import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.hooks import RequestInfo
from execution.http import GraphQLHttp

ROUNDS = 15
REQUESTS = 300


@strawberry.federation.type(keys=["code"])
class Item:
    """Something with a key."""

    code: strawberry.ID
    name: str

    @classmethod
    def resolve_reference(cls, code: strawberry.ID) -> Item:
        return cls(code=code, name=f"item {code}")


@strawberry.type
class Query:
    """Three questions of different sizes."""

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    async def item(self, code: strawberry.ID) -> Item:
        return Item(code=code, name=f"item {code}")

    @strawberry.field
    def items(self, first: int) -> list[Item]:
        return [Item(code=strawberry.ID(str(each)), name=f"item {each}") for each in range(first)]


ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Item { code name } } }"
CASES: dict[str, dict[str, Any]] = {
    "small query": {"query": "{ hello }"},
    "async with variable": {"query": "query ($c: ID!) { item(code: $c) { code name } }", "variables": {"c": "7"}},
    "list of 50": {"query": "{ items(first: 50) { code name } }"},
    "20 entities": {
        "query": ENTITIES,
        "variables": {"r": [{"__typename": "Item", "code": str(each)} for each in range(20)]},
    },
    "refused: unknown field": {"query": "{ nope }"},
}


async def no_context(info: RequestInfo) -> None:
    """The cheapest context."""


def applications() -> dict[str, Callable[..., Any]]:
    """The room, and Strawberry's view twice."""
    cached = strawberry.federation.Schema(
        Query, types=[Item], extensions=[ParserCache, ValidationCache], federation_version="2.9"
    )
    stock = strawberry.federation.Schema(Query, types=[Item], federation_version="2.9")
    ours = SubgraphSchema(Query, types=[Item], federation_version="2.9")
    return {
        "room": GraphQLHttp(Engine(ours), no_context),
        "stock": GraphQL(stock, graphql_ide=None),
        "stock with caches": GraphQL(cached, graphql_ide=None),
    }


async def once(app: Callable[..., Any], body: bytes) -> bytes:
    """One request, with the headers that a gateway sends."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"accept", b"application/graphql-response+json, application/json"),
            (b"user-agent", b"gateway/1.0"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    sent: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(sent)


async def measured(app: Callable[..., Any], body: bytes) -> tuple[float, float]:
    """Wall and processor microseconds for each request."""
    started, worked = perf_counter(), process_time()
    for _ in range(REQUESTS):
        await once(app, body)
    return (perf_counter() - started) / REQUESTS * 1e6, (process_time() - worked) / REQUESTS * 1e6


async def main() -> None:
    """Measure every case in turns, and print medians with their spread."""
    logging.getLogger("strawberry.execution").disabled = True
    print(f"Python {platform.python_version()}, graphql-core {graphql.version}, {ROUNDS} rounds of {REQUESTS} requests")
    print(
        f"{'case':26}{'application':20}{'wall µs':>10}{'cpu µs':>10}{'min–max wall':>20}{'× stock':>9}{'× cached':>10}"
    )
    for name, members in CASES.items():
        body = orjson.dumps(members)
        apps = applications()
        answers = {each: orjson.loads(await once(app, body)).get("data") for each, app in apps.items()}
        assert len({orjson.dumps(answer) for answer in answers.values()}) == 1, answers
        times: dict[str, list[tuple[float, float]]] = {each: [] for each in apps}
        for _ in range(ROUNDS):
            for each, app in apps.items():
                times[each].append(await measured(app, body))
        wall = {each: statistics.median(found[0] for found in all_) for each, all_ in times.items()}
        for each, all_ in times.items():
            cpu = statistics.median(found[1] for found in all_)
            spread = f"{min(found[0] for found in all_):.0f}–{max(found[0] for found in all_):.0f}"
            ratios = f"{wall[each] / wall['stock']:>8.2f}×{wall[each] / wall['stock with caches']:>9.2f}×"
            print(f"{name:26}{each:20}{wall[each]:>10.0f}{cpu:>10.0f}{spread:>20}{ratios}")


if __name__ == "__main__":
    asyncio.run(main())
