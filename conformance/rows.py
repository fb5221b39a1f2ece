"""The rows of the table, in the order in which they are run: first what is timed, then what loads the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from conformance import compatibility, contract, expensive, federated, flooding, generated
from conformance.asking import seed
from conformance.figures import Figure
from conformance.gateways import GATEWAYS, Gateway, Supergraph, supergraph
from conformance.processes import free_port, node
from conformance.service import service
from conformance.speed import speed

MALFORMED = 10_000
SCANNED, WRITTEN = 20, 300
"""Examples for each operation, and whole documents."""


def timed(folder: Path) -> Iterator[Figure]:
    """What is measured, while nothing else runs."""
    yield asyncio.run(speed())
    with service(folder) as served:
        yield asyncio.run(expensive.refused(served))


def clients(folder: Path) -> Iterator[Figure]:
    """Other people's clients and audits on one service."""
    with service(folder, BTB_DOCUMENTS_BY_GET="true") as served:
        yield Figure.told("npm graphql-http: server audits", node("audits.mjs", served.url))
        start = asyncio.run(seed(served))
        tokens = [served.token("--client", each) for each in ("uman", "operator")]
        said = node("sockets.mjs", served.socket, *tokens, start)
        yield Figure.told("graphql-transport-ws: npm graphql-ws and hostile frames", said)
        said = node("streams.mjs", served.url, *tokens, start)
        yield Figure.told("npm graphql-sse, Apollo Client multipart, npm meros", said)


def contracts(folder: Path) -> Iterator[Figure]:
    """What breaks clients; that the composers accept our SDL is told with the gateways, which need it composed."""
    yield contract.unbroken(folder)


def gateways(folder: Path) -> Iterator[Figure]:
    """Every gateway in front of one service and one neighbour; while one is asked, the next one starts."""
    ports = [free_port(), free_port()]
    origins = ",".join(f"http://127.0.0.1:{port}" for port in ports)
    with service(folder, BTB_CALLBACK_ORIGINS=origins) as served, supergraph(served, folder) as composed:
        yield composed.figure
        start = asyncio.run(seed(served))
        asked: set[str] = set()
        for gateway, url in _one_after_another(composed, ports):
            if isinstance(url, Exception):
                yield Figure.broken(f"{gateway.name} {gateway.upstream}".strip(), url)
                continue
            if gateway.name not in asked:
                asked.add(gateway.name)
                yield asyncio.run(federated.queries(gateway.name, url, served))
            if gateway.upstream:
                name = f"{gateway.name}: subscriptions, by {gateway.upstream} upstream"
                yield asyncio.run(federated.subscriptions(name, url, served, start))


def _one_after_another(composed: Supergraph, ports: list[int]) -> Iterator[tuple[Gateway, str | Exception]]:
    """Each gateway with its URL or what kept it from starting; it ends when the next one is asked for."""

    def start(number: int) -> tuple[ExitStack, str | Exception]:
        stack = ExitStack()
        try:
            return stack, stack.enter_context(GATEWAYS[number].started(composed, ports[number % 2]))
        except Exception as error:
            return stack, error

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(start, 0)
        try:
            for number, gateway in enumerate(GATEWAYS):
                stack, url = coming.result()
                with stack:
                    if number + 1 < len(GATEWAYS):
                        coming = ahead.submit(start, number + 1)
                    yield gateway, url
        finally:
            coming.result()[0].close()


def subgraph(folder: Path) -> Iterator[Figure]:
    """Apollo's suite for any subgraph library."""
    yield compatibility.compatibility(folder)


def scanned(folder: Path) -> Iterator[Figure]:
    """Operations that tools make of our schema."""
    with service(folder) as served:
        yield generated.schemathesis(served, SCANNED)
        yield asyncio.run(generated.hypothesis_graphql(served, WRITTEN))


def malformed(folder: Path) -> Iterator[Figure]:
    """What almost makes sense, by the thousand."""
    with service(folder, BTB_DOCUMENTS_BY_GET="true") as served:
        yield asyncio.run(flooding.requests(served, MALFORMED))
        yield asyncio.run(flooding.unframed_requests(served, MALFORMED))
        yield asyncio.run(flooding.exchanges(served, MALFORMED))


GROUPS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    each.__name__: each for each in (timed, clients, contracts, gateways, subgraph, scanned, malformed)
}
"""By the names under which they can be asked for: `make conformance SUITES="clients gateways"`."""
