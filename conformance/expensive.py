"""Documents that ask for far too much (the corpus of S2 and R16), each of which is refused in a tenth of a second."""

from __future__ import annotations

import time

import aiohttp

from conformance.figures import Checks, Figure
from conformance.service import Service

DEADLINE, TURNS = 0.1, 10


def _nested(count: int, spread: int = 2) -> str:
    inner = " ".join(f"fragment F{n} on Query {{ {f'...F{n + 1} ' * spread}}}" for n in range(count))
    return f"{{ ...F0 }} {inner} fragment F{count} on Query {{ domains {{ code }} }}"


def _aliases(count: int, field: str) -> str:
    return "{" + " ".join(f"a{n}: {field}" for n in range(count)) + "}"


def documents() -> dict[str, str]:
    """By what is too much in each."""
    domain = "domains { managedBy { domains { code } } }"
    deep = "{ __schema " + "{ types { fields { type " * 60 + "{ name }" + "}}}" * 60 + "}"
    around = "{ __schema { types { " + "fields { type { " * 9 + "name" + " } }" * 9 + " } } }"
    same = " ".join(f"f{m}: domain(code: $c) {{ code }}" for m in range(60))
    fragments = " ".join(f"fragment O{n} on Query {{ {same} }}" for n in range(60))
    overlapping = "query Q($c: ID!) { " + " ".join(f"...O{n}" for n in range(60)) + " } " + fragments
    managers = "accessManagers { enterprise { " * 3 + "name" + " } }" * 3
    return {
        **{f"{count} nested fragments that double": _nested(count) for count in (10, 16, 18, 20, 25, 29, 50, 100, 200)},
        "nested fragments that triple": _nested(20, 3),
        "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "a thousand aliases": _aliases(1_000, "__typename"),
        "ten thousand aliases": _aliases(10_000, "__typename"),
        "aliases of an expensive field": _aliases(31, domain),
        "ten thousand of the same field": "{" + "__typename " * 10_000 + "}",
        "ten thousand of the same spread": "{" + "...F " * 10_000 + "} fragment F on Query { __typename }",
        "sixty times sixty overlapping fields": overlapping,
        "sixty conflicts to compare": "{" + " ".join(f'x: domain(code: "{n}") {{ code }}' for n in range(60)) + "}",
        "fifty thousand directives": "{ __typename" + " @a" * 50_000 + "}",
        "a thousand known directives": "{ __typename" + " @include(if: true)" * 1_000 + "}",
        "four hundred unknown directives": "{ __typename" + " @a" * 400 + "}",
        "two hundred duplicate fields of an input": "{ changes(filter: {"
        + 'domains: ["x"] ' * 240
        + "}) { hasMore } }",
        "a list of sixty thousand": "{ enterprises(enterpriseNumbers: [" + '"1",' * 60_000 + "]) { name } }",
        "lists four hundred deep": "{ enterprises(enterpriseNumbers: " + "[" * 400 + "]" * 400 + ") { name } }",
        "a hundred and eighty levels": deep,
        "introspection in a circle": around,
        "three hundred operations": " ".join(f"query Q{n} {{ __typename }}" for n in range(300)),
        "three hundred variables": "query Q(" + " ".join(f"$v{n}: ID" for n in range(300)) + ") { __typename }",
        "eleven fields at the root": "{" + " ".join(f"r{n}: domains {{ code }}" for n in range(11)) + "}",
        "a cost beyond measure": "{ snapshot(first: 500) { mandates { enterprise { " + managers + " } } } }",
        "a comment of two hundred thousand characters": "#" + "x" * 200_000 + "\n{ __typename }",
        "fifty thousand comments": "#\n" * 50_000 + "{ __typename }",
        "a text of thirty thousand quotes": '{ domain(code: """' + '\\"""' * 30_000 + '""") { code } }',
    }


async def refused(service: Service) -> Figure:
    """Each is refused, in time; what is late is asked again, for what else the machine does is not ours."""
    checks = Checks("expensive documents, each refused in less than 100 ms")
    slowest = (0.0, "")
    async with aiohttp.ClientSession() as session:
        for name, document in documents().items():
            times = []
            for turn in range(TURNS):
                # Each time another text, so that no refusal is remembered.
                asked = {"query": f"{document}#{turn}"}
                before = time.perf_counter()
                async with session.post(service.url, json=asked) as answer:
                    said = await answer.json(content_type=None)
                times.append(time.perf_counter() - before)
                if turn and min(times) < DEADLINE:
                    break
            slowest = max(slowest, (min(times), name))
            holds = "errors" in said and not said.get("data") and answer.status < 500
            checks.that(f"{name} is refused", holds, said)
            checks.that(f"{name} is refused in time", min(times) < DEADLINE, f"{min(times) * 1000:.0f} ms")
    checks.that("no fault was logged", not service.faults(), service.faults())
    return checks.figure(f"{len(documents())} documents; slowest {slowest[0] * 1000:.0f} ms: {slowest[1]}")
