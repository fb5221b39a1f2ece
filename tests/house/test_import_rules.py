"""The import rules hold, and each of them bites: broken on purpose in a copy, it is the one that is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOMS, ROOT

BREACHES = [
    ("Each room looks only downward", "loaders", "import resolvers"),
    ("Each room looks only downward", "datasources", "import loaders"),
    ("Each room looks only downward", "resolvers", "import schema"),
    ("Each room looks only downward", "schema", "import server"),
    ("Each room looks only downward", "btb", "import datasources"),
    ("Execution knows GraphQL and nothing of ours", "execution", "import btb"),
    ("Only schema and server use execution", "resolvers", "import execution"),
    ("What is true needs no framework, no input and no output", "btb", "import asyncio"),
    ("What is true needs no framework, no input and no output", "btb", "import pydantic"),
    ("Only schema, execution and server speak GraphQL", "loaders", "import graphql"),
    ("Only schema, execution and server speak GraphQL", "datasources", "import strawberry"),
    ("Only datasources speaks SQL, SOAP and HTTP", "resolvers", "import sqlalchemy"),
    ("Only datasources speaks SQL, SOAP and HTTP", "schema", "import lxml"),
    ("Only datasources speaks SQL, SOAP and HTTP", "resolvers", "import aiohttp"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _broken(folder: Path) -> tuple[int, set[str]]:
    """The status of import-linter in a folder, and the rules that it says are broken."""
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as c; c()"
    told = subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, timeout=110)
    return told.returncode, set(re.findall(r"^(.+?)\s+BROKEN", told.stdout, re.MULTILINE))


def test_nobody_breaks_the_rules(copy: Path) -> None:
    assert _broken(copy) == (0, set())


@pytest.mark.parametrize(("rule", "room", "line"), BREACHES)
def test_each_rule_bites(copy: Path, rule: str, room: str, line: str) -> None:
    breach = copy / room / "breach.py"
    breach.write_text(f"{line}\n")
    try:
        status, broken = _broken(copy)
    finally:
        breach.unlink()
    assert status == 1
    assert rule in broken
