"""Apollo's subgraph compatibility suite, on its products schema served by our execution room."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from conformance.figures import Figure
from conformance.gateways import hive
from conformance.processes import NODE_MODULES, PING, ROOT, finished, node, running, until_it_answers

SUITE = NODE_MODULES / "@apollo" / "federation-subgraph-compatibility-tests"
ROUTER, PRODUCTS, USERS, INVENTORY = 4000, 4001, 4002, 4003
"""The suite itself names these ports."""
WANTED = 23
CONFIGURATION = {
    "rootDir": str(SUITE / "dist"),
    "testEnvironment": "node",
    "haste": {"retainAllFiles": True},
    "testPathIgnorePatterns": [],
    "testMatch": ["**/tests/*.test.js"],
    "transform": {},
}
"""The suite's own, without the compiler of TypeScript: its tests are published compiled."""


def compatibility(folder: Path) -> Figure:
    """All tests of the suite, with Hive Gateway in the router's place."""
    subgraphs = {
        "products": (PRODUCTS, [sys.executable, "-m", "conformance.products", str(PRODUCTS)]),
        "users": (USERS, ["node", str(SUITE / "dist" / "subgraphs" / "users" / "index.js")]),
        "inventory": (INVENTORY, ["node", str(SUITE / "dist" / "subgraphs" / "inventory" / "index.js")]),
    }
    urls = {name: f"http://127.0.0.1:{port}/" for name, (port, _) in subgraphs.items()}
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(running(command, folder, name, PYTHONPATH=str(ROOT)))
            for name, (_, command) in subgraphs.items()
        }
        for name, process in started.items():
            until_it_answers(process, urls[name], PING)
        supergraph = folder / "products.graphql"
        node("supergraph.mjs", str(supergraph), *(f"{name}={url}" for name, url in urls.items()))
        stack.enter_context(hive(supergraph, ROUTER, "/"))
        return _tested(urls["products"])


def _tested(products: str) -> Figure:
    """What the suite says. Its own reporter writes a report of results; ours reads the tests one by one."""
    jest = [str(NODE_MODULES / ".bin" / "jest"), "--ci", "--json", "--config", json.dumps(CONFIGURATION)]
    said = finished(jest, environment={"PRODUCTS_URL": products})
    try:
        result = json.loads(said.stdout)
    except ValueError:
        raise RuntimeError(said.stderr.decode(errors="replace")[-1500:]) from None
    failures = [
        f"{each['fullName']}: {each['failureMessages'][0][:300]}"
        for suite in result["testResults"]
        for each in suite["assertionResults"]
        if each["status"] != "passed"
    ]
    remark = f"{result['numPassedTestSuites']} of {result['numTotalTestSuites']} suites"
    name = "@apollo/federation-subgraph-compatibility-tests, on our execution room"
    return Figure(name, result["numPassedTests"], WANTED, tuple(failures), remark)
