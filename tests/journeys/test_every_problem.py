"""Each reason for a refusal that the contract knows, provoked over HTTP on both engines. A new one needs a way here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import uuid4

import pytest
from graphql import EnumTypeDefinitionNode, parse

from tests.cast import ANOTHER, BAKERY, CHIEF, CO_CHIEF, FINANCE, MANAGER, REPRESENTATIVE, STRANGER, enterprise_of
from tests.journeys.test_refusals import UNKNOWN_ENTERPRISE, later
from tests.journeys.test_story import identity
from tests.journeys.world import World, codes

SCHEMA = Path(__file__).resolve().parents[2] / "schema" / "subgraph.graphql"
Refusal: TypeAlias = dict[str, Any]


def problem_codes() -> list[str]:
    """Every value of ProblemCode, as the published schema has it."""
    definitions = parse(SCHEMA.read_text()).definitions
    (found,) = (each for each in definitions if getattr(each, "name", None) and each.name.value == "ProblemCode")
    assert isinstance(found, EnumTypeDefinitionNode)
    return [value.name.value for value in found.values or ()]


async def asked(world: World, who: str, name: str, kind: str, **input: Any) -> Refusal:
    """One of the service's other mutations."""
    document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ ... on Refusal {{ problems {{ code }} }} }} }}"
    result: Refusal = (await world.query(who, document, {"input": input})).ok[name]
    return result


async def of_unknown_enterprise(world: World) -> Refusal:
    nobody = {"enterpriseNumber": UNKNOWN_ENTERPRISE, "person": {"me": True}, "affiliation": "EMPLOYEE"}
    return await world.request(REPRESENTATIVE, "appointChiefAccessManager", **nobody)


async def of_ceased_enterprise(world: World) -> Refusal:
    world.sources.town.cease(BAKERY, date(2026, 1, 1))
    return await world.appoint_chief(REPRESENTATIVE, CHIEF)


async def of_person_nobody_knows(world: World) -> Refusal:
    somebody = {"person": {"id": str(uuid4())}, "affiliation": "EMPLOYEE"}
    number = enterprise_of(BAKERY).digits
    return await world.request(REPRESENTATIVE, "appointChiefAccessManager", enterpriseNumber=number, **somebody)


async def of_same_key(world: World) -> Refusal:
    await world.appoint_chief(REPRESENTATIVE, CHIEF, idempotencyKey="one")
    return await world.appoint_chief(REPRESENTATIVE, ANOTHER, idempotencyKey="one")


async def of_older_version(world: World) -> Refusal:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    return await world.appoint_chief(REPRESENTATIVE, ANOTHER, expectedVersion=0)


async def of_person_appointed_already(world: World) -> Refusal:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    return await world.appoint_chief(REPRESENTATIVE, CHIEF)


async def of_mandate_that_ended(world: World) -> Refusal:
    made = await world.appoint_chief(REPRESENTATIVE, CHIEF)
    await world.request(CHIEF, "endAppointment", accessManagerId=identity(made))
    return await world.request(REPRESENTATIVE, "endAppointment", accessManagerId=identity(made))


async def of_domain_that_is_none(world: World) -> Refusal:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    return await world.appoint_manager(CHIEF, MANAGER, "WEATHER")


async def of_source_that_is_down(world: World) -> Refusal:
    world.sources.switches.turn({"broken": True})
    return await world.appoint_chief(REPRESENTATIVE, CHIEF)


async def of_period_in_the_past(world: World) -> Refusal:
    past = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    return await world.appoint_chief(REPRESENTATIVE, CHIEF, validFrom=past)


PROVOKED: Final[dict[str, Callable[[World], Awaitable[Refusal]]]] = {
    "ENTERPRISE_UNKNOWN": of_unknown_enterprise,
    "ENTERPRISE_NOT_ACTIVE": of_ceased_enterprise,
    "PERSON_UNKNOWN": of_person_nobody_knows,
    "PERSON_DECEASED": lambda world: world.appoint_chief(REPRESENTATIVE, "dirk"),
    "NOT_LEGAL_REPRESENTATIVE": lambda world: world.appoint_chief(STRANGER, CHIEF),
    "NOT_CHIEF": lambda world: world.appoint_co_chief(REPRESENTATIVE, CO_CHIEF),
    "NOT_CHIEF_OR_CO_CHIEF": lambda world: world.appoint_manager(REPRESENTATIVE, MANAGER, FINANCE),
    "NOT_ENTITLED": lambda world: world.appoint_chief("UMAN", CHIEF),
    "ASSURANCE_TOO_LOW": lambda world: world.appoint_chief(REPRESENTATIVE, CHIEF, level=300),
    "ALREADY_APPOINTED": of_person_appointed_already,
    "NOT_IN_OFFICE": of_mandate_that_ended,
    "DOMAIN_UNKNOWN": of_domain_that_is_none,
    "INVALID_PERIOD": of_period_in_the_past,
    "INVALID_CONTACT": lambda world: world.appoint_chief(REPRESENTATIVE, CHIEF, email="koen at the bakery"),
    "VERSION_CONFLICT": of_older_version,
    "IDEMPOTENCY_KEY_REUSED": of_same_key,
    "SOURCE_UNAVAILABLE": of_source_that_is_down,
    "CURSOR_INVALID": lambda world: asked(
        world, "UMAN", "acknowledgeChanges", "AcknowledgeChangesInput", system="UMAN", upTo="no cursor"
    ),
    "UNKNOWN_SYSTEM": lambda world: asked(
        world, "UMAN", "acknowledgeChanges", "AcknowledgeChangesInput", system="RMA", upTo="no cursor"
    ),
    "UNKNOWN_OUTAGE": lambda world: asked(
        world, "OPERATOR", "resolveOutage", "ResolveOutageInput", outageId=str(uuid4())
    ),
    "APPLICATION_UNKNOWN": lambda world: asked(
        world, "OPERATOR", "withdrawApplication", "WithdrawApplicationInput", code="NONE"
    ),
}


@pytest.mark.parametrize("code", problem_codes())
async def test_a_problem_of_the_contract_is_told_when_it_is_there(world: World, code: str) -> None:
    assert code in PROVOKED, f"Nothing provokes {code} over HTTP."
    assert code in codes(await PROVOKED[code](world))


async def test_of_a_request_about_nobody_all_else_that_is_wrong_is_told_too(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    told = await world.appoint_manager(
        STRANGER,
        "fatima",
        *("FINANCE", "NOWHERE"),
        email="nobody at all",
        validFrom=later(days=2),
        validUntil=later(days=1),
        expectedVersion=9,
    )
    assert set(codes(told)) == {
        "PERSON_UNKNOWN",
        "INVALID_CONTACT",
        "VERSION_CONFLICT",
        "NOT_CHIEF_OR_CO_CHIEF",
        "INVALID_PERIOD",
        "DOMAIN_UNKNOWN",
    }


async def test_too_many_domains_are_one_problem_among_others(world: World) -> None:
    told = await world.appoint_manager(STRANGER, MANAGER, *["FINANCE"] * 21)
    assert set(codes(told)) == {"DOMAIN_UNKNOWN", "NOT_CHIEF_OR_CO_CHIEF"}
