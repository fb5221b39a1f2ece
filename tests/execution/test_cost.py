"""What operations cost, from @cost and @listSize."""

from __future__ import annotations

import random
from time import thread_time
from typing import Any

import pytest
import strawberry
from graphql import FragmentDefinitionNode, Lexer, OperationDefinitionNode, Source, TokenKind, parse
from strawberry.federation.schema_directives import ListSize

from execution.cost import Cost, CostRules
from execution.engine import Engine, Limits
from execution.entities import SubgraphSchema
from execution.limits import SATURATED, excesses, measured
from tests.execution import toy
from tests.execution.asking import answered, codes


@strawberry.type
class Edge:
    node: int

    @strawberry.field
    def shelf(self) -> toy.Shelf:
        return toy.Shelf(code=strawberry.ID("A"))


@strawberry.type
class Page:
    edges: list[Edge]
    total: int


@strawberry.type
class Paged:
    @strawberry.field(
        directives=[ListSize(assumed_size=20, slicing_arguments=["first", "last"], sized_fields=["edges"])]
    )
    def page(self, first: int | None = None, last: int | None = None) -> Page:
        return Page(edges=[], total=0)

    @strawberry.field(
        directives=[
            ListSize(
                assumed_size=200,
                slicing_arguments=strawberry.UNSET,
                sized_fields=strawberry.UNSET,
                require_one_slicing_argument=False,
            )
        ]
    )
    def asked(self, codes: list[strawberry.ID], kinds: list[str] | None = None) -> list[toy.Shelf]:
        return []

    @strawberry.field
    def pages(self, limit: int = 2) -> list[Page]:
        return []


async def cost(schema_engine: Engine, document: str, **variables: Any) -> int:
    body = await answered(schema_engine, document, variables=variables, report_cost=True)
    assert codes(body) == []
    found: int = body["extensions"]["cost"]
    return found


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ hello }", {}, 0),
        ("{ __typename __schema { types { name } } }", {}, 0),
        ("{ shelf { code } }", {}, 1),
        ("{ shelf { products { name } } }", {}, 1 + 3),
        ("{ shelf { products(first: 7) { name } } }", {}, 1 + 7),
        ("{ shelf { products(first: 7) { name price } } }", {}, 1 + 7 * (1 + 7)),
        ("{ shelf { products(first: 2) { shelf { products(first: 4) { name } } } } }", {}, 1 + 2 * (1 + 1 + 4)),
        ("query ($n: Int) { shelf { products(first: $n) { name } } }", {"n": 9}, 1 + 9),
        ("query ($n: Int) { shelf { products(first: $n) { name } } }", {}, 1 + 3),
        ("query ($n: Int = 4) { shelf { products(first: $n) { name } } }", {}, 1 + 4),
        ('{ products(ids: ["1", "2"]) { name } }', {}, 2),
        ('{ products(ids: "1") { name } }', {}, 1),
        ("query ($i: [ID!]!) { products(ids: $i) { name } }", {"i": ["1"] * 6}, 6),
        ("query ($i: [ID!]!) { products(ids: $i) { name } }", {"i": "1"}, 1),
        ("query ($n: Int) { ...F ...F } fragment F on Query { shelf { products(first: $n) { id } } }", {"n": 5}, 12),
        ('mutation { buy(id: "1") { id } }', {}, 10),
        ("{ failing(count: 1) { value } }", {}, 10),
    ],
)
async def test_a_cost_is_the_sum_of_weights_times_list_sizes(
    document: str, variables: dict[str, Any], expected: int
) -> None:
    body = await answered(toy.engine(), document, variables=variables, report_cost=True)
    assert body["extensions"]["cost"] == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ page { total } }", 1),
        ("{ page { edges { node } } }", 1 + 20),
        ("{ page(first: 3) { edges { node shelf { code } } total } }", 1 + 3 * 2),
        ("{ page(first: 3, last: 5) { ...F } } fragment F on Page { edges { node } }", 1 + 5),
        ("{ pages { edges { node } } }", 10 * (1 + 10)),
        ('{ asked(codes: ["A", "B"], kinds: ["x"]) { code } }', 2),
        ('query ($c: [ID!]! = ["A", "B", "C"]) { asked(codes: $c) { code } }', 3),
        ("{ asked(codes: []) { code } }", 0),
    ],
)
async def test_the_size_of_a_connection_is_that_of_its_sized_fields(document: str, expected: int) -> None:
    assert await cost(Engine(SubgraphSchema(Paged)), document) == expected


