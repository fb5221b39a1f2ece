"""Subscribers by the dozen: some read and note when, some never read at all."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

import aiohttp

from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import SYSTEMS, RehearsalIssuer
from tests.feed.running import Server

SOCKETS_EACH = 20
"""So many connections may one client hold."""
FOLLOW = """subscription ($after: Cursor) { changes(after: $after) {
  ... on ChangeBatch { from to changes { id } } ... on Checkpoint { from to }
} }"""
AT_LENGTH = FOLLOW.replace("{ id }", f"{{ {' '.join(f'{name}: cursor' for name in 'abcdefghijkl')} }}")
"""The same, in many more bytes for each change."""


def tokens(server: Server, sockets: int) -> list[str]:
    """A token for each socket: of as many clients as may hold so many."""
    issuer = RehearsalIssuer(RehearsalKeys.kept(server.keys))
    claims = {"scope": "btb:feed:read", "aud": SYSTEMS, "system": "RMA", "owner": "BOSA"}
    names = [f"subscriber-{each // SOCKETS_EACH}" for each in range(sockets)]
    return [issuer.sign({"sub": name, "client_id": name, **claims}, timedelta(hours=1)) for name in names]


def opening(token: str, document: str, after: str | None) -> tuple[str, str]:
    """What a client says first, and then."""
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    payload = {"query": document, "variables": {"after": after}}
    return json.dumps(init), json.dumps({"id": "1", "type": "subscribe", "payload": payload})


class Healthy:
    """Reads as soon as there is something. `heard` is when each change came, by its id, in the order they came."""

    def __init__(self, session: aiohttp.ClientSession, server: Server, token: str, after: str) -> None:
        self._session, self._server, self._token, self._after = session, server, token, after
        self.heard: dict[str, float] = {}
        self.subscribed = asyncio.Event()

    async def read(self) -> None:
        """Until cancelled."""
        async with self._session.ws_connect(self._server.graph, protocols=["graphql-transport-ws"]) as opened:
            init, subscribe = opening(self._token, FOLLOW, self._after)
            await opened.send_str(init)
            await opened.receive()
            await opened.send_str(subscribe)
            self.subscribed.set()
            async for message in opened:
                now = time.time()
                payload = json.loads(message.data)["payload"]
                assert "errors" not in payload, payload
                for change in payload["data"]["changes"].get("changes", ()):
                    assert change["id"] not in self.heard
                    self.heard[change["id"]] = now


async def never_reads(server: Server, token: str, after: str) -> socket.socket:
    """A subscriber that has a small buffer, and reads nothing but the greeting."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(opened, ("127.0.0.1", server.port))
    upgrade = (
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    await loop.sock_sendall(opened, upgrade.encode())
    await loop.sock_recv(opened, 4096)
    for text in opening(token, AT_LENGTH, after):
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
        await loop.sock_sendall(opened, head + bytes(4) + text.encode())
    return opened


class Queues:
    """What the kernel holds for those who do not read: since when nothing more fits, and when the server let go."""

    def __init__(self, server: Server, ports: Collection[int]) -> None:
        self._here, self._there = f":{server.port:04X}", {f":{port:04X}" for port in ports}
        self._held = dict.fromkeys(self._there, (-1, 0.0))
        self.dropped: dict[str, float] = {}

    def look(self) -> bool:
        """Look once; whether all have been let go. `dropped` is how long each had been full."""
        now = time.monotonic()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            near, far, state, queues = line.split()[1:5]
            port = far[-5:]
            if not near.endswith(self._here) or port not in self._there or port in self.dropped:
                continue
            held = int(queues.split(":")[0], 16)
            if state != "01":
                self.dropped[port] = now - self._held[port][1]
            elif held != self._held[port][0]:
                self._held[port] = (held, now)
        return len(self.dropped) == len(self._there)


def memory_of(server: Server) -> int:
    """Resident bytes of the server's process."""
    assert server.process is not None
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def most(measured: Callable[[], int], every: float = 0.1) -> int:
    """The most that is measured until cancelled."""
    highest = 0
    try:
        while True:
            highest = max(highest, measured())
            await asyncio.sleep(every)
    except asyncio.CancelledError:
        return highest
