"""A TCP relay before one or several servers, as a load balancer stands there: it can cut what it carries, at random."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress


class Relay:
    """Gives each new connection to the next server that accepts it. `share` of the bytes' turns cut the connection."""

    def __init__(self, ports: Sequence[int], seed: int = 11) -> None:
        self._ports = list(ports)
        self._random = random.Random(seed)
        self._open: set[asyncio.StreamWriter] = set()
        self._turn = 0
        self.port = 0
        self.carried = 0

    @property
    def graph(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def cut(self, share: float) -> int:
        """Close that share of what is open, at random and without a word; how many were closed."""
        chosen = [writer for writer in self._open if self._random.random() < share]
        for writer in chosen:
            writer.transport.abort()
        return len(chosen)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as both ends have it."""
        far = await self._reached()
        if far is None:
            writer.transport.abort()
            return
        self.carried += 1
        self._open |= {writer, far[1]}
        ways = [asyncio.create_task(_pass(reader, far[1])), asyncio.create_task(_pass(far[0], writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, far[1]):
                self._open.discard(end)
                end.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._ports:
            self._turn += 1
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self._ports[self._turn % len(self._ports)])
        return None


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def relaying(*ports: int) -> AsyncIterator[Relay]:
    """The relay, for as long as the block lasts."""
    relay = Relay(ports)
    server = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        relay.cut(1.0)
        await asyncio.sleep(0)
