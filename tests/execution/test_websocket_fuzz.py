"""Whatever a client sends, it is answered in the protocol or closed with one of its codes: never cut off."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from execution.graphql_transport_ws import CloseCode
from execution.streaming import Streams
from execution.websocket import WebSocketEndpoint
from tests.execution import streams_toy as toy
from tests.execution.listening import client, serving

CODES = {int(code) for code in CloseCode} - {CloseCode.INTERNAL, CloseCode.RESTARTING}
QUERIES = ["{ hello }", "subscription { count(to: 2) }", "{ fail }", "{", "", "{ nope }", "mutation { say(number: 1) }"]


class Chance:
    """Frames that are almost right."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, depth: int = 0) -> Any:
        """Any JSON."""
        kinds: list[Any] = [None, True, -1, 0, 1e300, "", "x", "connection_init", "1", "\u0000", "é😀", [], {}]
        if depth < 4 and self.random.random() < 0.4:
            if self.random.random() < 0.5:
                return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
            names = ["type", "id", "payload", "query", "variables", "__proto__", ""]
            return {self.random.choice(names): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        return self.random.choice(kinds)

    def message(self) -> Any:
        """A frame of the protocol."""
        payload = {"query": self.random.choice(QUERIES), "variables": self.random.choice([None, {}, {"a": 1}])}
        start = {"id": self.random.choice("123"), "type": "subscribe", "payload": payload}
        end = {"id": self.random.choice("123"), "type": "complete"}
        return self.random.choice([{"type": "ping"}, {"type": "pong"}, {"type": "connection_init"}, start, start, end])

    def frame(self) -> str | bytes:
        """A frame of the protocol in which something may have gone wrong."""
        told = self.message()
        match self.random.randrange(12):
            case 0:
                return json.dumps(self.value())
            case 1 | 2:
                told[self.random.choice(["type", "id", "payload"])] = self.value()
            case 3 if isinstance(told.get("payload"), dict):
                told["payload"][self.random.choice(["query", "variables", "operationName", "extensions"])] = (
                    self.value()
                )
            case 4:
                text = json.dumps(told)
                cut = self.random.randrange(len(text))
                return text[:cut] + self.random.choice(["", "\\", '"', "{", "\u0000", "[" * 2_000]) + text[cut + 1 :]
            case 5:
                return self.random.randbytes(self.random.randrange(40))
        return json.dumps(told)


@pytest.mark.parametrize("exchanges", [250, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])])
async def test_no_exchange_is_cut_off(exchanges: int) -> None:
    doorman, streams = toy.Doorman(), Streams(toy.engine(), toy.renewed)
    async with serving(WebSocketEndpoint(streams, doorman), streams) as served:
        for seed in range(exchanges):
            chance = Chance(seed)
            async with client(served, compression=None) as opened:
                if chance.random.random() < 0.7:
                    await opened.introduced()
                await opened.say(*[chance.frame() for _ in range(chance.random.randrange(1, 8))], "bye")
                code, _, heard = await opened.ended()
            assert (seed, code in CODES) == (seed, True), code
            assert "85073003328" not in json.dumps(heard)
        assert await streams.drained(5)
    assert doorman.station.started == doorman.station.closed
