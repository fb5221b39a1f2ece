"""Every change to 500 sockets: our feed beside npm graphql-ws on Node, one after the other in one run.

Run `python -m benchmarks.fanout`. Ours reads each change from the register, where another process commits it; the
peer's come from memory. The same client counts both. A client has at most 20 sockets with us, so ours serves 25
clients, each its own execution; the peer executes for each socket, and is given an eighth of the changes to be done in
time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.feed_ears import finished, listening
from benchmarks.feeding import serving, write

MARK = b'"recordedAt"'
HERE = Path(__file__).parent / "fanout"


async def ours(sockets: int, changes: int, together: int) -> float:
    """Deliveries a second, from before the first commit to the last delivery."""
    async with (
        serving() as ((server,), database),
        listening(server.port, sockets, server.tokens(sockets), MARK) as ears,
    ):
        await asyncio.sleep(1)
        began = time.monotonic()
        for each in range(0, changes, together):
            await write(database, each, together)
        await finished(ears, changes, 60)
        return sockets * changes / (time.monotonic() - began)


@contextmanager
def _peer(folder: Path) -> Iterator[int]:
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(HERE / name, folder)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    environment = {**os.environ, "NODE_ENV": "production"}
    with subprocess.Popen(["node", "server.mjs"], cwd=folder, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def theirs(port: int, sockets: int, changes: int) -> float:
    """The same of the peer."""
    document = "subscription { changes { ... on ChangeBatch { from to changes { id type recordedAt effectiveAt } } } }"
    async with listening(port, sockets, [""], MARK, document=document) as ears, aiohttp.ClientSession() as session:
        await asyncio.sleep(1)
        began = time.monotonic()
        async with session.post(f"http://127.0.0.1:{port}/emit?count={changes}"):
            await finished(ears, changes, 60)
        return sockets * changes / (time.monotonic() - began)


def main(sockets: int, changes: int) -> None:
    """Measure, and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with tempfile.TemporaryDirectory() as folder, _peer(Path(folder)) as port:
        node = uvloop.run(theirs(port, sockets, max(20, changes // 8)))
    for together in (1, 10):
        mine = uvloop.run(ours(sockets, changes, together))
        found = {"btb": round(mine), "graphql-ws": round(node), "ratio": round(mine / node, 2)}
        print({"sockets": sockets, "changes in one commit": together, **found})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--changes", type=int, default=400)
    given = parser.parse_args()
    main(given.sockets, given.changes)