def test_a_fragment_costs_what_its_fields_would_wherever_it_stands() -> None:
    schema = SubgraphSchema(Paged)._schema
    below = "edges { node shelf { code } }"

    def computed(document: str) -> int:
        operation, *fragments = parse(document).definitions
        assert isinstance(operation, OperationDefinitionNode)
        named = {each.name.value: each for each in fragments if isinstance(each, FragmentDefinitionNode)}
        return CostRules(schema, 10).cost(operation, named).of({})

    chance = random.Random(7)
    for _ in range(200):
        pages = [
            f"p{page}: page(first: {chance.choice((1, 2, 3, 50, 300))}) {{ {chance.choice(('', 'total'))} ...F"
            f" {chance.choice(('', 'total', '... on Page { ...F }'))} }}"
            for page in range(chance.randint(2, 4))
        ]
        document = "{ " + " ".join(pages) + " }"
        assert computed(f"{document} fragment F on Page {{ {below} }}") == computed(document.replace("...F", below))


async def test_entities_cost_as_much_as_their_representations() -> None:
    document = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price } } }"
    representations = [{"__typename": "Product", "id": "1"}] * 25
    assert await cost(toy.engine(), document, r=representations) == 25 * (1 + 7)


async def test_an_operation_that_costs_too_much_is_refused_with_both_figures() -> None:
    document = "query ($i: [ID!]!) { products(ids: $i) { name } }"
    body = await answered(toy.engine(Limits(cost=5)), document, variables={"i": ["1"] * 6})
    assert codes(body) == ["COST_LIMIT_EXCEEDED"]
    assert body["errors"][0]["extensions"] == {"cost": 6, "limit": 5, "code": "COST_LIMIT_EXCEEDED"}


def test_a_cost_saturates() -> None:
    deep = "{ shelf " + "{ products(first: 2000000000) { shelf " * 20 + "{ code }" + "}}" * 20 + "}"
    operation = parse(deep).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert CostRules(toy.schema()._schema, 10).cost(operation, {}).of({}) == SATURATED


async def test_what_is_returned_never_exceeds_what_was_computed() -> None:
    engine = toy.engine()
    for first in range(6):
        document = f"{{ shelf {{ products(first: {first}) {{ shelf {{ products {{ name }} }} }} }} }}"
        body = await answered(engine, document, report_cost=True)

        def objects(value: Any) -> int:
            if isinstance(value, dict):
                return 1 + sum(map(objects, value.values()))
            return sum(map(objects, value)) if isinstance(value, list) else 0

        if first:
            assert objects(body["data"]) - 1 <= body["extensions"]["cost"]


@pytest.mark.parametrize("parts", [(), ((1, Cost(1)),)], ids=["of one level", "of two"])
def test_a_size_that_a_variable_says_makes_no_cost_without_end(parts: tuple[tuple[int, Cost], ...]) -> None:
    cost = Cost(1, ((lambda variables: variables["first"], Cost(5, parts)),))
    assert cost.of({"first": 2}) == 11 + 2 * len(parts)
    assert cost.of({"first": SATURATED}) == SATURATED


def test_the_analysis_of_a_thousand_tokens_takes_no_more_than_a_millisecond() -> None:
    fields = " ".join(f"s{n}:shelf{{code products(first:2){{id name price shelf{{code}}}}}}" for n in range(49))
    text = f"query Q{{{fields}}}"
    lexer, tokens = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        tokens += 1
    assert tokens >= 1_000
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    rules, limits = CostRules(toy.schema()._schema, 10), Limits()
    times = []
    for _ in range(200):
        started = thread_time()
        list(excesses(measured(document, operation), limits))
        rules.cost(operation, {}).of({})
        times.append(thread_time() - started)
    assert min(times) <= 0.001
