"""The answer of a request shows mandates of other people: those are told who saw them, whatever was asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.world import World

SHOWN = """
mutation($input: AppointChiefAccessManagerInput!) { appointChiefAccessManager(input: $input) {
  ... on AppointmentMade { replayed dryRun changes { accessManager { person { familyName } } } }
  ... on Refusal { problems { code } }
} }
"""
CONSULTATIONS = "{ viewer { consultations { consultations { what by { person { familyName } } purpose } } } }"


async def replace_koen(world: World, **more: Any) -> dict[str, Any]:
    """Els, who represents the bakery, puts nadia in the place of koen, whose mandate the answer shows."""
    given = {
        "enterpriseNumber": world.number("bakkerij"),
        "person": {"nationalNumber": world.national("nadia")},
        "affiliation": "EMPLOYEE",
        **more,
    }
    answer = await world.ask(SHOWN, world.person("els"), {"x-purpose": "succession"}, input=given)
    made: dict[str, Any] = answer.ok["appointChiefAccessManager"]
    assert "Dhaeseleer" in str(made), made
    return made


async def consultations(world: World, handle: str) -> list[dict[str, Any]]:
    found = (await world.ask(CONSULTATIONS, world.person(handle))).ok["viewer"]["consultations"]["consultations"]
    return [each for each in found if each["purpose"] == "succession"]


async def test_a_chief_who_is_replaced_is_told_who_saw_the_mandate(world_on_both: World) -> None:
    world = world_on_both
    await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    await replace_koen(world)
    assert len(await consultations(world, "koen")) == 1
    assert len(await consultations(world, "nadia")) == 1


async def test_a_dry_run_discloses_as_well(world: World) -> None:
    await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    assert (await replace_koen(world, dryRun=True))["dryRun"]
    assert len(await consultations(world, "koen")) == 1


async def test_an_answer_given_once_more_is_written_down_once_more(world: World) -> None:
    await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    await replace_koen(world, idempotencyKey="one")
    assert (await replace_koen(world, idempotencyKey="one"))["replayed"]
    assert len(await consultations(world, "koen")) == 2


async def test_what_cannot_be_written_down_is_not_shown_and_not_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasources.register.failures import RegisterUnavailable
    from resolvers import disclosures

    await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    before = await world.rows("changes")

    class Full:
        def disclosing(self, *_: object) -> None:
            raise RegisterUnavailable("full")

    monkeypatch.setattr(disclosures, "_reader", lambda *_: Full())
    given = {
        "enterpriseNumber": world.number("bakkerij"),
        "person": {"nationalNumber": world.national("nadia")},
        "affiliation": "EMPLOYEE",
    }
    answer = await world.ask(SHOWN, world.person("els"), input=given)
    assert answer.codes == ["RETRYABLE"]
    assert await world.rows("changes") == before
