"""A change of the schema that breaks clients is noticed, and let through only where CHANGELOG.md names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance import contract
from conformance.processes import NODE_MODULES

CHANGELOG = """# Changes

## Unreleased

### Added

- `Person.name` is said differently.

### Contract

- `Enterprise.name` is gone: ask `names` of it.

## 0.1.0

### Contract

- `Domain.code` was dropped.
"""


@pytest.fixture
def node() -> None:
    if shutil.which("node") is None or not (NODE_MODULES / ".ready").exists():
        pytest.skip("Needs Node 20 and the packages that `make conformance` installs.")


@pytest.mark.parametrize(
    ("change", "coordinate"),
    [
        ("Enterprise.name was removed.", "Enterprise.name"),
        ("Person was removed.", "Person"),
        ("Enterprise.version changed type from Int! to Int.", "Enterprise.version"),
        ("Person changed from an Object type to a Union type.", "Person"),
        ("CHIEF was removed from enum type Role.", "Role.CHIEF"),
        ("Refusal was removed from union type Answer.", "Answer.Refusal"),
        ("A required field reason on input type EndInput was added.", "EndInput.reason"),
        ("A required arg reason on Query.enterprise was added.", "Query.enterprise"),
        ("Query.enterprise arg reason has changed type from ID to ID!.", "Query.enterprise"),
        ("Person no longer implements interface Named.", "Person"),
    ],
)
def test_a_change_is_about_one_place_of_the_schema(change: str, coordinate: str) -> None:
    assert contract.coordinate_of(change) == coordinate


def test_a_break_must_be_named_under_contract_of_what_is_coming() -> None:
    said = contract.contract_section(CHANGELOG)
    assert contract.is_named("Enterprise.name was removed.", said)
    assert not contract.is_named("Enterprise.names was removed.", said)
    assert not contract.is_named("Person.name was removed.", said)
    assert not contract.is_named("Domain.code was removed.", said)


@pytest.mark.node
@pytest.mark.usefixtures("node")
def test_three_composers_accept_our_contract_beside_a_neighbours(tmp_path: Path) -> None:
    figure, _ = contract.composed(tmp_path, "http://am.invalid", "http://neighbour.invalid")
    assert (figure.asked, figure.failures) == (3, ())


@pytest.mark.node
@pytest.mark.usefixtures("node")
def test_our_contract_breaks_nothing_without_saying_so(tmp_path: Path) -> None:
    figure = contract.unbroken(tmp_path)
    assert figure.failures == ()


@pytest.mark.node
@pytest.mark.usefixtures("node")
def test_a_break_that_nobody_named_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former = contract.SDL.read_text().replace("\ntype Query ", "\ntype Query {\n  gone: ID\n}\n\nextend type Query ", 1)
    monkeypatch.setattr(contract, "earlier", lambda: ("before", former))
    figure = contract.unbroken(tmp_path)
    assert len(figure.failures) == 1
    assert "Query.gone was removed." in figure.failures[0]
