"""Who is asking, and for which enterprises they may act."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from datasources.rehearsal import Trouble
from datasources.rehearsal.questions import Service
from tests.schema.world import World

VIEWER = (
    "{ viewer { person { givenName familyName } client assuranceLevel scopes "
    "enterprises { enterprise { enterpriseNumber name } capacities mayAppointChief } } }"
)


@pytest_asyncio.fixture
async def bakery(world: World) -> AsyncIterator[World]:
    await world.staff_bakkerij()
    yield world


async def enterprises(world: World, handle: str, level: int = 500) -> dict[str, tuple[list[str], bool]]:
    """The capacities and whether the chief may be appointed, by name of the enterprise."""
    viewer = (await world.ask(VIEWER, world.person(handle, level))).ok["viewer"]
    return {each["enterprise"]["name"]: (each["capacities"], each["mayAppointChief"]) for each in viewer["enterprises"]}


async def test_a_representative_sees_the_enterprise_that_kbo_knows_him_for(bakery: World) -> None:
    viewer = (await bakery.ask(VIEWER, bakery.person("els"))).ok["viewer"]
    assert viewer == {
        "person": {"givenName": "Els", "familyName": "Vermeirsch"},
        "client": None,
        "assuranceLevel": 500,
        "scopes": [],
        "enterprises": [
            {
                "enterprise": {"enterpriseNumber": "0000000196", "name": "Bakkerij De Gouden Korst"},
                "capacities": ["LEGAL_REPRESENTATIVE"],
                "mayAppointChief": True,
            }
        ],
    }


@pytest.mark.parametrize(("handle", "capacity"), [("koen", "CHIEF"), ("nadia", "CO_CHIEF"), ("tom", "DOMAIN")])
async def test_a_mandate_is_a_capacity_too_and_appoints_no_chief(bakery: World, handle: str, capacity: str) -> None:
    assert await enterprises(bakery, handle) == {"Bakkerij De Gouden Korst": ([capacity], False)}


async def test_a_representative_with_a_mandate_has_both_capacities(bakery: World) -> None:
    person = {"nationalNumber": bakery.national("els")}
    whole = {"enterpriseNumber": bakery.number("bakkerij"), "person": person, "domains": ["ENERGY"]}
    assert (await bakery.request("appointAccessManager", bakery.person("koen"), **whole))["accessManager"]
    assert await enterprises(bakery, "els") == {"Bakkerij De Gouden Korst": (["LEGAL_REPRESENTATIVE", "DOMAIN"], True)}


@pytest.mark.parametrize(("level", "may"), [(500, True), (450, True), (400, False), (300, False), (100, False)])
async def test_appointing_a_chief_takes_a_login_of_the_level_that_is_set(world: World, level: int, may: bool) -> None:
    assert await enterprises(world, "els", level) == {"Bakkerij De Gouden Korst": (["LEGAL_REPRESENTATIVE"], may)}


async def test_a_suspended_or_ended_mandate_is_no_capacity(bakery: World) -> None:
    koen = bakery.person("koen")
    suspended = {"accessManagerId": bakery.ids["tom"], "note": "on leave"}
    await bakery.request("suspendAccessManager", koen, **suspended)
    await bakery.request("endAppointment", koen, accessManagerId=bakery.ids["lien"])
    assert await enterprises(bakery, "tom") == {}
    assert await enterprises(bakery, "lien") == {}
    await bakery.request("reinstateAccessManager", koen, accessManagerId=bakery.ids["tom"])
    assert list(await enterprises(bakery, "tom")) == ["Bakkerij De Gouden Korst"]


@pytest.mark.parametrize(
    ("handle", "names"),
    [
        ("pierre", {"Brouwerij Het Vat", "Brasserie du Fût", "Imprimerie de la Sambre", "Jeugdhuis De Kelder"}),
        ("veerle", {"Schrijnwerkerij Brandsema"}),
        ("olivier", {"Chocolaterie Trois Fèves", "Mandatin Holding"}),
        ("hans", {"Hersteld Vertrouwen"}),
        ("greta", {"Kapsalon Greta"}),
    ],
)
async def test_only_who_represents_today_acts(world: World, handle: str, names: set[str]) -> None:
    found = await enterprises(world, handle)
    assert set(found) <= names
    assert found
    assert {capacities for capacities, _ in ((tuple(each), may) for each, may in found.values())} == {
        ("LEGAL_REPRESENTATIVE",)
    }


@pytest.mark.parametrize("handle", ["emma", "luc", "sofie", "chloe", "simon", "bart", "guy", "roza"])
async def test_who_represents_nobody_today_acts_for_nobody(world: World, handle: str) -> None:
    assert await enterprises(world, handle) == {}


async def test_thirty_shops_are_asked_once_each_and_read_in_as_many_statements_as_one(world: World) -> None:
    await enterprises(world, "jan")
    with world.counting() as for_one:
        await enterprises(world, "els")
    with world.counting() as for_thirty, world.questions() as asked:
        found = await enterprises(world, "marguerite")
    assert len(found) == 30
    assert all(each == (["LEGAL_REPRESENTATIVE"], True) for each in found.values())
    assert len(asked) == len(set(asked))
    assert {service for service, _ in asked} == {Service.ENTERPRISE, Service.FUNCTIONS, Service.PERSON}
    assert len(for_thirty) <= len(for_one), for_thirty


async def test_a_machine_acts_for_no_enterprise(world: World) -> None:
    viewer = (await world.ask(VIEWER, world.system("UMAN"))).ok["viewer"]
    assert viewer == {
        "person": None,
        "client": "UMAN",
        "assuranceLevel": None,
        "scopes": ["btb:feed:acknowledge", "btb:feed:read", "btb:mandates:read", "btb:person:identify"],
        "enterprises": [],
    }


async def test_nobody_is_no_viewer(world: World) -> None:
    assert (await world.ask(VIEWER)).ok == {"viewer": None}


async def test_without_kbo_the_rest_of_the_answer_stands(bakery: World) -> None:
    bakery.switches.refused = Trouble(service=Service.FUNCTIONS.value)
    document = (
        "{ viewer { enterprises { capacities } } me: viewer { assuranceLevel person { familyName } } "
        'domain(code: "FINANCE") { code } }'
    )
    answer = await bakery.ask(document, bakery.person("pierre"))
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [
        (["viewer", "enterprises"], "SOURCE_UNAVAILABLE")
    ]
    assert answer["me"] == {"assuranceLevel": 500, "person": {"familyName": "Delhauteur"}}
    assert answer["domain"] == {"code": "FINANCE"}


async def test_a_kept_answer_serves_while_kbo_is_away(bakery: World) -> None:
    assert await enterprises(bakery, "els")
    bakery.switches.refused = Trouble()
    assert list(await enterprises(bakery, "els")) == ["Bakkerij De Gouden Korst"]
