"""What the execution room costs by itself, beside Strawberry's stock view on the same schema; and its analysis."""

from __future__ import annotations

import logging
import statistics
from time import process_time

import orjson
from graphql import Lexer, OperationDefinitionNode, Source, TokenKind, parse

from benchmarks import room
from conformance.figures import Checks, Figure
from execution.cost import CostRules
from execution.entities import SubgraphSchema
from execution.limits import Limits, excesses, measured

ROUNDS = 11
ANALYSES = 100
MOST_OF_STOCK = 1.0
MOST_MILLISECONDS = 1.0
TOKENS = 1_000


async def speed() -> Figure:
    """Both in one run and by turns, as medians of processor time: what else the machine does is not counted."""
    checks = Checks("the room's own overhead beside Strawberry's stock view; its analysis")
    ratios = await _beside_strawberry("small query")
    analysis = _analysis()
    for name, ratio in ratios.items():
        checks.that(f"a small query costs at most {MOST_OF_STOCK:g} of {name}", ratio <= MOST_OF_STOCK, ratio)
    checks.that(f"the analysis takes at most {MOST_MILLISECONDS:g} ms", analysis <= MOST_MILLISECONDS, analysis)
    said = ", ".join(f"{ratio:.2f}× {name}" for name, ratio in ratios.items())
    return checks.figure(f"small query {said}; {TOKENS:,} tokens analysed in {analysis:.2f} ms")


async def _beside_strawberry(case: str) -> dict[str, float]:
    """The room's time as a share of that of the view as it comes, and of the view with both of its caches."""
    body = orjson.dumps(room.CASES[case])
    logging.getLogger("strawberry.execution").disabled = True
    applications = room.applications()
    answers = {await room.once(app, body) for app in applications.values()}
    assert len(answers) == 1, answers
    times: dict[str, list[float]] = {name: [] for name in applications}
    for _ in range(ROUNDS):
        for name, app in applications.items():
            times[name].append((await room.measured(app, body))[1])
    ours, *theirs = ((name, statistics.median(all_)) for name, all_ in times.items())
    return {name: ours[1] / median for name, median in theirs}


def _analysis() -> float:
    """Milliseconds to measure a document of so many tokens, to compare it with the limits, and to know its cost."""
    document = parse(text := _document())
    assert _tokens(text) == TOKENS
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    rules = CostRules(SubgraphSchema(room.Query, types=[room.Item], federation_version="2.9")._schema, 10)
    limits, times = Limits(), []
    for _ in range(ANALYSES):
        began = process_time()
        tuple(excesses(measured(document, operation), limits))
        rules.cost(operation, {}).of({})
        times.append(process_time() - began)
    return statistics.median(times) * 1_000


def _document() -> str:
    """Aliased lists of objects: twelve tokens each, and what is missing as plain fields."""
    lists = (TOKENS - 2) // 12
    plain = " ".join(["hello"] * (TOKENS - 2 - lists * 12))
    return "{ " + " ".join(f"a{n}: items(first: {n}) {{ code name }}" for n in range(lists)) + f" {plain} }}"


def _tokens(text: str) -> int:
    lexer, count = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        count += 1
    return count
