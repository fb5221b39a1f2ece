"""What we install: pinned, hashed, from wherever pip is told, and nothing known to be unsafe."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import version

import pytest

from tests.house.files import ROOT

PINS = (ROOT / "requirements.txt").read_text()
OTHERS = ROOT / "conformance"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Below these versions a published advisory concerns us.
FLOORS = {
    "strawberry-graphql": (0, 312, 3),
    "starlette": (1, 3, 1),
    "authlib": (1, 7, 1),
    "joserfc": (1, 7, 4),
    "uvicorn": (0, 11, 7),
    "sqlalchemy": (1, 3, 0),
}


def _entries(pins: str = PINS) -> dict[str, str]:
    found = re.findall(
        r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)[^\n]*\\\n((?:    --hash=[^\n]+\n?)+)", pins, re.MULTILINE
    )
    return {name: pinned for name, pinned, _ in found}


BOTH = pytest.mark.parametrize("pins", [PINS, (OTHERS / "requirements.txt").read_text()], ids=["ours", "theirs"])


@BOTH
def test_every_package_is_pinned_with_its_hashes(pins: str) -> None:
    named = re.findall(r"^([a-z0-9][^\s=\[]*)", pins, re.MULTILINE)
    assert named
    assert set(named) == set(_entries(pins))


@BOTH
def test_no_pin_names_where_packages_come_from(pins: str) -> None:
    assert not re.search(r"://|^\s*-(?!-hash=sha256:)|@", pins, re.MULTILINE)


def test_packages_of_node_are_pinned_with_their_hashes_and_without_where_they_come_from() -> None:
    said = json.loads((OTHERS / "package.json").read_text())
    wanted = {**said["dependencies"], **said["optionalDependencies"]}
    assert [each for each in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", each)] == []
    packages = json.loads((OTHERS / "package-lock.json").read_text())["packages"]
    locked = {name.removeprefix("node_modules/"): each for name, each in packages.items() if name}
    assert {name: locked[name]["version"] for name in wanted} == wanted
    assert [name for name, each in locked.items() if "integrity" not in each and not each.get("inBundle")] == []
    assert [name for name, each in locked.items() if "resolved" in each] == []


def test_pins_are_those_of_the_project() -> None:
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    for requirement in wanted:
        name, _, pinned = re.sub(r"\[[^\]]*\]", "", requirement).partition("==")
        assert name in _entries(), f"{name}: pin it anew, as CONTRIBUTING.md says."
        assert pinned in ("", _entries()[name])


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_nothing_is_older_than_its_last_advisory(name: str) -> None:
    installed = tuple(int(part) for part in re.findall(r"\d+", version(name))[:3])
    assert installed >= FLOORS[name]
