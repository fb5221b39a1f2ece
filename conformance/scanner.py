"""schemathesis on a served schema, in an environment of its own: `python scanner.py URL EXAMPLES < TOKENS`.

It is run by another Python than ours and imports nothing of ours. Every example is sent as one of the callers whose
tokens stand on standard input, by turns; what is seen is printed as JSON. schemathesis by itself counts every GraphQL
error as a server error; judging is left to `generated.py`.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

SCALARS = {
    "EnterpriseNumber": st.sampled_from(["0000000196", "0123456749", "0403.170.701", "1", ""]).map(nodes.String),
    "NationalNumber": st.sampled_from(["85073003328", "85.07.30-033.28", "x", ""]).map(nodes.String),
    "Cursor": st.text(max_size=40).map(nodes.String),
    "Date": st.dates().map(str).map(nodes.String),
    "DateTime": st.datetimes().map(lambda at: nodes.String(at.isoformat() + "Z")),
    "_Any": st.sampled_from(["Enterprise", "AccessManager", "Nothing"]).map(nodes.String),
}


def main(url: str, examples: int, tokens: list[str]) -> None:
    """Ask every operation so many examples, and print what was answered."""
    for name, strategy in SCALARS.items():
        schemathesis.graphql.scalar(name, strategy)
    callers = itertools.cycle([{}, *({"authorization": f"Bearer {token}"} for token in tokens)])
    seen: list[dict[str, Any]] = []
    operations = [found.ok() for found in schemathesis.graphql.from_url(url).get_all_operations()]
    for operation in operations:

        @settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def asked(case: Any) -> None:
            answer = case.call(headers=next(callers))
            seen.append({"status": answer.status_code, "said": answer.text, "asked": str(case.body)})

        asked()
    print(json.dumps({"operations": len(operations), "seen": seen}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.stdin.read().split())
