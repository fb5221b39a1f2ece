"""The rooms have plain names, which somebody else might claim: each claim is found here before it hurts."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec

import pytest

from tests.house.files import ROOMS, ROOT, modules, named, project_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BESIDE = {"tests", "benchmarks", "conformance", "docs"}


def test_rooms_are_the_same_to_everyone_who_names_them() -> None:
    tool = PROJECT["tool"]
    assert set(tool["importlinter"]["root_packages"]) == set(ROOMS)
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(ROOMS)
    assert set(tool["mypy"]["packages"]) == set(ROOMS)


def test_every_folder_is_a_room_or_stands_beside_them() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in project_files() if path.parent != ROOT}
    assert {name for name in folders if not name.startswith(".")} - BESIDE == set(ROOMS)


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_no_room_hides_a_module_of_python(room: str) -> None:
    assert room not in sys.stdlib_module_names


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_claims_a_room(room: str) -> None:
    """The package `schema` on PyPI does: with it in the same environment, one of the two breaks."""
    ours = distribution(PROJECT["project"]["name"]).metadata["Name"]
    assert set(packages_distributions().get(room, [ours])) == {ours}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_imported_from_this_checkout(room: str) -> None:
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


def test_every_folder_of_tests_is_a_package() -> None:
    """Without its `__init__.py`, `tests/loaders` would be imported as `loaders`, and hide the room."""
    folders = {path.parent for path in modules("tests")}
    assert {named(folder) for folder in folders if not (folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_named_for_what_it_holds(room: str) -> None:
    assert room not in {"utils", "helpers", "common", "core", "services", "models", "misc", "lib"}
    for path in modules(room):
        assert path.stem not in {"utils", "helpers", "common", "misc"}, named(path)
