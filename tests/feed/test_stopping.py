"""A replica that is stopped tells every follower where to go on, fails no request, and is gone in time."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp

from datasources.register.database import Database
from tests.feed.proving import everything, of
from tests.feed.reading import opening, tokens
from tests.feed.running import Server
from tests.feed.test_cursors import FOLLOW, QUERY, cursors
from tests.feed.writing import Writer


async def followed(session: aiohttp.ClientSession, server: Server, token: str, after: str) -> tuple[list[str], str]:
    """The ids that were heard until the end, and the cursor of the last word."""
    heard: list[str] = []
    last = None
    async with session.ws_connect(server.graph, protocols=["graphql-transport-ws"]) as opened:
        init, subscribe = opening(token, FOLLOW, after)
        await opened.send_str(init)
        await opened.receive()
        await opened.send_str(subscribe)
        async for message in opened:
            frame = json.loads(message.data)
            if frame["type"] == "next":
                last = frame["payload"]["data"]["changes"]
                heard += [change["id"] for change in last.get("changes", ())]
        assert opened.close_code in (1001, 1012)
    assert last is not None
    assert last["reason"] == "SHUTTING_DOWN"
    return heard, last["resumeAfter"]


async def test_followers_are_told_where_to_go_on_and_nothing_is_missing_there(
    server: Server, register: Database
) -> None:
    mine, head = await cursors(server, register)
    writing = asyncio.create_task(Writer(register, seed=9).write(10_000, pause=0.02))
    async with aiohttp.ClientSession() as session:
        following = [
            asyncio.create_task(followed(session, server, token, mine.write(head))) for token in tokens(server, 20)
        ]
        async with asyncio.timeout(60):
            while len(await everything(register)) < 20:  # noqa: ASYNC110 others write
                await asyncio.sleep(0.05)
        began = time.monotonic()
        await server.stop()
        assert time.monotonic() - began < 15
        told = await asyncio.gather(*following)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await server.start()
    asked = of("RMA")
    expected = [str(change.id) for change in await everything(register) if asked.passes(change)]
    async with server.asking("RMA") as ask:
        for heard, resume in told:
            rest = (await ask(QUERY, after=resume))["changes"]["changes"]
            assert [*heard, *(change["id"] for change in rest)] == expected[: len(heard) + len(rest)]
            assert len(rest) in (500, len(expected) - len(heard))
