"""Every name that clients are promised is in our own SDL, with its type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast

ROOT = Path(__file__).parents[2]
TARGET = ROOT.parent / "shared" / "contract" / "btb.graphql"
OURS = ROOT / "schema" / "subgraph.graphql"

LATER = ("Query.serviceLevels", "Query.statistics", "ServiceLevel", "ServiceWindow", "Statistics", "RoleCount")
LATER += ("DomainCount", "DayCount")
"""Figures for dashboards: promised, and not part of the work done so far."""


def names(sdl: str) -> dict[str, str]:
    """Every field, argument, enum value, union and scalar of a document, with its type."""
    found: dict[str, str] = {}
    for definition in parse(sdl, no_location=True).definitions:
        node: Any = definition
        name = getattr(getattr(node, "name", None), "value", "")
        match node.kind:
            case "object_type_definition" | "object_type_extension" | "input_object_type_definition":
                for field in node.fields or ():
                    found[f"{name}.{field.name.value}"] = print_ast(field.type)
                    for argument in getattr(field, "arguments", None) or ():
                        found[f"{name}.{field.name.value}({argument.name.value})"] = print_ast(argument.type)
            case "enum_type_definition":
                found.update({f"{name}.{value.name.value}": "enum value" for value in node.values})
            case "union_type_definition":
                found[name] = " | ".join(sorted(member.name.value for member in node.types))
            case "scalar_type_definition":
                found[name] = "scalar"
    return found


@pytest.mark.reference
def test_every_promised_name_is_there_with_its_type() -> None:
    if not TARGET.exists():
        pytest.skip("The target contract is not present: ../shared/contract")
    ours = names(OURS.read_text())
    promised = {name: type for name, type in names(TARGET.read_text()).items() if not name.startswith(LATER)}
    wrong = {name: (type, ours.get(name)) for name, type in promised.items() if ours.get(name) != type}
    # Date and DateTime are scalars of the library, which prints them as ours.
    assert wrong == {}


def test_every_description_ends_with_a_full_stop() -> None:
    def described(node: Any) -> list[Any]:
        children = [child for part in ("fields", "arguments", "values") for child in getattr(node, part, None) or ()]
        return [node, *(each for child in children for each in described(child))]

    document = parse(OURS.read_text(), no_location=True)
    for definition in document.definitions:
        for node in described(definition):
            text = getattr(getattr(node, "description", None), "value", None)
            if text is not None:
                assert text.rstrip().endswith((".", "?")), text
