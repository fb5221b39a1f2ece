"""An outage is over at a moment that has been; one that has not begun can be called off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.schema.world import World

ANNOUNCE = """mutation ($starts: DateTime!) { announceOutage(input: {
  kind: PLANNED, service: WEB_SERVICE, startsAt: $starts, description: [{language: NL, text: "Onderhoud"}]
}) { ... on Outage { id } } }"""
RESOLVE = """mutation ($id: ID!, $at: DateTime) { resolveOutage(input: {outageId: $id, resolvedAt: $at}) {
  ... on Outage { resolvedAt } ... on Refusal { problems { code path message(language: EN) } } } }"""


def moment(**ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


async def resolved(world: World, starts: str, at: str | None) -> Any:
    operator = world.system("OPERATOR")
    announced = await world.ask(ANNOUNCE, operator, starts=starts)
    identity = announced.ok["announceOutage"]["id"]
    return (await world.ask(RESOLVE, operator, id=identity, at=at)).ok["resolveOutage"]


async def test_nobody_knows_yet_when_an_outage_will_be_over(world: World) -> None:
    (problem,) = (await resolved(world, moment(hours=-1), moment(hours=1)))["problems"]
    assert (problem["code"], problem["path"]) == ("INVALID_PERIOD", ["resolvedAt"])
    assert "future" in problem["message"]


async def test_no_outage_was_over_before_it_began(world: World) -> None:
    (problem,) = (await resolved(world, moment(hours=-1), moment(hours=-2)))["problems"]
    assert problem["code"] == "INVALID_PERIOD"


async def test_an_outage_that_has_not_begun_is_called_off(world: World) -> None:
    assert (await resolved(world, moment(days=1), None))["resolvedAt"] is not None
    assert (await world.ask("{ outages { id } }", None)).ok["outages"] == []
