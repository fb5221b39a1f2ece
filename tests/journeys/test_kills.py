"""The server killed while clients appoint: what was acknowledged is stored once, and nothing else is stored."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from datasources.register.changes import changes_after, current_head
from datasources.register.database import Database
from datasources.register.verify import findings
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys
from tests.cast import enterprise_of, number_of
from tests.journeys.process import ServerProcess
from tests.journeys.world import mutation, person

WRITERS = (("els", "bakkerij"), ("pierre", "brouwerij"), ("pierre", "imprimerie"), ("jan", "vervoer"))
"""Representatives, each of whom replaces the chief of an enterprise over and over."""


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(tmp_path, {"BTB_DATABASE_URL": database_url, "BTB_LOG_LEVEL": "info"})
    yield process
    await process.kill()


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=pytest.mark.timeout(900)),
        pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
async def test_what_was_acknowledged_is_stored_once(
    server: ServerProcess, database_url: str, tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)
    await server.start()
    keys = RehearsalKeys.kept(tmp_path / ".local" / "rehearsal-issuer.json")
    enough = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        url = f"http://127.0.0.1:{server.port}/graphql"
        writers = [
            asyncio.create_task(_writes(session, url, RehearsalIssuer(keys), by, enterprise, enough))
            for by, enterprise in WRITERS
        ]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.02, 0.5))  # when the power fails is the point of the test
            await server.kill()
            await server.start()
        enough.set()
        acknowledged = await asyncio.gather(*writers)
    await server.kill()
    database = Database.open(database_url)
    try:
        async with database.reading() as reading:
            head = await current_head(reading)
            log = await changes_after(reading, 0, head.position)
        assert [str(finding) async for finding in findings(database)] == []
    finally:
        await database.close()
    for (_, enterprise), answers in zip(WRITERS, acknowledged, strict=True):
        stored = [str(change.id) for change in log if change.enterprise == enterprise_of(enterprise)]
        assert stored == answers
    assert len(log) == sum(map(len, acknowledged)) > kills


async def _writes(
    session: aiohttp.ClientSession, url: str, issuer: RehearsalIssuer, by: str, enterprise: str, enough: asyncio.Event
) -> list[str]:
    """Replace the chief until it is enough; each request is sent again under its key until it is answered."""
    token = issuer.token_for_person(number_of(by), 500)
    told: list[str] = []
    for key, chief in zip(count(), cycle(("koen", "lien"))):
        if enough.is_set():
            return told
        input = {
            "enterpriseNumber": enterprise_of(enterprise).digits,
            "person": person(chief),
            "affiliation": "EMPLOYEE",
            "idempotencyKey": f"{enterprise} {key}",
        }
        told += [change["id"] for change in await _answered(session, url, token, input)]
    raise AssertionError


async def _answered(
    session: aiohttp.ClientSession, url: str, token: str, input: dict[str, Any]
) -> list[dict[str, Any]]:
    body = {"query": mutation("appointChiefAccessManager"), "variables": {"input": input}}
    while True:
        try:
            async with session.post(url, json=body, headers={"authorization": f"Bearer {token}"}) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, ValueError):
            await asyncio.sleep(0.02)  # nobody listens: as a client does, a moment later
            continue
        if any(error["extensions"]["code"] == "RETRYABLE" for error in answer.get("errors", ())):
            continue
        made = answer["data"]["appointChiefAccessManager"]
        assert made["__typename"] == "AppointmentMade", made
        changes: list[dict[str, Any]] = made["changes"]
        return changes
