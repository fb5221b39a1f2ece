"""The server killed while two ids become one person: in the end it is written, and written once."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from btb.identifiers import NationalNumber
from datasources.register.charts import charts
from datasources.register.database import Database
from datasources.register.verify import findings
from datasources.rehearsal.numbers import national_number
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys
from tests.cast import enterprise_of, number_of
from tests.journeys.process import ServerProcess
from tests.journeys.test_numbers_replaced import MINE
from tests.journeys.world import codes, mutation


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.slow)])
async def test_killed_at_any_step_it_is_written_in_the_end_and_once(
    database_url: str, tmp_path: Path, stride: int
) -> None:
    former, maarten = national_number("1983-01-06", 993, foreign=True), number_of("maarten")
    where = enterprise_of("drankenhandel").digits
    server = ServerProcess(tmp_path, {"BTB_DATABASE_URL": database_url})
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:

        async def asked(number: NationalNumber, document: str, **variables: Any) -> Any:
            token = RehearsalIssuer(RehearsalKeys.kept(server.keys)).token_for_person(number, 500)
            headers = {"authorization": f"Bearer {token}"}
            body = {"query": document, "variables": variables}
            async with session.post(server.url, json=body, headers=headers) as response:
                return (await response.json(content_type=None))["data"]

        async def appoints(number: NationalNumber, **more: Any) -> Any:
            input = {"enterpriseNumber": where, "person": {"nationalNumber": number.digits}, **more}
            made = await asked(
                maarten, mutation("appointChiefAccessManager"), input={**input, "affiliation": "EMPLOYEE"}
            )
            return made["appointChiefAccessManager"]

        try:
            await server.start()
            assert codes(await appoints(maarten)) == []
            old = (await asked(former, MINE))["viewer"]["person"]["id"]
            for step in count(stride, stride):
                await server.kill()
                await server.start(dies_at=step)
                server.count_steps()
                try:
                    await appoints(former, dryRun=True)
                    async with asyncio.timeout(30):
                        while (await asked(maarten, MINE))["viewer"]["person"]["id"] != old:
                            pass
                        while not await _moved(asked, maarten, where, old):
                            pass
                    break
                except (aiohttp.ClientError, OSError):
                    await server.ended()
            assert step > 3
        finally:
            await server.close()
    database = Database.open(database_url)
    assert [str(each) async for each in findings(database)] == []
    async with database.reading() as reading:
        number = enterprise_of("drankenhandel")
        chart = (await charts(reading, [number], full=True))[number]
    await database.close()
    assert [(str(each.person) == old, each.ended_at is None) for each in chart.mandates] == [
        (False, False),
        (True, True),
    ]


async def _moved(asked: Any, who: NationalNumber, where: str, person: str) -> bool:
    document = (
        "query C($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { chiefAccessManager { person { id } } } }"
    )
    found = (await asked(who, document, n=where))["enterprise"]["chiefAccessManager"]
    return bool(found["person"]["id"] == person)
