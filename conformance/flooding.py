"""Malformed requests and exchanges, sent to the service as served: it answers in the protocol, and keeps nothing."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from conformance.figures import Figure
from conformance.malformed import Malformed
from conformance.service import LEAK, Service
from conformance.unframed import request
from execution.graphql_transport_ws import CloseCode

CODES = {int(code) for code in CloseCode} - {CloseCode.INTERNAL, CloseCode.RESTARTING}
GROWTH = 20 * 1024 * 1024
"""Memory that may come in the second half of a run: caches fill in the first, what leaks goes on."""
TOGETHER = 8
PROTOCOL = Subprotocol("graphql-transport-ws")
SEED = 2026


class Flood:
    """What was seen of one run, and when half of it was done how much memory the service held."""

    def __init__(self, suite: str, service: Service, count: int) -> None:
        self.suite, self.service, self.count = suite, service, count
        self.seen: Counter[str] = Counter()
        self.bad: list[str] = []
        self._begun, self._half = service.memory, 0

    def note(self, outcome: object, wrong: bool, sent: object, said: str = "") -> None:
        """Count one outcome. What it says may not tell of our insides."""
        self.seen[str(outcome)] += 1
        if wrong or LEAK.search(said):
            self.bad.append(f"{outcome} {said[:200]} for {str(sent)[:200]}")
        if self.seen.total() == self.count // 2:
            self._half = self.service.memory

    def figure(self) -> Figure:
        """The row."""
        end = self.service.memory
        grown = end - self._half
        if grown > GROWTH:
            self.bad.append(f"memory grew by {grown >> 20} MiB in the second half")
        self.bad += self.service.faults()
        if faults := self.service.metric("btb_faults_total"):
            self.bad.append(f"{faults:g} faults of our own")
        kept = f"RSS {self._begun >> 20} to {end >> 20} MiB, {grown / 2**20:+.1f} in the second half"
        outcomes = ", ".join(f"{count}×{outcome}" for outcome, count in sorted(self.seen.items()))
        reached = max(0, self.seen.total() - len(self.bad))
        return Figure(self.suite, reached, self.count, tuple(self.bad[:5]), f"{outcomes}; {kept}")


async def requests(service: Service, count: int) -> Figure:
    """Malformed HTTP requests: never a 5xx, never a connection cut off."""
    flood = Flood("malformed HTTP requests", service, count)

    async def asking(session: aiohttp.ClientSession, first: int) -> None:
        for number in range(first, count, TOGETHER):
            asked = Malformed(SEED + number).request()
            try:
                async with session.request(url=service.url, **asked) as answer:
                    streams = answer.content_type in ("text/event-stream", "multipart/mixed")
                    said = await (answer.content.readany() if streams else answer.read())
                flood.note(answer.status, answer.status >= 500, asked, errors_of(said))
            except (aiohttp.ClientError, TimeoutError) as error:
                flood.note(type(error).__name__, True, asked)

    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        await asyncio.gather(*(asking(session, first) for first in range(TOGETHER)))
    return flood.figure()


async def unframed_requests(service: Service, count: int) -> Figure:
    """Requests whose framing is wrong: answered with a 4xx and closed, or closed; whoever comes next is served."""
    flood = Flood("HTTP requests with broken framing", service, count)

    async def asking(first: int) -> None:
        for number in range(first, count, TOGETHER):
            sent = request(random.Random(SEED + number))
            try:
                async with asyncio.timeout(30):
                    said = await _answer(service.port, sent)
            except TimeoutError:
                flood.note("no answer and no end", True, sent)
                continue
            status = int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0
            holds = status < 500 if status else not said
            flood.note(status or "closed", not holds, sent, errors_of(said.partition(b"\r\n\r\n")[2]))

    await asyncio.gather(*(asking(first) for first in range(TOGETHER)))
    return flood.figure()


async def _answer(port: int, sent: bytes) -> bytes:
    """What is answered to these bytes until the connection ends; our side of it is ended first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        with suppress(OSError):  # where the service has ended it already, what it said is read all the same
            writer.write_eof()
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.close()


async def exchanges(service: Service, count: int) -> Figure:
    """Malformed WebSocket exchanges: closed with a code of the protocol, or, unharmed, answering a last ping."""
    flood = Flood("malformed WebSocket exchanges", service, count)

    async def asking(first: int) -> None:
        for number in range(first, count, TOGETHER):
            chance = Malformed(SEED + number)
            frames = chance.exchange()
            try:
                async with connect(
                    service.socket, subprotocols=[PROTOCOL], compression=None, max_size=None, open_timeout=60
                ) as opened:
                    code, said = await _exchanged(opened, frames, chance.random.random() < 0.3)
                flood.note(code, code != "unharmed" and code not in CODES, frames, errors_of(said))
            except (OSError, InvalidHandshake, TimeoutError) as error:
                flood.note(type(error).__name__, True, frames)

    await asyncio.gather(*(asking(first) for first in range(TOGETHER)))
    return flood.figure()


async def _exchanged(opened: ClientConnection, frames: list[str | bytes], paced: bool) -> tuple[int | str, bytes]:
    """How the exchange ended and all that was heard. Paced, each frame is acted on before the next one comes."""
    heard: list[str] = []
    try:
        async with asyncio.timeout(30):
            for frame in frames:
                await opened.send(frame)
                if paced:
                    await _pong(opened, heard)
            await _pong(opened, heard)
        return "unharmed", "\n".join(heard).encode()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006, "\n".join(heard).encode()


async def _pong(opened: ClientConnection, heard: list[str]) -> None:
    await opened.send('{"type":"ping","payload":{"last":true}}')
    while True:
        said = str(await opened.recv())
        heard.append(said)
        if '"pong"' in said and '"last"' in said:
            return


def errors_of(said: bytes) -> str:
    """What an answer says of errors; all of it, where it is no JSON. Data may hold what an error may not."""
    told: list[Any] = []
    for line in said.decode(errors="replace").splitlines():
        text = line.removeprefix("data:").strip()
        try:
            found = json.loads(text) if text else None
        except ValueError:
            told.append(text)
            continue
        if isinstance(found, dict):
            payload = found.get("payload", found)
            told.append(payload.get("errors") if isinstance(payload, dict) else payload)
    return json.dumps([each for each in told if each], ensure_ascii=False) if told else ""
