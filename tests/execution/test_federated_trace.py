"""Federated traces: for a gateway that asks and may know, and nobody else."""

from __future__ import annotations

from base64 import b64decode

import orjson
import pytest

from execution.engine import Engine
from execution.hooks import Policies
from execution.http import GraphQLHttp
from tests.execution import toy
from tests.execution.asking import call

ASKING = {"content-type": "application/json", "apollo-federation-include-trace": "ftv1"}
BODY = orjson.dumps({"query": '{ shout: hello(name: "private") __typename }'})


def app(*, trusted: bool) -> GraphQLHttp:
    engine = Engine(toy.schema(), policies=Policies(trace=lambda context: trusted))
    return GraphQLHttp(engine, toy.context)


async def test_a_trusted_gateway_that_asks_is_told_the_times_and_no_values() -> None:
    answer = await call(app(trusted=True), BODY, headers=ASKING)
    trace = b64decode(answer.json["extensions"]["ftv1"])
    for name in (b"shout", b"hello", b"Query", b"String!"):
        assert name in trace
    assert b"private" not in trace
    assert trace.startswith(b"\x1a")


@pytest.mark.parametrize(("trusted", "header"), [(False, "ftv1"), (True, "ftv2"), (True, "")])
async def test_nobody_else_is_told(trusted: bool, header: str) -> None:
    headers = {**ASKING, "apollo-federation-include-trace": header}
    answer = await call(app(trusted=trusted), BODY, headers=headers)
    assert answer.json.keys() == {"data"}
