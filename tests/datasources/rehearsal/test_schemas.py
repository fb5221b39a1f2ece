"""Every answer of the town is what MAGDA's own schemas call an answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from datasources.rehearsal import RehearsalApp, Switches, Town
from tests.datasources.rehearsal.asking import (
    NAMESPACES,
    Exchange,
    ask,
    call,
    enterprise,
    functions_in,
    functions_of,
    message,
    person,
    registration,
)

REFERENCE = Path(__file__).parents[3].parent / "shared" / "magda"
RESPONSES = REFERENCE / "xsd" / "response"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason="MAGDA reference data not present: ../shared/magda"),
]


def schema(service: str, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RESPONSES / service / "WebService" / f"{name}Response.xsd"))


def assert_valid(found: etree.XMLSchema, exchange: Exchange) -> None:
    found.assertValid(etree.ElementTree(exchange.operation))


async def test_every_enterprise_with_everything(app: RehearsalApp, town: Town) -> None:
    found = schema("Onderneming.GeefOndernemingDienst-02.00", "GeefOnderneming")
    for each in (*town.enterprises, town):
        number = town.unknown_enterprise if isinstance(each, Town) else each.number
        assert_valid(found, await ask(app, "GeefOnderneming", enterprise(number.digits)))
        assert_valid(
            found, await ask(app, "GeefOnderneming", enterprise(number.digits, "<Basisgegevens>1</Basisgegevens>"))
        )


async def test_functions_of_every_enterprise_and_person(app: RehearsalApp, town: Town) -> None:
    found = schema("Onderneming.GeefFunctiesDienst-02.00", "GeefFuncties")
    for each in town.enterprises:
        assert_valid(found, await ask(app, "GeefFuncties", functions_in(each.number.digits)))
    for who in town.persons:
        assert_valid(found, await ask(app, "GeefFuncties", functions_of(who.number.digits)))


async def test_every_person_at_both_registers(app: RehearsalApp, town: Town) -> None:
    found = schema("Persoon.GeefPersoonDienst-02.02", "GeefPersoon")
    for number in (*(who.number for who in town.persons), *town.replaced, town.unknown_person):
        for source in ("RR", "KSZ"):
            assert_valid(found, await ask(app, "GeefPersoon", person(number.digits, source)))


@pytest.mark.parametrize("version", ["0", "1"])
async def test_registrations(app: RehearsalApp, town: Town, version: str) -> None:
    found = schema(f"Repertorium.RegistreerInschrijvingDienst-02.0{version}", "RegistreerInschrijving")
    namespace = NAMESPACES["RegistreerInschrijving"].replace("-02_01", f"-02_0{version}")
    content = registration(town.person("els").number.digits)
    for _ in range(2):
        assert_valid(found, await ask(app, "RegistreerInschrijving", content, namespace=namespace))


async def test_what_changed_in_the_town_and_what_switches_do_to_it(
    app: RehearsalApp, town: Town, switches: Switches
) -> None:
    found = schema("Onderneming.GeefOndernemingDienst-02.00", "GeefOnderneming")
    functions = schema("Onderneming.GeefFunctiesDienst-02.00", "GeefFuncties")
    number = town.enterprise("bakkerij").number.digits
    town.absorb("bakkerij", "opslorper", date(2026, 3, 1))
    switches.turn({"holders_hidden": True, "exceptions": {"brouwerij": "99994", "kelder": "12345"}})
    assert_valid(found, await ask(app, "GeefOnderneming", enterprise(number)))
    assert_valid(functions, await ask(app, "GeefFuncties", functions_in(number)))
    assert_valid(found, await ask(app, "GeefOnderneming", enterprise("0000000295")))
    assert_valid(found, await ask(app, "GeefOnderneming", enterprise("0000000493")))
    switches.turn({"other_key": True})
    assert_valid(functions, await ask(app, "GeefFuncties", functions_in(number)))
    switches.turn({"refusal": "40001"})
    assert_valid(found, await ask(app, "GeefOnderneming", enterprise(number)))


async def test_the_published_requests_are_understood(app: RehearsalApp) -> None:
    for name in ("GeefFuncties-02.00", "GeefOnderneming-02.00", "GeefPersoon-02.02", "RegistreerInschrijving-02.01"):
        exchange = await call(app, "POST", "/", (REFERENCE / "requests" / f"{name}.xml").read_bytes())
        assert exchange.status == 200
        assert exchange.operation.tag.endswith("Response")


async def test_our_own_requests_are_valid_questions() -> None:
    requests = REFERENCE / "xsd" / "request"
    asked = {
        "GeefOnderneming": ("GeefOndernemingDienst-02.00", enterprise("0000000196")),
        "GeefFuncties": ("GeefFunctiesDienst-02.00", functions_of("71641299601", "0000000196")),
        "GeefPersoon": ("GeefPersoonDienst-02.02", person("71641299601")),
        "RegistreerInschrijving": ("RegistreerInschrijvingDienst-02.01", registration("71641299601")),
    }
    for service, (folder, content) in asked.items():
        (path,) = (requests / folder).rglob(f"{service}.xsd")
        exchange = Exchange(pieces=[message(service, content)])
        assert_valid(etree.XMLSchema(etree.parse(path)), exchange)
