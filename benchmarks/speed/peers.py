"""Who is measured, and how each is started."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.speed.servers import Recipe

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
NODE = PEERS / "node"
PEER_PYTHON = PEERS / ".venv" / "bin" / "python"

OURS = "ours"
KEEPING_NONE = "ours, keeping no fragments"
BARE = "Starlette by hand"
STRAWBERRY = "Strawberry"
APOLLO = "Apollo Server"
MERCURIUS = "mercurius"
MERCURIUS_JIT = "mercurius with JIT"
YOGA_JIT = "yoga with JIT"


NODES = (APOLLO, MERCURIUS, MERCURIUS_JIT, YOGA_JIT)


def node(name: str, framework: str, setting: str) -> Recipe:
    """A server on Node."""
    return Recipe(name, ("node", "server.mjs", framework, setting, "{port}"), NODE)


def nodes(setting: str) -> list[Recipe]:
    """All servers on Node."""
    return [
        node(APOLLO, "apollo", setting),
        node(MERCURIUS, "mercurius", setting),
        node(MERCURIUS_JIT, "mercurius-jit", setting),
        node(YOGA_JIT, "yoga-jit", setting),
    ]


def uvicorn(name: str, module: str) -> Recipe:
    """A Python server of the peers' own environment, on the same uvicorn, event loop and parser as ours."""
    command = (PEER_PYTHON, "-m", "uvicorn", f"benchmarks.peers.python.{module}:app", "--port", "{port}")
    how = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
    return Recipe(name, (*map(str, command), *how), ROOT)


def in_memory() -> list[Recipe]:
    """Everybody with data in memory; ours first."""
    return [
        Recipe(OURS, (sys.executable, "-m", "benchmarks.ours.memory", "{port}"), ROOT),
        *nodes("memory"),
        uvicorn(STRAWBERRY, "strawberry_peer"),
        uvicorn("Ariadne", "ariadne_peer"),
        uvicorn(BARE, "bare"),
    ]


def on_postgresql(home: Path) -> list[Recipe]:
    """Everybody over the same database; ours first, as it is and without its cache, where its keys are."""
    command = (sys.executable, "-m", "benchmarks.ours.service", "serve", "--port", "{port}")
    ours, plain = Recipe(OURS, command, home), Recipe(KEEPING_NONE, command, home, settings={"BTB_FRAGMENTS_KEPT": "0"})
    return [ours, plain, *nodes("database"), uvicorn(STRAWBERRY, "strawberry_database")]
