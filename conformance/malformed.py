"""What almost makes sense, by the thousand: requests over HTTP, and exchanges of frames over a WebSocket."""

from __future__ import annotations

import json
from typing import Any

from tests.execution.test_websocket_fuzz import Chance

CANARY = "85073003328"
"""A national number that answers and logs must not tell."""
QUERIES = (
    "{ domains { code } }",
    "query Q($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { name } }",
    '{ enterprise(enterpriseNumber: "0123456749") { name version } }',
    '{ _entities(representations: [{__typename: "Enterprise", enterpriseNumber: "x"}]) { __typename } }',
    'mutation { endAppointment(input: {accessManagerId: "x"}) { __typename } }',
    "subscription { changes { __typename } }",
    "subscription { outages { id } }",
    'query P($n: NationalNumber!) { mayManage(person: {nationalNumber: $n}, enterpriseNumber: "0123456749", '
    'domain: "FINANCE") { allowed } }',
    f'{{ mayManage(person: {{nationalNumber: "{CANARY}"}}, enterpriseNumber: 7, domain: "FINANCE") {{ allowed }} }}',
    "{ viewer { assuranceLevel } }",
    "{ __schema { types { name } } }",
    "{ _service { sdl } }",
)
WRONG = ("", "{", "}", "(", ")", "@", "...", "$", '"', '"""', "\0", "\ud7ff", "é", "x" * 5000, "[" * 300, "#")
METHODS = ("POST",) * 40 + ("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "FOO")
TYPES = ("application/json",) * 20 + (
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
    "application/json;charset=x",
)
ACCEPTED = ("application/json", "application/graphql-response+json", "*/*") * 6 + (
    "text/event-stream",
    "multipart/mixed",
    "",
    ";q=x",
    "multipart/mixed;subscriptionSpec=1.0",
    "application/json;callbackSpec=1.0",
    "text/plain",
    "image/png",
    "a" * 3000,
)
BODIES = (b"", b"[" * 50_000, b'{"query":' * 500, b"null", b"NaN", b'"x"', b"{}", b'{"query":null}')
TOKENS = ("Bearer x", "Bearer", "Basic eDp5", "Bearer " + "a." * 3000, "")


class Malformed(Chance):
    """Requests and exchanges in which something may be wrong; often only one thing, so that it is met far inside."""

    def value(self, depth: int = 0) -> Any:
        """Any JSON, and now and then a national number in it."""
        return CANARY if self.random.random() < 0.1 else super().value(depth)

    def text(self) -> str:
        """A document with something wrong in it, half of the time."""
        text = self.random.choice(QUERIES)
        if self.random.random() < 0.5:
            return text
        at = self.random.randrange(len(text))
        return text[:at] + self.random.choice(WRONG) + text[at + self.random.randrange(3) :]

    def body(self) -> bytes:
        """A body with something wrong in it."""
        said: Any = {"query": self.text(), "variables": {"n": self.value()}, "operationName": None}
        match self.random.randrange(10):
            case 0:
                said = self.value()
            case 1:
                said[self.random.choice(["query", "variables", "operationName", "extensions"])] = self.value()
            case 2:
                name = self.random.choice(["persistedQuery", "subscription", "documentId"])
                said["extensions"] = {name: self.value()}
            case 3:
                said = [said, self.value()]
        raw = json.dumps(said).encode()
        match self.random.randrange(12):
            case 0:
                at = self.random.randrange(len(raw))
                return raw[:at] + bytes([self.random.randrange(256)]) + raw[at + 1 :]
            case 1:
                return raw[: self.random.randrange(len(raw))]
            case 2:
                return self.random.choice((*BODIES, b"\xff\xfe" + raw))
        return raw

    def request(self) -> dict[str, Any]:
        """What aiohttp is asked to send."""
        headers = {"accept": self.random.choice(ACCEPTED), "content-type": self.random.choice(TYPES)}
        if self.random.random() < 0.1:
            headers["authorization"] = self.random.choice(TOKENS)
        if self.random.random() < 0.03:
            headers["content-encoding"] = self.random.choice(["gzip", "br", "x"])
        method = self.random.choice(METHODS)
        if method in ("GET", "HEAD"):
            headers["x-graphql-client"] = "malformed"
            asked = {"query": self.text(), "variables": json.dumps(self.value())[:500]}
            return {"method": method, "headers": headers, "params": asked}
        return {"method": method, "headers": headers, "data": self.body()}

    def message(self) -> Any:
        """A frame of the protocol, about documents of ours."""
        told = super().message()
        if told["type"] == "subscribe":
            told["payload"]["query"] = self.text()
        return told

    def exchange(self) -> list[str | bytes]:
        """The frames of one connection: most begin as they should."""
        frames = [self.frame() for _ in range(self.random.randrange(1, 10))]
        if self.random.random() < 0.8:
            frames.insert(0, json.dumps({"type": "connection_init"}))
        return frames
