"""Only a subscription that starts at the present may join a running one: any other would miss its beginning."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from server.contexts import starts_now

FIELDS = "{ ... on Checkpoint { to } }"

FROM_NOW: list[tuple[str, dict[str, Any]]] = [
    (f"subscription {{ changes {FIELDS} }}", {}),
    (f"subscription {{ changes(after: null) {FIELDS} }}", {}),
    (f"subscription($c: Cursor) {{ changes(after: $c) {FIELDS} }}", {}),
    (f"subscription($c: Cursor) {{ changes(after: $c) {FIELDS} }}", {"c": None}),
]
FROM_BEFORE: list[tuple[str, dict[str, Any]]] = [
    (f'subscription {{ changes(after: "x") {FIELDS} }}', {}),
    (f"subscription($c: Cursor) {{ changes(after: $c) {FIELDS} }}", {"c": "x"}),
    (f'subscription($c: Cursor = "x") {{ changes(after: $c) {FIELDS} }}', {}),
    (f'subscription {{ ...F }} fragment F on Subscription {{ changes(after: "x") {FIELDS} }}', {}),
    (f'subscription {{ ... on Subscription {{ changes(after: "x") {FIELDS} }} }}', {}),
    ("subscription { outages { id } }", {}),
]


def operation(text: str) -> OperationDefinitionNode:
    first = parse(text).definitions[0]
    assert isinstance(first, OperationDefinitionNode)
    return first


@pytest.mark.parametrize(("text", "variables"), FROM_NOW)
def test_a_stream_without_a_cursor_starts_now(text: str, variables: dict[str, Any]) -> None:
    assert starts_now(operation(text), variables)


@pytest.mark.parametrize(("text", "variables"), FROM_BEFORE)
def test_a_stream_that_begins_with_what_was_is_its_own(text: str, variables: dict[str, Any]) -> None:
    assert not starts_now(operation(text), variables)
