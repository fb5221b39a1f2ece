"""The extract of KBO at hand: it answers what is only read, with its own date, and decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from datasources.kbo_mirror.bulk import IMPORTING
from datasources.kbo_mirror.importing import import_extract
from datasources.register.database import Database
from tests.cast import BAKERY, CHIEF, REPRESENTATIVE, enterprise_of
from tests.datasources.kbo_mirror.making import ADDRESS, ENTERPRISE, META, NAME, folder
from tests.journeys.world import World, codes

CEASED = "gestopt"
"""Ceased in KBO itself; roza's function in it was never ended."""
ELSEWHERE = "brouwerij"

READ = """query Read($numbers: [EnterpriseNumber!]!) {
  enterprises(enterpriseNumbers: $numbers) {
    enterpriseNumber name status source { readAt stale }
  }
}"""


def dotted(handle: str) -> str:
    digits = enterprise_of(handle).digits
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


async def imported(world: World, at: Path, *, number: int = 100, age: int = 10, name: str = "Uit de spiegel") -> str:
    """Import an extract in which bakery and ceased enterprise are active; the moment it is of."""
    snapshot = (datetime.now(UTC) - timedelta(days=age)).date()
    handles = (BAKERY, CEASED)
    files = {
        "meta.csv": META.replace("0100", str(number)).replace("30-10-2026", f"{snapshot:%d-%m-%Y}"),
        "enterprise.csv": ENTERPRISE + "".join(f'"{dotted(each)}","AC","000","2","610",,\n' for each in handles),
        "denomination.csv": NAME + "".join(f'"{dotted(each)}","2","001","{name}"\n' for each in handles),
        "address.csv": ADDRESS,
    }
    database = Database.open(world.database_url, IMPORTING)
    await import_extract(database, folder(at / str(number), files), datetime.now(UTC))
    await database.close()
    return f"{snapshot}T00:00:00"


async def read(world: World, *handles: str) -> Any:
    asked = {"numbers": [enterprise_of(each).digits for each in handles]}
    return (await world.query("OPERATOR", READ, asked)).data


def out_of_reach(world: World) -> None:
    world.sources.switches.turn({"refused": True})


async def test_names_are_answered_from_the_extract_and_dated_with_it_while_kbo_is_out_of_reach(
    world: World, tmp_path: Path
) -> None:
    moment = await imported(world, tmp_path)
    out_of_reach(world)
    (bakery,) = (await read(world, BAKERY))["enterprises"]
    assert bakery["name"] == "Uit de spiegel"
    assert bakery["source"]["readAt"].startswith(moment)
    assert bakery["source"]["stale"] is False


async def test_an_old_extract_stands_in_for_kbo_and_says_that_it_is_stale(world: World, tmp_path: Path) -> None:
    moment = await imported(world, tmp_path, age=100)
    (asked,) = (await read(world, BAKERY))["enterprises"]
    assert asked["name"] == "Bakkerij De Gouden Korst"
    out_of_reach(world)
    (bakery,) = (await read(world, CEASED))["enterprises"]
    assert bakery["source"]["readAt"].startswith(moment)
    assert bakery["source"]["stale"] is True


@pytest.mark.parametrize("age", [1, 100])
async def test_the_extract_alone_appoints_nobody(world: World, tmp_path: Path, age: int) -> None:
    """It says that the enterprise is active; KBO, out of reach, says nothing, and so nothing is decided."""
    await imported(world, tmp_path, age=age)
    world.sources.switches.turn({"broken": {"service": "GeefOnderneming"}})
    assert codes(await world.appoint_chief(REPRESENTATIVE, CHIEF)) == ["SOURCE_UNAVAILABLE"]
    world.sources.switches.reset()
    assert (await world.chart())["version"] == 0
    assert codes(await world.appoint_chief(REPRESENTATIVE, CHIEF)) == []


async def test_where_the_extract_and_kbo_differ_kbo_decides(world: World, tmp_path: Path) -> None:
    await imported(world, tmp_path)
    (read_of_it,) = (await read(world, CEASED))["enterprises"]
    assert read_of_it["status"] == "ACTIVE"
    refused = codes(await world.appoint_chief("roza", CHIEF, CEASED))
    assert "ENTERPRISE_NOT_ACTIVE" in refused
    assert (await world.chart(CEASED))["version"] == 0


async def test_what_the_extract_lacks_comes_from_kbo(world: World, tmp_path: Path) -> None:
    await imported(world, tmp_path)
    bakery, elsewhere = (await read(world, BAKERY, ELSEWHERE))["enterprises"]
    assert bakery["name"] == "Uit de spiegel"
    assert elsewhere["source"]["readAt"] > bakery["source"]["readAt"]


async def test_an_extract_switched_under_a_running_service_is_seen_at_once(world: World, tmp_path: Path) -> None:
    await imported(world, tmp_path, number=100, name="Eerste")
    assert (await read(world, BAKERY))["enterprises"][0]["name"] == "Eerste"
    for number, name in ((101, "Tweede"), (102, "Derde")):
        await imported(world, tmp_path, number=number, name=name)
        assert (await read(world, BAKERY))["enterprises"][0]["name"] == name


async def test_readiness_warns_of_an_old_extract_and_figures_tell_its_day(world: World, tmp_path: Path) -> None:
    moment = await imported(world, tmp_path, age=100)
    ready = await world.ask.request("GET", "/health/ready")
    assert ready.status == 200
    assert '"KBO extract":{"ok":false,"needed":false' in ready.text
    figures = (await world.ask.request("GET", "/metrics")).text
    assert "btb_kbo_extract_enterprises 2.0" in figures
    day = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    (told,) = [line for line in figures.splitlines() if line.startswith("btb_kbo_extract_snapshot_seconds ")]
    assert float(told.split()[1]) == day


@pytest.mark.parametrize("there", [True, False])
async def test_readiness_is_content_with_a_fresh_extract_or_none(world: World, tmp_path: Path, there: bool) -> None:
    if there:
        await imported(world, tmp_path)
    assert '"KBO extract":{"ok":true' in (await world.ask.request("GET", "/health/ready")).text
