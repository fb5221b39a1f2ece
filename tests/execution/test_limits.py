"""Documents that ask for too much are refused, fast."""

from __future__ import annotations

import random
from time import perf_counter
from typing import Any

import pytest
from graphql import FieldNode, FragmentDefinitionNode, InlineFragmentNode, OperationDefinitionNode, parse

from execution.engine import Limits
from execution.limits import Measure, list_too_long, measured
from tests.execution import toy
from tests.execution.asking import answered, codes


def nested(fragments: int) -> str:
    """Fragments that each spread the next one twice."""
    each = "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(fragments))
    return f"query{{...F0}}{each}fragment F{fragments} on Query{{hello}}"


EXPENSIVE = {
    **{f"{count} nested fragments": nested(count) for count in (10, 18, 29, 50, 200)},
    "10,000 aliases": "{" + " ".join(f"a{n}:hello" for n in range(10_000)) + "}",
    "300 aliases": "{" + " ".join(f"a{n}:hello" for n in range(300)) + "}",
    "10,000 spreads": "{" + "...F " * 10_000 + "} fragment F on Query{hello}",
    "490 spreads": "{" + "...F " * 490 + "} fragment F on Query{hello}",
    "60 by 60 overlapping fields": "{" + ("shelf{" + "products{name} " * 60 + "} ") * 60 + "}",
    "60 overlapping fields": "{shelf{" + "products{name} " * 60 + "}}",
    "50,000 directives": "{hello " + "@skip(if:false) " * 50_000 + "}",
    "190 directives": "{hello " + "@skip(if:false) " * 190 + "}",
    "200 levels": "{shelf{products" * 200 + "{name}" + "}}" * 200,
    "5,000 levels": "{shelf" * 5_000,
    "100,000 comments": "#\n" * 100_000 + "{hello}",
    "introspection in circles": "{__schema{types" + "{fields{type{ofType" * 20 + "{name}" + "}}}" * 20 + "}}",
    "300 variables": "query(" + " ".join(f"$v{n}:Int" for n in range(300)) + "){hello}",
    "an expensive list": "{products(ids:["
    + "1 " * 900
    + "]){shelf{products(first:50){shelf{products(first:50){name}}}}}}",
    "a number of 60,000 digits": "{add(number:" + "9" * 60_000 + ")}",
    "a circle of fragments": "{...A} fragment A on Query{...B} fragment B on Query{...A}",
    "another operation in the document": "query A{hello} query B{" + " ".join(f"a{n}:hello" for n in range(60)) + "}",
}


@pytest.mark.parametrize("document", EXPENSIVE.values(), ids=EXPENSIVE.keys())
async def test_an_expensive_document_is_refused_within_a_tenth_of_a_second(document: str) -> None:
    times = []
    for _ in range(3):
        engine = toy.engine()
        started = perf_counter()
        body = await answered(engine, document, operation_name="A" if "query A" in document else None)
        times.append(perf_counter() - started)
        assert "data" not in body
        assert set(codes(body)) <= {
            "LIMIT_EXCEEDED",
            "COST_LIMIT_EXCEEDED",
            "GRAPHQL_PARSE_FAILED",
            "GRAPHQL_VALIDATION_FAILED",
        }
    assert min(times) < 0.1


WITHIN = {
    "fields that overlap in fragments": "{shelf{"
    + " ".join(f"...F{n}" for n in range(20))
    + "}}"
    + " ".join(f"fragment F{n} on Shelf{{" + "products{name} " * 10 + "}" for n in range(20)),
    "fields that overlap": "{" + ("shelf{" + "products{name} " * 15 + "} ") * 10 + "}",
}


@pytest.mark.parametrize("document", WITHIN.values(), ids=WITHIN.keys())
async def test_what_is_within_the_limits_is_not_slow_to_validate(document: str) -> None:
    times = []
    for _ in range(3):
        engine = toy.engine()
        started = perf_counter()
        assert codes(await answered(engine, document)) == []
        times.append(perf_counter() - started)
    assert min(times) < 0.1


