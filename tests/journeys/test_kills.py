"""The server killed while clients appoint: what was acknowledged is stored once, is answered so again, and is all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from itertools import count, cycle
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from btb.changes import Change
from datasources.register.changes import changes_after, current_head
from datasources.register.database import Database
from datasources.register.verify import findings
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys
from tests.cast import enterprise_of, number_of
from tests.journeys.process import ServerProcess
from tests.journeys.world import mutation, person

WRITERS = (("els", "bakkerij"), ("pierre", "brouwerij"), ("pierre", "imprimerie"), ("jan", "vervoer"))
"""Representatives, each of whom replaces the chief of an enterprise over and over."""

FEWEST_STEPS = 6
"""The statements of an appointment with its commit are more than these: fewer would mean that steps go unseen."""


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(tmp_path, {"BTB_DATABASE_URL": database_url})
    yield process
    await process.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as opened:
        yield opened


class Writer:
    """A representative who sends each request again, under its key, until it is answered."""

    def __init__(self, session: aiohttp.ClientSession, server: ServerProcess, by: str, enterprise: str) -> None:
        self._session, self._server, self._enterprise = session, server, enterprise
        self._token = RehearsalIssuer(RehearsalKeys.kept(server.keys)).token_for_person(number_of(by), 500)
        self._requests = zip(count(), cycle(("koen", "lien")), strict=False)
        self.told: list[dict[str, Any]] = []
        self.again = 0

    async def write(self, enough: asyncio.Event, answered: asyncio.Semaphore) -> None:
        """Replace the chief until it is enough; now and then the last request is sent once more."""
        while not enough.is_set():
            body = self.next()
            made = await self.answered(body)
            self.told += made["changes"]
            answered.release()
            if len(self.told) % 3 == 0:
                again = await self.answered(body)
                assert again == {**made, "replayed": True}
                self.again += 1

    def next(self) -> dict[str, Any]:
        """The next request."""
        key, chief = next(self._requests)
        input = {
            "enterpriseNumber": enterprise_of(self._enterprise).digits,
            "person": person(chief),
            "affiliation": "EMPLOYEE",
            "idempotencyKey": f"{self._enterprise} {key}",
        }
        return {"query": mutation("appointChiefAccessManager"), "variables": {"input": input}}

    async def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """What a request is answered, however often it has to be sent."""
        while True:
            try:
                answer = await self.once(body)
            except (aiohttp.ClientError, OSError, ValueError):
                await asyncio.sleep(0.02)  # nobody listens: as a client does, a moment later
                continue
            if any(error["extensions"]["code"] == "RETRYABLE" for error in answer.get("errors", ())):
                continue
            made: dict[str, Any] = answer["data"]["appointChiefAccessManager"]
            assert made["__typename"] == "AppointmentMade", made
            return made

    async def once(self, body: dict[str, Any]) -> dict[str, Any]:
        """One try."""
        headers = {"authorization": f"Bearer {self._token}"}
        async with self._session.post(self._server.url, json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer


async def whole_log(database_url: str) -> Sequence[Change]:
    """Everything recorded, in a register in which nothing is off."""
    database = Database.open(database_url)
    try:
        async with database.reading() as reading:
            head = await current_head(reading)
            log = await changes_after(reading, 0, head.position)
        assert [str(finding) async for finding in findings(database)] == []
    finally:
        await database.close()
    return log


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=pytest.mark.timeout(900)),
        pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
async def test_what_was_acknowledged_is_stored_once(
    server: ServerProcess, session: aiohttp.ClientSession, database_url: str, kills: int
) -> None:
    chance = random.Random(kills)
    await server.start()
    enough, answered = asyncio.Event(), asyncio.Semaphore(0)
    writers = [Writer(session, server, *each) for each in WRITERS]
    writing = [asyncio.create_task(writer.write(enough, answered)) for writer in writers]
    for _ in range(kills):
        for _ in range(chance.randrange(3)):
            await answered.acquire()
        await asyncio.sleep(chance.uniform(0, 0.05))  # when the power fails is the point of the test
        await server.kill()
        await server.start()
    enough.set()
    await asyncio.gather(*writing)
    await server.kill()
    log = await whole_log(database_url)
    for writer, (_, enterprise) in zip(writers, WRITERS, strict=True):
        stored = [str(change.id) for change in log if change.enterprise == enterprise_of(enterprise)]
        assert stored == [change["id"] for change in writer.told]
        assert writer.again > 0
    assert len(log) > kills


@pytest.mark.timeout(300)
async def test_killed_at_each_step_of_an_appointment_it_is_made_once_or_not_at_all(
    server: ServerProcess, session: aiohttp.ClientSession, database_url: str
) -> None:
    await server.start(dies_at=1)
    writer = Writer(session, server, "els", "bakkerij")
    for step in count(1):
        body = writer.next()
        server.count_steps()
        try:
            await writer.once(body)
            break
        except (aiohttp.ClientError, OSError):
            await server.ended()
        await server.start(dies_at=step + 1)
        made = await writer.answered(body)
        assert await writer.answered(body) == {**made, "replayed": True}
    assert step > FEWEST_STEPS
    await server.kill()
    log = await whole_log(database_url)
    made_chief = [change for change in log if change.type == "CHIEF_APPOINTED"]
    assert len(made_chief) == step
