"""Opens the house: sources, register and feed, in the order in which they lean on one another, and closes it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hmac import digest
from pathlib import Path
from uuid import uuid4

from btb.codes import FUNCTIONS
from btb.cursors import Cursors
from btb.domains import DOMAINS
from btb.systems import SYSTEMS
from datasources.answers import AnsweringKbo, AnsweringPersons
from datasources.feed import Feed
from datasources.kbo import Kbo
from datasources.kbo_mirror.search import MirrorSearch
from datasources.kbo_mirror.source import MirrorKbo
from datasources.magda.registry import Magda, magda
from datasources.magda.transports import AsgiTransport
from datasources.outage_board import OutageBoard
from datasources.register import bell, epoch
from datasources.register.changes import RegisterLog, current_head
from datasources.register.clock import DatabaseClock
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from datasources.register.keys import KeyRing
from datasources.register.migrations import migrate
from datasources.register.persons import PersonDirectory
from datasources.rehearsal import Town, rehearsal_app
from loaders.ledger import Ledger
from resolvers import epochs
from resolvers.budgets import NumberBudget
from resolvers.context import House
from resolvers.duty import Duty
from resolvers.presence import Presence
from server import policies
from server.metrics import Metrics
from server.settings import Settings

log = logging.getLogger("btb.house")

IN_PROCESS = "http://rehearsal.invalid/magda"
"""The address of the town in process; nothing is ever sent there over a network."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The authentic sources, and the town where it is they."""

    magda: Magda
    answering: AnsweringKbo
    kbo: Kbo
    mirror: MirrorKbo
    persons: AnsweringPersons
    town: Town | None


def now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_house(settings: Settings, metrics: Metrics, town: Town | None = None) -> AsyncIterator[House]:
    """The house, for as long as the block lasts, on this town where it rehearses. The database is migrated first."""
    url = settings.register.url.get_secret_value()
    make_folder_of(url)
    await migrate(url)
    async with AsyncExitStack() as stack:
        database = Database.open(url, policies.patience(settings))
        database.tell(metrics.statements.inc)
        stack.push_async_callback(database.close)
        clock, replica = DatabaseClock(now), f"{os.uname().nodename}:{os.getpid()}:{uuid4()}"[:100]
        await clock.look(database)
        if await epoch.suspicion(database) is not None:
            log.warning("The database is on another history than it was: if it was restored, run `btb epoch renew`.")
        sources = open_sources(settings, metrics, database, town)
        stack.push_async_callback(close_sources, sources)
        keys = KeyRing.load_or_create(settings.house.person_keys)
        async with database.reading() as session:
            head = await current_head(session)
        feed = Feed(RegisterLog(database), recent=settings.following.kept)
        await feed.start()
        stack.push_async_callback(feed.stop)
        ledger = Ledger(database)
        stack.push_async_callback(ledger.stop)
        charts = KeptCharts(settings.register.kept)
        metrics.watch_charts(lambda: charts.kept, lambda: charts.read)
        house = House(
            kbo=sources.kbo,
            persons=sources.persons,
            database=database,
            directory=PersonDirectory(database, keys, now=clock),
            charts=charts,
            cursors=Cursors(keys.secret("cursors"), head.epoch),
            feed=feed,
            budget=NumberBudget(),
            domains=DOMAINS,
            systems=SYSTEMS,
            appointment_policy=policies.appointment_policy(settings),
            representation_policy=policies.representation_policy(settings),
            fingerprint=partial(_keyed, keys.secret("fingerprints")),
            now=clock,
            outages=OutageBoard(database, clock),
            presence=Presence(replica),
            ledger=ledger,
            enterprise_search=MirrorSearch(database),
            extract=sources.mirror,
            feed_retention=settings.following.retention,
            refused=metrics.refused,
            loader_batches=metrics.loader_batches(),
        )
        stack.push_async_callback(stopped, asyncio.create_task(clock.keep(database)))
        stack.push_async_callback(stopped, asyncio.create_task(house.presence.keep(database)))
        stack.push_async_callback(stopped, asyncio.create_task(house.outages.watch()))
        stack.push_async_callback(stopped, asyncio.create_task(epochs.watch(house)))
        if database.is_postgresql:
            stack.push_async_callback(stopped, asyncio.create_task(bell.listen(url, feed.nudge)))
        duty = Duty(house, holder=replica)
        stack.push_async_callback(stopped, asyncio.create_task(duty.keep()))
        yield house


def open_sources(settings: Settings, metrics: Metrics, database: Database, town: Town | None = None) -> Sources:
    """MAGDA where the settings say where it is, else the rehearsal town, behind the answers we keep and the mirror."""
    town = (town or Town.build()) if settings.town_in_process else None
    transport = None if town is None else AsgiTransport(rehearsal_app(town))
    asked = magda(
        policies.magda_settings(settings, IN_PROCESS),
        transport,
        observer=metrics,
        known_functions=frozenset(FUNCTIONS),
    )
    kept = policies.answer_policy(settings)
    answering = AnsweringKbo(asked.kbo, kept, observer=metrics)
    mirror = MirrorKbo(answering, database, now, policies.mirror_policy(settings))
    return Sources(
        magda=asked,
        answering=answering,
        kbo=mirror,
        mirror=mirror,
        persons=AnsweringPersons(asked.persons, kept, observer=metrics),
        town=town,
    )


async def close_sources(sources: Sources) -> None:
    """Let go of what is being asked."""
    await sources.answering.close()
    await sources.persons.close()
    await sources.magda.close()


async def stopped(task: asyncio.Task[None]) -> None:
    """Stop a task of ours and wait until it has stopped."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def make_folder_of(url: str) -> None:
    """The folder of a SQLite file, made where there is none."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


def _keyed(key: bytes, content: bytes) -> bytes:
    return digest(key, content, "sha256")
