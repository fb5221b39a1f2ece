"""Beside a request's changes stands what it rested on, and its words, without anybody's number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text

from datasources.register.database import Database
from tests.cast import number_of
from tests.journeys.world import World, codes


async def kept(world: World) -> list[dict[str, Any]]:
    """Every request that was carried out, in order."""
    database = Database.open(world.database_url)
    try:
        async with database.reading() as session:
            found = await session.execute(
                text("SELECT first_position, last_position, evidence, note FROM requests ORDER BY first_position")
            )
            return [dict(row._mapping) | {"evidence": orjson.loads(row.evidence)} for row in found]
    finally:
        await database.close()


async def test_it_says_which_positions_which_readings_and_which_function(world: World) -> None:
    await world.appoint_chief("els", "koen")
    tom = (await world.appoint_manager("koen", "tom", "FINANCE", "MOBILITY"))["accessManager"]
    number = number_of("tom").digits
    note = f"The accountant does this now, not {number[:6]}-{number[6:9]}.{number[9:]}."
    revoked = await world.request("koen", "revokeDelegation", delegationId=tom["delegations"][0]["id"], note=note)
    assert codes(revoked) == []
    assert codes(await world.appoint_chief("koen", "lien")) != []

    chief, manager, revocation = await kept(world)
    assert [(each["first_position"], each["last_position"]) for each in (chief, manager, revocation)] == [
        (1, 1),
        (2, 4),
        (5, 5),
    ]
    assert chief["evidence"]["function"] is not None
    assert chief["evidence"]["rule"] is not None
    for each in (chief, manager):
        readings = [datetime.fromisoformat(at) for at in each["evidence"]["readings"].values()]
        assert readings
        assert all(timedelta(0) <= datetime.now(UTC) - at < timedelta(hours=1) for at in readings)
        assert each["note"] is None
    assert revocation["note"] == "The accountant does this now, not ***."
    assert number not in str(await kept(world))
