"""A WebSocket proxy that loses frames and repeats others, as gateways do. It listens on a free port of loopback."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web


class LossyProxy:
    """Passes HTTP and WebSocket on to one server; of the frames sent here, a share is lost, and a share comes twice."""

    def __init__(self, target: str, share: float, twice: float, seed: int = 7) -> None:
        self._target = target
        self._share = share
        self._twice = twice
        self._random = random.Random(seed)
        self.url = ""
        self.lost = 0
        self.repeated = 0
        self.passed = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await self._sockets(request)
        async with aiohttp.ClientSession() as session:
            headers = {name: request.headers[name] for name in ("authorization", "accept", "content-type")}
            async with session.post(self._target, data=await request.read(), headers=headers) as answered:
                return web.Response(
                    body=await answered.read(), status=answered.status, content_type=answered.content_type
                )

    async def _sockets(self, request: web.Request) -> web.WebSocketResponse:
        near = web.WebSocketResponse(protocols=["graphql-transport-ws"], max_msg_size=0)
        await near.prepare(request)
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(self._target, protocols=["graphql-transport-ws"], max_msg_size=0) as far,
        ):
            ways = [
                asyncio.create_task(self._pass(near, far, 0)),
                asyncio.create_task(self._pass(far, near, self._share)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        await near.close()
        return near

    async def _pass(
        self,
        source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
        sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
        share: float,
    ) -> None:
        async for message in source:
            if share and self._random.random() < share:
                self.lost += 1
                continue
            self.passed += 1
            await sink.send_str(message.data)
            if share and self._random.random() < self._twice:
                self.repeated += 1
                await sink.send_str(message.data)


@asynccontextmanager
async def lossy(target: str, share: float, twice: float = 0.0) -> AsyncIterator[LossyProxy]:
    """The proxy, for as long as the block lasts."""
    proxy = LossyProxy(target, share, twice)
    app = web.Application()
    app.router.add_route("*", "/graphql", proxy.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
    try:
        yield proxy
    finally:
        await runner.cleanup()