@pytest.mark.parametrize(
    ("limits", "document", "of"),
    [
        (Limits(depth=2), "{ shelf { products { name } } }", "depth"),
        (Limits(fields=2), "{ shelf { products { name } } }", "fields"),
        (Limits(root_fields=1), "{ hello who }", "root_fields"),
        (Limits(aliases=0), "{ a: hello }", "aliases"),
        (Limits(directives=0), "query ($a: Boolean!) { hello @skip(if: $a) }", "directives"),
        (Limits(fragments=0), "{ ...F } fragment F on Query { hello }", "fragments"),
        (Limits(repeats=1), "{ hello hello }", "repeats"),
        (Limits(characters=20), '{ hello } # "and so on"', "characters"),
        (Limits(tokens=2), "{ hello }", "tokens"),
        (
            Limits(),
            "{ " + " ".join(f"s{n}: __schema {{ types {{ name }} }}" for n in range(3)) + " }",
            "introspections",
        ),
        (Limits(introspection_depth=1), "{ __schema { types { name } } }", "introspection_depth"),
    ],
)
async def test_each_limit_is_named_by_its_refusal(limits: Limits, document: str, of: str) -> None:
    body = await answered(toy.engine(limits), document)
    assert codes(body) == ["LIMIT_EXCEEDED"]
    assert body["errors"][0]["extensions"]["of"] == of


async def test_the_usual_introspection_is_within_the_limits() -> None:
    from graphql import get_introspection_query

    body = await answered(toy.engine(), get_introspection_query(descriptions=True, input_value_deprecation=True))
    assert codes(body) == []


async def test_lists_in_variables_are_bounded_at_every_depth() -> None:
    engine = toy.engine(Limits(list_items=3))
    document = "query ($ids: [ID!]!) { products(ids: $ids) { name } }"
    assert codes(await answered(engine, document, variables={"ids": ["1"] * 3})) == []
    assert codes(await answered(engine, document, variables={"ids": ["1"] * 4})) == ["LIMIT_EXCEEDED"]
    assert list_too_long({"a": [{"b": [1, 2, 3, 4]}]}, 3)
    assert not list_too_long({"a": [{"b": [1, 2, 3]}], "c": "1234"}, 3)


def random_document(chance: random.Random) -> str:
    """A document of fields, aliases, inline fragments and fragments that spread later ones."""

    def selection(depth: int, after: int) -> str:
        parts = []
        for _ in range(chance.randint(1, 4)):
            kind = chance.random()
            if kind < 0.25 and after < 4:
                parts.append(f"...F{chance.randint(after + 1, 4)}")
            elif kind < 0.4 and depth < 4:
                parts.append(f"... on Query {selection(depth + 1, after)}")
            else:
                alias = f"x{chance.randint(0, 3)}: " if chance.random() < 0.4 else ""
                inner = selection(depth + 1, after) if depth < 4 and chance.random() < 0.4 else ""
                parts.append(f"{alias}f{chance.randint(0, 3)} {inner}")
        return "{" + " ".join(parts) + "}"

    fragments = " ".join(f"fragment F{number} on Query {selection(2, number)}" for number in range(5))
    return f"query {selection(0, -1)} {fragments}"


def naive(selection_set: Any, fragments: dict[str, Any]) -> tuple[int, int, int]:
    """Depth, fields and aliases of a selection, counted by writing it out."""
    depth = fields = aliases = 0
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            inner = naive(node.selection_set, fragments) if node.selection_set else (0, 0, 0)
            found = (inner[0] + 1, inner[1] + 1, inner[2] + bool(node.alias))
        elif isinstance(node, InlineFragmentNode):
            found = naive(node.selection_set, fragments)
        else:
            found = naive(fragments[node.name.value].selection_set, fragments)
        depth, fields, aliases = max(depth, found[0]), fields + found[1], aliases + found[2]
    return depth, fields, aliases


def test_the_measure_is_that_of_the_document_written_out() -> None:
    chance = random.Random(7)
    for _ in range(300):
        document = parse(random_document(chance))
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        found: Measure = measured(document, operation)
        assert (found.depth, found.fields, found.aliases) == naive(operation.selection_set, fragments)


@pytest.mark.parametrize("document", ["{ %s }", "query ($%s: Int) { hello }", "{ ...%s }", "{ hello @%s }", "{ %s"])
async def test_a_long_name_is_not_repeated_whole(document: str) -> None:
    body = await answered(toy.engine(), document % ("a" * 20_000))
    assert body["errors"]
    assert all(len(error["message"]) < 500 for error in body["errors"])
