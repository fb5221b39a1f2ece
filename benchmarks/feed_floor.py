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

from benchmarks.feed_ears import Ears, stamped
from benchmarks.feeding import on
from benchmarks.percentiles import ranked

BYTES = 420
"""As long as the frame of one change in `benchmarks.feed`."""


async def floor(subscribers: int, times: int, core: int | None) -> dict[str, Any]:
    """Milliseconds from before the first send of a round until each socket has it, ten rounds a second."""
    found: list[float] = []

    def heard(data: bytes, arrived: float) -> None:
        for start in range(0, len(data), BYTES):  # every message begins with the moment at which its round began
            (began,) = struct.unpack_from("d", data, start)
            found.append((arrived - began) * 1000)

    words = [sys.executable, "-m", "benchmarks.feed_floor", str(subscribers), str(times)]
    sender = await asyncio.create_subprocess_exec(
        *words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], preexec_fn=on(core)
    )
    assert sender.stdout is not None
    port, loop = int(await sender.stdout.readline()), asyncio.get_running_loop()
    async with Ears() as ears, asyncio.timeout(times / 10 + 30):
        for _ in range(subscribers):
            opened = stamped(socket.socket())
            await loop.sock_connect(opened, ("127.0.0.1", port))
            ears.add(opened, heard)
        while len(found) < subscribers * times:  # noqa: ASYNC110 what counts is not to be slowed
            await asyncio.sleep(0.05)
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
