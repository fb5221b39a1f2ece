"""What telling everybody costs on this machine without any service: a loop that sends the same bytes to each socket.

Beside it stands what the service adds. `python -m benchmarks.feed_floor SUBSCRIBERS TIMES` is the sending process.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.percentiles import ranked

BYTES = 420
"""As long as the frame of one change in `benchmarks.feed`."""


class Waiting(asyncio.Protocol):
    """Notes how long ago what arrives was sent to the first."""

    def __init__(self, found: list[float]) -> None:
        self._found = found

    def data_received(self, data: bytes) -> None:
        """Every message begins with the moment at which its round began."""
        now = time.time()
        for start in range(0, len(data), BYTES):
            (began,) = struct.unpack_from("d", data, start)
            self._found.append((now - began) * 1000)


async def floor(subscribers: int, times: int) -> dict[str, Any]:
    """Milliseconds from before the first send of a round to each socket's reader, ten rounds a second."""
    found: list[float] = []
    words = [sys.executable, "-m", "benchmarks.feed_floor", str(subscribers), str(times)]
    sender = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    assert sender.stdout is not None
    port, loop = int(await sender.stdout.readline()), asyncio.get_running_loop()
    opened = [(await loop.create_connection(lambda: Waiting(found), "127.0.0.1", port))[0] for _ in range(subscribers)]
    async with asyncio.timeout(times / 10 + 30):
        while len(found) < subscribers * times:  # noqa: ASYNC110 what counts is not to be slowed
            await asyncio.sleep(0.05)
    for each in opened:
        each.close()
    await sender.wait()
    return {"bare sends to": subscribers, **ranked(found)}


def send(subscribers: int, times: int) -> None:
    """Accept so many, then send to each, ten times a second."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(subscribers)
        print(listening.getsockname()[1], flush=True)
        opened = [listening.accept()[0] for _ in range(subscribers)]
    for each in opened:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    time.sleep(1)
    for _ in range(times):
        began = time.time()
        said = struct.pack("d", began).ljust(BYTES, b"x")
        for each in opened:
            each.send(said)
        time.sleep(max(0.0, 0.1 - (time.time() - began)))
    time.sleep(1)


if __name__ == "__main__":
    send(int(sys.argv[1]), int(sys.argv[2]))
