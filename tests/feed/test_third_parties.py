"""Clients that others wrote follow the same changes in the same order, whatever they speak."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from datasources.register.database import Database, Patience
from tests.feed.proving import everything, of
from tests.feed.replicas import replicas
from tests.feed.running import Server
from tests.feed.test_cursors import FOLLOW, by_events, by_gql, cursors
from tests.feed.writing import Writer

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / "benchmarks" / "fanout"
"""Where npm graphql-ws is pinned."""


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node finds graphql-ws."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not there")
    folder = tmp_path_factory.mktemp("node")
    for file in (PACKAGES / "package.json", PACKAGES / "package-lock.json", HERE / "third_party.mjs"):
        shutil.copy(file, folder)
    installed = subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=False)
    if installed.returncode != 0:
        pytest.skip("npm could not install graphql-ws")
    return folder


async def by_node(node: Path, server: Server, after: str, count: int) -> list[str]:
    """The ids that npm `graphql-ws` hears."""
    url = server.graph.replace("http", "ws", 1)
    process = await asyncio.create_subprocess_exec(
        *("node", "third_party.mjs", url, server.token(), FOLLOW, after, str(count)),
        cwd=node,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0
    return [line.split()[0] for line in said.decode().splitlines()]


async def assert_same(register: Database, writer: Writer, hearing: Sequence[Awaitable[list[str]]], count: int) -> None:
    """Write until everybody has heard so many; what they heard is the log."""
    tasks = [asyncio.ensure_future(each) for each in hearing]
    while not all(task.done() for task in tasks):
        await writer.write(1, pause=0.05)
    asked = of("UMAN")
    expected = [str(change.id) for change in await everything(register) if asked.passes(change)]
    for task in tasks:
        heard = task.result()
        assert len(heard) >= count
        assert heard == expected[: len(heard)]


@pytest.mark.node
async def test_graphql_ws_gql_and_server_sent_events_hear_the_same_in_the_same_order(
    node: Path, server: Server, register: Database
) -> None:
    """Half of it as a backlog, half of it live."""
    writer = Writer(register, seed=4)
    await writer.write(10)
    mine, _ = await cursors(server, register)
    start, count = mine.write(0), 25
    hearing = (by_node(node, server, start, count), by_gql(server, start, count), by_events(server, start, count))
    await assert_same(register, writer, hearing, count)


@asynccontextmanager
async def hung_up(register: Database) -> AsyncIterator[list[int]]:
    """Whoever listens to the register's bell is hung up on at once, over and over; who was, by their processes."""
    ended: list[int] = []
    ending = text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN %'"
        " AND pg_terminate_backend(pid)"
    )

    async def over_and_over() -> None:
        while True:
            async with register.reading() as session:
                ended.extend((await session.execute(ending)).scalars())
            await asyncio.sleep(0.01)

    task = asyncio.create_task(over_and_over())
    try:
        yield ended
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.node
@pytest.mark.postgres
async def test_the_same_is_heard_at_two_replicas_although_no_nudge_reaches_them(
    node: Path, tmp_path: Path, postgres_url: str
) -> None:
    """Neither replica wrote any of it: what they have not seen yet they find by looking."""
    register = Database.open(postgres_url, Patience(waiting=20.0))
    async with replicas(tmp_path, postgres_url, 2) as (one, two), hung_up(register) as ended:
        writer = Writer(register, seed=5)
        await writer.write(10)
        mine, _ = await cursors(one, register)
        start, count = mine.write(0), 25
        hearing = (
            by_node(node, one, start, count),
            by_gql(two, start, count),
            by_events(one, start, count),
            by_events(two, start, count),
        )
        await assert_same(register, writer, hearing, count)
        assert len(ended) >= 2
    await register.close()
