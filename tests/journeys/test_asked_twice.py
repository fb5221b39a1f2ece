"""The same request sent again: one effect, and the same answer as long as the key is kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from resolvers import acts
from tests.cast import ANOTHER, CHIEF, CO_CHIEF, FINANCE, MANAGER, MOBILITY, REPRESENTATIVE, STRANGER
from tests.journeys.test_story import delegation, identity
from tests.journeys.world import World, codes

AT_ONCE = 32


async def test_the_same_key_and_content_give_the_same_answer(world: World) -> None:
    first = await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    again = await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again == {**first, "replayed": True}
    assert (await world.chart())["version"] == 1


async def test_every_request_can_be_sent_again(world: World) -> None:
    made = await world.appoint_chief(REPRESENTATIVE, CHIEF)
    tom = await world.appoint_manager(CHIEF, MANAGER, FINANCE, MOBILITY)
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    requests = (
        ("changeDelegationPeriod", {"delegationId": delegation(tom, MOBILITY), "validUntil": until}),
        ("revokeDelegation", {"delegationId": delegation(tom, FINANCE)}),
        ("suspendAccessManager", {"accessManagerId": identity(tom), "note": "On leave."}),
        ("reinstateAccessManager", {"accessManagerId": identity(tom)}),
        ("endAppointment", {"accessManagerId": identity(tom)}),
        ("endAppointment", {"accessManagerId": identity(made)}),
    )
    for key, (name, input) in enumerate(requests):
        first = await world.request(CHIEF, name, **input, idempotencyKey=str(key))
        assert codes(first) == [], (name, first)
        again = await world.request(CHIEF, name, **input, idempotencyKey=str(key))
        assert again["replayed"] is True, name
        assert [each["id"] for each in again["changes"]] == [each["id"] for each in first["changes"]]


async def test_other_content_under_the_same_key_is_refused(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    for more in ({"email": "koen@bakkerij.example"}, {"affiliation": "PARTNER"}, {"expectedVersion": 1}):
        other = await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one", **more)
        assert codes(other) == ["IDEMPOTENCY_KEY_REUSED"]
    assert codes(await world.appoint_chief(REPRESENTATIVE, ANOTHER, idempotencyKey="one")) == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await world.chart())["version"] == 1


async def test_a_key_belongs_to_whoever_used_it(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    assert codes(await world.appoint_chief(STRANGER, CHIEF, idempotencyKey="one")) == [
        "NOT_LEGAL_REPRESENTATIVE",
        "ALREADY_APPOINTED",
    ]
    assert codes(await world.appoint_co_chief(CHIEF, CO_CHIEF, idempotencyKey="one")) == []


async def test_a_refusal_is_kept_as_an_answer_is(world: World) -> None:
    refused = await world.appoint_co_chief(CO_CHIEF, MANAGER, idempotencyKey="too early")
    assert codes(refused) == ["NOT_CHIEF"]
    await world.appoint_chief(REPRESENTATIVE, CO_CHIEF)
    assert await world.appoint_co_chief(CO_CHIEF, MANAGER, idempotencyKey="too early") == refused
    assert codes(await world.appoint_co_chief(CO_CHIEF, MANAGER)) == []


async def test_a_source_out_of_reach_is_not_kept(world: World) -> None:
    world.sources.switches.turn({"broken": True})
    refused = await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    assert set(codes(refused)) == {"SOURCE_UNAVAILABLE"}
    world.sources.switches.reset()
    made = await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    assert (codes(made), made["replayed"]) == ([], False)


async def test_a_key_is_free_again_once_its_answer_has_expired(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "KEPT_FOR", timedelta(0))
    await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    made = await world.appoint_chief(REPRESENTATIVE, ANOTHER, idempotencyKey="one")
    assert (codes(made), made["replayed"]) == ([], False)


@pytest.mark.parametrize("more", [{}, {"expectedVersion": 0}], ids=["of any version", "of one version"])
async def test_one_key_sent_many_times_at_once_has_one_effect(world: World, more: dict[str, int]) -> None:
    requests = (world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one", **more) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*requests)
    assert [codes(each) for each in answers] == [[]] * AT_ONCE
    assert len({str({**each, "replayed": None}) for each in answers}) == 1
    assert [each["replayed"] for each in answers].count(False) == 1
    chart = await world.chart()
    assert [each["type"] for each in chart["history"]["changes"]] == ["CHIEF_APPOINTED"]


async def test_one_key_for_two_enterprises_at_once_has_one_effect(world: World) -> None:
    """Each takes the lock of its own enterprise, so that they meet only at the stored answer."""
    for round in range(5):
        enterprises = ("brouwerij", "imprimerie")
        answers = await asyncio.gather(
            *(world.appoint_chief("pierre", CHIEF, each, idempotencyKey=f"round {round}") for each in enterprises)
        )
        assert sorted(map(codes, answers)) == [[], ["IDEMPOTENCY_KEY_REUSED"]]
        (done,) = (each for each in answers if not codes(each))
        ended = await world.request("pierre", "endAppointment", accessManagerId=identity(done))
        assert codes(ended) == []
