"""Bytes that are almost HTTP: the framing itself is wrong, which no client library would send."""

from __future__ import annotations

import random

LINES = (
    b"POST /graphql HTTP/1.1",
    b"POST /graphql HTTP/9.9",
    b"POST /graphql",
    b"post /graphql HTTP/1.1",
    b"POST  /graphql  HTTP/1.1",
    b"POST http://elsewhere.example/graphql HTTP/1.1",
    b"POST /graphql?" + b"q" * 70_000 + b" HTTP/1.1",
    b"GET /graphql\x00 HTTP/1.1",
    b"GET /graph ql HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0",
    b"",
)
HEADERS = (
    b"Content-Length: many",
    b"Content-Length: -1",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: nonsense",
    b"no colon at all",
    b": no name",
    b"Na me: value",
    b"Nul: a\x00b",
    b"Folded: a\r\n b",
    b"Bare: a\rb",
    b"Large: " + b"x" * 100_000,
    b"Expect: 100-continue",
    b"Expect: the impossible",
    b"Upgrade: websocket\r\nConnection: Upgrade",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: short",
    b"Host: a/b?c",
    b"Host: one\r\nHost: two",
    b"Accept: \xff\xfe",
)
BODIES = (
    b'{"query":"{ __typename }"}',
    b"zz\r\nx\r\n0\r\n\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"",
)


def request(chance: random.Random) -> bytes:
    """One request: a first line, some headers and a body, of which at least one is wrong."""
    wrong = chance.randrange(3)
    line = chance.choice(LINES) if wrong == 0 else LINES[0]
    headers = [b"Host: 127.0.0.1", b"Content-Type: application/json"]
    if wrong == 1 or chance.random() < 0.3:
        headers += chance.sample(HEADERS, chance.randrange(1, 3))
    else:
        headers.append(b"Content-Length: %d" % (26 if wrong == 0 else chance.choice([0, 1, 25, 27, 5_000])))
    end = chance.choice([b"\r\n"] * 6 + [b"\n", b"\r"])
    return end.join([line, *headers, b"", chance.choice(BODIES)])
