"""Many subscribers in one process, as thin as can be: what is measured is to be the service, and not they.

They ask the kernel when it had what it gives them: then a subscriber alone with its socket could have read it, while
here each waits for those before it. And they look at their sockets now and then instead of sleeping until something
comes: on one machine it is the sender who wakes a sleeper, in its own time, and no subscriber elsewhere costs it that.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Self, TypeAlias

import orjson

from benchmarks.feeding import FOLLOW

_SO_TIMESTAMPNS = 35
"""Linux's option, and the kind of message that answers it, for which Python 3.11 has no name."""
_ROOM = 262_144
_NOW_AND_THEN = 0.005

Told: TypeAlias = Callable[[bytes, float], None]
"""What has come by one socket, and when it had."""
Heard: TypeAlias = Callable[[int, int, float], None]
"""How many one subscriber had heard before, how many it heard now, and when these had come."""


def unheard(before: int, now: int, arrived: float) -> None:
    """Where nobody asks when."""


def stamped(opened: socket.socket) -> socket.socket:
    """A socket that will say when what it gives had come."""
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return opened


class Ears:
    """Reads sockets for as long as the block lasts, and closes them."""

    def __init__(self) -> None:
        self._polled = select.epoll()
        self._opened: dict[int, tuple[socket.socket, Told]] = {}

    def add(self, opened: socket.socket, told: Told) -> None:
        """Read this one too, which is `stamped`."""
        self._opened[opened.fileno()] = opened, told
        self._polled.register(opened.fileno(), select.EPOLLIN)

    async def __aenter__(self) -> Self:
        self._reading = asyncio.get_running_loop().create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        self._polled.close()
        for opened, _told in self._opened.values():
            opened.close()

    async def _read(self) -> None:
        into = bytearray(_ROOM)
        while True:
            for number, _ in self._polled.poll(0):
                opened, told = self._opened[number]
                size, said, _, _ = opened.recvmsg_into([into], 64)
                if size:
                    told(bytes(into[:size]), _arrived(said))
                else:
                    self._polled.unregister(number)
            await asyncio.sleep(_NOW_AND_THEN)


def _arrived(said: Sequence[tuple[int, int, bytes]]) -> float:
    for level, kind, stamp in said:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", stamp)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


class Ear:
    """One subscriber. `count` is how often it heard `mark`."""

    __slots__ = ("_heard", "_mark", "_tail", "count")

    def __init__(self, mark: bytes, heard: Heard) -> None:
        self.count = 0
        self._mark, self._heard, self._tail = mark, heard, b""

    def __call__(self, data: bytes, arrived: float) -> None:
        """Count."""
        data = self._tail + data
        if found := data.count(self._mark):
            self._heard(self.count, found, arrived)
            self.count += found
        last = data.rfind(self._mark)
        rest = data if last < 0 else data[last + len(self._mark) :]
        self._tail = rest[-len(self._mark) + 1 :]


@asynccontextmanager
async def listening(
    port: int,
    count: int,
    tokens: Sequence[str],
    mark: bytes,
    heard: Heard = unheard,
    document: str = FOLLOW,
    after: str | None = None,
) -> AsyncIterator[list[Ear]]:
    """That many subscribers over graphql-transport-ws, each acknowledged; their tokens take turns."""
    asked = orjson.dumps(
        {"id": "1", "type": "subscribe", "payload": {"query": document, "variables": {"after": after}}}
    )
    found: list[Ear] = []
    async with Ears() as ears:
        for each in range(count):
            opened = await _acknowledged(port, tokens[each % len(tokens)])
            found.append(Ear(mark, heard))
            ears.add(opened, found[-1])
            opened.send(_masked(asked))
        yield found


async def _acknowledged(port: int, token: str) -> socket.socket:
    loop, opened = asyncio.get_running_loop(), stamped(socket.socket())
    await loop.sock_connect(opened, ("127.0.0.1", port))
    opened.send(
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    await _until(b"\r\n\r\n", opened)
    opened.send(_masked(orjson.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})))
    await _until(b"connection_ack", opened)
    return opened


async def _until(word: bytes, opened: socket.socket) -> None:
    said = b""
    while word not in said:
        more = await asyncio.get_running_loop().sock_recv(opened, 4096)
        if not more:
            raise SystemExit(f"A subscriber was turned away: {said!r}")
        said += more


def _masked(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
    return head + bytes(4) + payload


async def finished(ears: Sequence[Ear], each: int, within: float) -> None:
    """Wait until every one has heard so many changes."""
    async with asyncio.timeout(within):
        while any(ear.count < each for ear in ears):  # noqa: ASYNC110 what counts is not to be slowed
            await asyncio.sleep(0.005)
