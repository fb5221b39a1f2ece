"""Clients that others wrote follow the same changes in the same order, whatever they speak."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from datasources.register.database import Database
from tests.feed.proving import everything, of
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


@pytest.mark.node
async def test_graphql_ws_gql_and_server_sent_events_hear_the_same_in_the_same_order(
    node: Path, server: Server, register: Database
) -> None:
    """Half of it as a backlog, half of it live."""
    writer = Writer(register, seed=4)
    await writer.write(10)
    mine, _ = await cursors(server, register)
    asked, start, count = of("UMAN"), mine.write(0), 25
    hearing = [
        asyncio.create_task(each)
        for each in (
            by_node(node, server, start, count),
            by_gql(server, start, count),
            by_events(server, start, count),
        )
    ]
    while not all(task.done() for task in hearing):
        await writer.write(1, pause=0.05)
    expected = [str(change.id) for change in await everything(register) if asked.passes(change)]
    for task in hearing:
        heard = task.result()
        assert len(heard) >= count
        assert heard == expected[: len(heard)]
