"""Which form of answer an Accept header asks for."""

from __future__ import annotations

import pytest

from execution.negotiation import GRAPHQL_RESPONSE, JSON, preferred, quality


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}; charset=utf-8, application/json; charset=utf-8", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE}, multipart/mixed", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE};q=0.9", JSON),
        (f"{GRAPHQL_RESPONSE};q=0, */*", JSON),
        (f"APPLICATION/JSON;Q=0.2, {GRAPHQL_RESPONSE};q=0.1", JSON),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=x", None),
        ("application/json;q=7", None),
        ("application/json;q=0.1234", None),
        (",,;", None),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON),
        ("application/json;q=.", None),
    ],
)
def test_the_preferred_form_is_that_of_the_highest_weight(accept: str, form: str | None) -> None:
    assert preferred(accept) == form


def test_the_most_specific_range_counts() -> None:
    accept = "text/*;q=0.3, text/event-stream;q=0.7, */*;q=0.1"
    assert [quality(accept, each) for each in ("text/event-stream", "text/html", "image/png")] == [0.7, 0.3, 0.1]
