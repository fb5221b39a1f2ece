"""Two dozen who write and three systems that follow, while something is broken over and over beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from datasources.register.database import Database, Patience
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import RehearsalIssuer
from tests.feed.proving import assert_equal, everything, journal_length
from tests.feed.requesting import Requester
from tests.feed.running import Consumer, Server, until
from tests.feed.writing import Writer

SYSTEMS = ("UMAN", "RMA", "VO_TGB")
HALF = 12


@dataclass
class Crowd:
    """Twelve who ask the service, twelve who write as another replica does, and one consumer of each system."""

    database: Database
    folder: Path
    writers: Sequence[Writer]
    requesters: Sequence[Requester]
    consumers: Sequence[Consumer]
    writing: Sequence[asyncio.Task[None]] = ()

    def file(self, system: str) -> Path:
        """The copy of one system."""
        return self.folder / f"{system}.sqlite"

    def applied(self) -> int:
        """How many changes have been applied by whoever has applied fewest; -1 before all have a snapshot."""
        return min(journal_length(self.file(system)) for system in SYSTEMS)

    def wrong(self) -> list[BaseException | None]:
        """Why writers ended who should write until they are stopped."""
        return [task.exception() for task in self.writing if task.done()]

    async def stop_writing(self) -> None:
        """Nobody writes any more; none of them met anything but what they expect."""
        wrong = self.wrong()
        for task in self.writing:
            task.cancel()
        await asyncio.gather(*self.writing, return_exceptions=True)
        assert not wrong, wrong

    async def assert_nothing_lost(self) -> int:
        """Every change that was acknowledged is in the log once, and every copy is the log's; how many there were."""
        for each in (self.writers, self.requesters):
            await until(lambda each=each: any(one.acknowledged for one in each) or self.wrong(), 60)
        await self.stop_writing()
        for consumer, system in zip(self.consumers, SYSTEMS, strict=True):
            await consumer.kill()
            await consumer.start("--until-idle=0.5")
            assert (await consumer.ended(120))["proven"]
            await assert_equal(self.database, self.file(system), system)
        recorded = [str(change.id) for change in await everything(self.database)]
        place = {identity: position for position, identity in enumerate(recorded)}
        assert len(place) == len(recorded)
        for each in (*self.writers, *self.requesters):
            places = [place[identity] for identity in each.acknowledged]
            assert places == sorted(set(places))
        return len(recorded)


@asynccontextmanager
async def crowd(server: Server, folder: Path, url: str | None = None, pause: float = 0.5) -> AsyncIterator[Crowd]:
    """Writing and following, for as long as the block lasts; `url` is the graph where it is not the server's own."""
    graph = url or server.graph
    database = Database.open(server.url, Patience(waiting=20.0))
    issuer = RehearsalIssuer(RehearsalKeys.kept(server.keys))
    found = Crowd(
        database,
        folder,
        [Writer(database, seed) for seed in range(HALF)],
        [Requester(graph, issuer, seed) for seed in range(HALF)],
        [Consumer(server, folder / f"{system}.sqlite", url=graph, system=system) for system in SYSTEMS],
    )
    for consumer in found.consumers:
        await consumer.start()
    await until(lambda: found.applied() >= 0, 60)
    found.writing = [asyncio.create_task(each.write(10**6, pause)) for each in found.writers]
    found.writing += [asyncio.create_task(each.write(pause)) for each in found.requesters]
    try:
        yield found
    finally:
        for task in found.writing:
            task.cancel()
        await asyncio.gather(*found.writing, return_exceptions=True)
        for consumer in found.consumers:
            await consumer.kill()
        await database.close()
