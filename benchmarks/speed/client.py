"""A load generator that costs little: keep-alive connections over bare sockets, each asking again once answered.

The first answer of every connection is read in full and compared; of the later ones, which must be as long to the
byte, only the status line and the length are looked at, so that the generator is not what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

GOOD = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its status, its body, and how many bytes it was with its head."""

    status: int
    body: bytes
    length: int


@dataclass(slots=True)
class Load:
    """What one stretch of load came to: seconds, and the milliseconds of every answer."""

    seconds: float = 0.0
    client_cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


async def ask(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    """Ask once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        writer.write(request(path, body, headers))
        return await answer(reader)
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> Answered:
    """The next answer of a connection, by its length or in chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    said = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in said:
        body = await reader.readexactly(int(said[b"content-length"]))
        return Answered(int(head[9:12]), body, len(head) + len(body))
    parts, length = [], len(head)
    while True:
        line = await reader.readuntil(b"\r\n")
        part = await reader.readexactly(int(line, 16) + 2)
        length += len(line) + len(part)
        if part == b"\r\n":
            return Answered(int(head[9:12]), b"".join(parts), length)
        parts.append(part[:-2])


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, asked: Callable[[], bytes], length: int, load: Load, until: float) -> None:
        self._asked, self._length, self._load, self._until = asked, length, load, until
        self._left = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        self._left = self._length
        asked = self._asked()
        self._at = time.perf_counter()
        self._transport.write(asked)

    def data_received(self, data: bytes) -> None:
        if self._left == self._length and not data.startswith(GOOD):
            self._fail(f"the answer begins with {data[:200]!r}")
            return
        self._left -= len(data)
        if self._left > 0:
            return
        now = time.perf_counter()
        self._load.latencies.append((now - self._at) * 1000)
        if self._left < 0:
            self._fail("an answer is longer than the first")
        elif now < self._until:
            self._ask()
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._fail("the server closed a connection")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))
        self._transport.abort()


async def load(
    port: int,
    path: str,
    bodies: bytes | Iterator[bytes],
    headers: Mapping[str, str],
    *,
    length: int,
    connections: int,
    seconds: float,
) -> Load:
    """So many connections for so long; `length` is that of every answer with its head. Raises RuntimeError.

    `bodies` is one body, asked again and again, or as many as will be needed.
    """
    made, loop = Load(), asyncio.get_running_loop()
    if isinstance(bodies, bytes):
        same = request(path, bodies, headers)
        asked: Callable[[], bytes] = lambda: same  # noqa: E731 as cheap as can be
    else:
        asked = lambda: request(path, next(bodies), headers)  # noqa: E731
    began, worked = time.perf_counter(), time.process_time()
    lines = []
    for _ in range(connections):
        _, line = await loop.create_connection(lambda: _Line(asked, length, made, began + seconds), "127.0.0.1", port)
        lines.append(line)
    try:
        async with asyncio.timeout(seconds + 30):
            await asyncio.gather(*(line.done for line in lines))
    except TimeoutError:
        raise RuntimeError("an answer is shorter than the first, or does not come") from None
    made.seconds, made.client_cpu = time.perf_counter() - began, time.process_time() - worked
    return made
