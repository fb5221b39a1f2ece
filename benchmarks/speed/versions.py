"""What was measured, to the version."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib.metadata import version

from benchmarks.speed.peers import NODE, PEER_PYTHON

_OURS = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "uvloop", "httptools", "orjson")
_DATABASE = ("sqlalchemy", "asyncpg", "joserfc")


def versions(*, database: bool) -> dict[str, str]:
    """Of the languages, and of every package that does the work."""
    found = {"Python": platform.python_version()}
    found |= {name: version(name) for name in (*_OURS, *(_DATABASE if database else ()))}
    found["Ariadne"] = _said(str(PEER_PYTHON), "-c", "from importlib.metadata import version as v; print(v('ariadne'))")
    found["Node"] = _said("node", "--version").removeprefix("v")
    return found | json.loads((NODE / "package.json").read_text())["dependencies"]


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
