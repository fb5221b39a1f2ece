"""Our rule about overlapping fields says the same as that of graphql-core, for every document."""

from __future__ import annotations

import random

import pytest
from graphql import (
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    parse,
    validate,
)

from execution.overlaps import OverlappingFields

SCHEMA = build_schema("""
    interface Node { id: ID, self: Node, name(short: Boolean, width: Int): String, count: Int!, tags: [String] }
    type A implements Node {
      id: ID, self: A, name(short: Boolean, width: Int): String, count: Int!, tags: [String]
      other: B, size: Int, list: [A]
    }
    type B implements Node {
      id: ID, self: B, name(short: Boolean, width: Int): String, count: Int!, tags: [String]
      other: A, size: String, list: [B!]
    }
    union Either = A | B
    type Query { node: Node, a: A, b: B, either: Either }
""")

OBJECTS = ("self", "other", "list")
LEAVES = (
    "id",
    "name",
    "name(short: true)",
    "name(short: false)",
    "name(width: 1, short: true)",
    "name(short: true, width: 1)",
    "name(short: $v)",
    "count",
    "tags",
    "size",
    "__typename",
    "unknown",
)


def selection(chance: random.Random, depth: int, after: int = 0) -> str:
    parts = []
    for _ in range(chance.randint(1, 2)):
        alias = f"{chance.choice(['x', 'id', 'self', 'size'])}: " if chance.random() < 0.15 else ""
        kind = chance.random()
        if kind < 0.5 or depth > 3:
            parts.append(alias + chance.choice(LEAVES))
        elif kind < 0.7:
            parts.append(f"{alias}{chance.choice(OBJECTS)} {selection(chance, depth + 1, after)}")
        elif kind < 0.9:
            condition = chance.choice(["", "on A", "on B", "on Node", "on Either"])
            parts.append(f"... {condition} {selection(chance, depth + 1, after)}")
        else:
            parts.append(f"...F{chance.randint(after, 2)}" if after < 3 else "id")
    return "{" + " ".join(parts) + "}"


def document(chance: random.Random) -> str:
    roots = " ".join(
        f"{chance.choice(['', 'r: '])}{chance.choice(['node', 'a', 'b', 'either'])} {selection(chance, 0)}"
        for _ in range(chance.randint(1, 3))
    )
    fragments = " ".join(
        f"fragment F{n} on {chance.choice(['A', 'B', 'Node'])} {selection(chance, 2, n + 1)}" for n in range(3)
    )
    spreads = " ".join(f"u{n}: self {{ ...F{n} }}" for n in range(3))
    return f"query ($v: Boolean) {{ {roots} ...All }} fragment All on Query {{ node {{ {spreads} }} }} {fragments}"


# Ours looks at operations with their fragments; a fragment that is used nowhere is refused by its own rule.
OTHERS = (NoUnusedFragmentsRule, NoFragmentCyclesRule)


def agree(many: int) -> None:
    chance = random.Random(11)
    refused = 0
    for _ in range(many):
        text = document(chance)
        parsed = parse(text)
        theirs = validate(SCHEMA, parsed, [*OTHERS, OverlappingFieldsCanBeMergedRule], max_errors=1_000)
        ours = validate(SCHEMA, parsed, [*OTHERS, OverlappingFields], max_errors=1_000)
        assert bool(theirs) == bool(ours), text
        refused += bool(ours)
    assert many / 5 < refused < many * 4 / 5


def test_both_rules_accept_and_refuse_the_same_documents() -> None:
    agree(200)


@pytest.mark.slow
def test_both_rules_accept_and_refuse_the_same_documents_many_times() -> None:
    agree(20_000)


def test_a_conflict_names_the_response_name_and_both_places() -> None:
    (error,) = validate(SCHEMA, parse("{ a { x: id x: count } }"), [OverlappingFields])
    assert error.message.startswith("Fields 'x' conflict because ")
    assert [place.column for place in error.locations or []] == [7, 13]
