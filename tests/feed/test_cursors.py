"""A cursor that cannot be read on from says why, the same by query and by subscription; and two clients agree."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from btb.cursors import Cursors
from datasources.register.changes import current_head
from datasources.register.database import Database, Patience
from datasources.register.keys import KeyRing
from server.consumer.asking import CursorRefused
from server.consumer.listening import listening
from tests.feed.proving import everything, of
from tests.feed.running import Server, serving
from tests.feed.writing import Writer

QUERY = "query ($after: Cursor) { changes(after: $after, first: 500) { endCursor changes { id } } }"
FOLLOW = """subscription ($after: Cursor) { changes(after: $after) {
  ... on ChangeBatch { from to changes { id } } ... on Checkpoint { from to }
  ... on FeedInterrupted { reason resumeAfter }
} }"""


async def cursors(server: Server, register: Database) -> tuple[Cursors, int]:
    """What writes this register's cursors, and where its log stands."""
    async with register.reading() as session:
        head = await current_head(session)
    return Cursors(KeyRing.load_or_create(server.folder / "person-keys").secret("cursors"), head.epoch), head.position


async def refused(server: Server, after: str) -> tuple[str, str]:
    """How a query and a subscription refuse a cursor."""
    async with server.asking() as ask:
        with pytest.raises(CursorRefused) as by_query:
            await ask(QUERY, after=after)
    async with listening(server.graph, server.token()) as listener:
        await listener.subscribe(FOLLOW, {"after": after})
        item = await listener.item(within=10)
    assert item is not None
    return str(by_query.value), item["changes"]["reason"]


async def test_forged_foreign_and_future_cursors_are_told_apart(server: Server, register: Database) -> None:
    await Writer(register, seed=1).write(3)
    mine, head = await cursors(server, register)
    forged = Cursors(b"another key" * 4, mine.epoch).write(1)
    foreign = Cursors(mine.key, uuid4()).write(1)
    assert await refused(server, "no cursor at all") == ("CURSOR_INVALID", "CURSOR_INVALID")
    assert await refused(server, forged) == ("CURSOR_INVALID", "CURSOR_INVALID")
    assert await refused(server, foreign) == ("CURSOR_OF_OTHER_EPOCH", "CURSOR_OF_OTHER_EPOCH")
    assert await refused(server, mine.write(head + 1)) == ("CURSOR_AHEAD", "CURSOR_AHEAD")


async def test_a_cursor_expires_only_where_a_retention_is_set_and_its_next_change_is_older(
    tmp_path: Path, database_url: str
) -> None:
    register = Database.open(database_url, Patience(waiting=20.0))
    async with serving(tmp_path, database_url, BTB_FEED_RETENTION_DAYS="30") as server:
        await Writer(register, seed=2, ahead=timedelta(days=-40)).write(3)
        mine, old = await cursors(server, register)
        await Writer(register, seed=3).write(1)
        assert await refused(server, mine.write(0)) == ("CURSOR_EXPIRED", "CURSOR_EXPIRED")
        async with server.asking() as ask:
            assert (await ask(QUERY, after=mine.write(old)))["changes"]["changes"]
    await register.close()


async def by_gql(server: Server, after: str, count: int) -> list[str]:
    """The ids that Python's `gql` hears over graphql-transport-ws."""
    transport = WebsocketsTransport(
        url=server.graph.replace("http", "ws", 1),
        init_payload={"authorization": f"Bearer {server.token()}"},
        subprotocols=["graphql-transport-ws"],
    )
    heard: list[str] = []
    document = gql(FOLLOW)
    document.variable_values = {"after": after}
    async with Client(transport=transport) as session, aclosing(session.subscribe(document)) as items:
        async for item in items:
            heard += [change["id"] for change in item["changes"].get("changes", ())]
            if len(heard) >= count:
                break
    return heard


async def by_events(server: Server, after: str, count: int) -> list[str]:
    """The ids that a client of server-sent events hears."""
    heard: list[str] = []
    async with aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {server.token()}", "accept": "text/event-stream"}
        body = {"query": FOLLOW, "variables": {"after": after}}
        async with (
            session.post(server.graph, json=body, headers=headers) as answer,
            aclosing(_events(answer)) as events,
        ):
            async for event in events:
                heard += [change["id"] for change in event["data"]["changes"].get("changes", ())]
                if len(heard) >= count:
                    break
    return heard


async def _events(answer: aiohttp.ClientResponse) -> AsyncIterator[dict]:  # type: ignore[type-arg]
    async for raw in answer.content:
        if raw.startswith(b"data: {"):
            yield json.loads(raw[6:])


async def test_third_party_clients_hear_the_same_changes_in_the_same_order(server: Server, register: Database) -> None:
    writer = Writer(register, seed=4)
    await writer.write(10)
    mine, _ = await cursors(server, register)
    writing = asyncio.create_task(writer.write(20, pause=0.02))
    await writing
    asked = of("UMAN")
    expected = [str(change.id) for change in await everything(register) if asked.passes(change)]
    async with asyncio.timeout(30):
        heard = await asyncio.gather(
            by_gql(server, mine.write(0), len(expected)), by_events(server, mine.write(0), len(expected))
        )
    assert heard == [expected, expected]
