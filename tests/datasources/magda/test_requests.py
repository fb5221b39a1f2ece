"""What the adapter writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from btb.identifiers import NationalNumber
from datasources.magda.client import references
from datasources.magda.forms import OPEN, Form, Letterhead, Sender
from tests.datasources.magda.building import OPERATIONS, element, enterprise, notices, person
from tests.datasources.magda.conftest import NOW, Adapt
from tests.datasources.magda.server import SoapServer

SCHEMAS = {
    "GeefOnderneming": "GeefOndernemingDienst-02.00/WebService/GeefOnderneming.xsd",
    "GeefFuncties": "GeefFunctiesDienst-02.00/WebService/GeefFuncties.xsd",
    "GeefPersoon": "GeefPersoonDienst-02.02/WebService/GeefPersoon.xsd",
    "RegistreerInschrijving": "RegistreerInschrijvingDienst-02.01/WebService/RegistreerInschrijving.xsd",
}
E1, E2, P1, BIS = enterprise(1234567), enterprise(2345678), person(11), person(12, month=41)


async def _asked_everything(adapt: Adapt, server: SoapServer, **settings: object) -> None:
    server.known[("GeefPersoon", P1.digits)] = notices(("13202", "FOUT"))
    adapter = adapt(register_persons=True, sender="btb.belgie.be/btb", capacity="1300", **settings)
    await adapter.kbo.enterprises([E1, E2])
    await adapter.kbo.functions_in([E1])
    await adapter.kbo.functions_of([P1])
    await adapter.kbo.functions_of_in([(P1, E1)])
    await adapter.persons.persons([P1, BIS])


@pytest.mark.reference
@pytest.mark.parametrize("user", [None, "80010100125"])
async def test_every_request_fits_its_schema(
    adapt: Adapt, server: SoapServer, reference: Path, user: str | None
) -> None:
    """P1, P17: validated here, never at run time."""
    await _asked_everything(adapt, server, user=user)
    seen = set()
    for message in server.arrived:
        [asked] = etree.fromstring(message.body)[-1]
        name = etree.QName(asked).localname
        for tree in ("request", "wsdl"):
            for path in (reference / "xsd" / tree).glob(f"*{SCHEMAS[name]}"):
                etree.XMLSchema(etree.parse(path)).assertValid(asked)
        seen.add(name)
    assert seen == set(SCHEMAS)


@pytest.mark.reference
@pytest.mark.parametrize("name", ["GeefOnderneming", "GeefPersoon"])
async def test_a_chunk_fits_the_schema_of_the_file_variant(
    adapt: Adapt, server: SoapServer, reference: Path, name: str
) -> None:
    await _asked_everything(adapt, server, chunk=5)
    [message] = [one for one in server.arrived if one.questions[0].operation == name][:1]
    [path] = (reference / "xsd" / "wsdl").glob(f"*.{name}Dienst-*/Service/{name}.xsd")
    assert len(message.questions) == 2
    schema = etree.parse(path)
    [asked] = etree.fromstring(message.body)[-1]
    renamed = (
        etree.tostring(asked).decode().replace(OPERATIONS[name].namespace, schema.getroot().get("targetNamespace"))
    )
    etree.XMLSchema(schema).assertValid(etree.fromstring(renamed))


async def test_nothing_below_the_operation_is_in_a_namespace(adapt: Adapt, server: SoapServer) -> None:
    """P1."""
    await _asked_everything(adapt, server)
    for message in server.arrived:
        [asked] = etree.fromstring(message.body)[-1]
        assert None not in asked.nsmap
        assert all(not str(below.tag).startswith("{") for below in asked.iterdescendants())


async def test_a_message_goes_to_exactly_the_address_given(adapt: Adapt, server: SoapServer) -> None:
    await _asked_everything(adapt, server)
    assert {message.path for message in server.arrived} == {"/any/path"}
    for message in server.arrived:
        assert message.headers["content-type"] == "text/xml;charset=UTF-8"
        assert message.headers["soapaction"] == '""'
        assert message.headers["accept-encoding"] == "identity"


async def test_a_service_may_have_an_address_of_its_own(adapt: Adapt, server: SoapServer) -> None:
    own = server.url.replace("/any/path", "/persons")
    await _asked_everything(adapt, server, persons_url=own)
    assert {one.path for one in server.arrived if one.questions[0].operation == "GeefPersoon"} == {"/persons"}
    assert {one.path for one in server.arrived if one.questions[0].operation == "GeefFuncties"} == {"/any/path"}


async def test_message_and_question_share_one_fresh_reference(adapt: Adapt, server: SoapServer) -> None:
    await _asked_everything(adapt, server)
    references = []
    for message in server.arrived:
        root = etree.fromstring(message.body)
        of_message, of_question = (one.text for one in root.iter("Referte"))
        assert of_message == of_question
        references.append(of_question)
    assert len(set(references)) == len(references)


async def test_bis_numbers_are_asked_of_ksz(adapt: Adapt, server: SoapServer) -> None:
    shifted = NationalNumber.parse(person(13, month=61).digits, allow_test_numbers=True)
    shifted_bis = NationalNumber.parse(person(14, month=81).digits, allow_test_numbers=True)
    await adapt(allow_test_numbers=True).persons.persons([P1, BIS, shifted, shifted_bis])
    asked = {one.questions[0].key: etree.fromstring(one.body).findtext(".//Bron") for one in server.arrived}
    assert asked == {P1.digits: "RR", BIS.digits: "KSZ", shifted.digits: "RR", shifted_bis.digits: "KSZ"}


async def test_every_number_is_asked_once(adapt: Adapt, server: SoapServer) -> None:
    await adapt().kbo.enterprises([E1, E2, E1, E1])
    assert sorted(one.key for one in server.questions) == sorted([E1.digits, E2.digits])


async def test_nothing_asked_sends_nothing(adapt: Adapt, server: SoapServer) -> None:
    adapter = adapt()
    assert await adapter.kbo.enterprises([]) == {}
    assert await adapter.persons.persons([]) == {}
    assert server.arrived == []


def test_what_the_operator_wrote_is_escaped() -> None:
    letterhead = Letterhead(OPERATIONS["GeefOnderneming"], Sender("<a>&co"))
    written = etree.fromstring(letterhead.message(NOW, "r", [("r", element("Inhoud"))]))
    assert written.findtext(".//Identificatie") == "<a>&co"


def test_the_time_of_a_message_is_belgian() -> None:
    written = etree.fromstring(Letterhead(OPERATIONS["GeefPersoon"], Sender("btb")).message(NOW, "r", []))
    assert written.findtext(".//Datum") == "2026-11-20"
    assert written.findtext(".//Tijd") == "13:00:00.000"


def test_a_form_takes_as_many_values_as_it_has_places() -> None:
    place = etree.Element("A")
    place.text = OPEN
    assert Form(place).filled("1") == "<A>1</A>"
    with pytest.raises(ValueError, match="place"):
        Form(place).filled("1", "2")


def test_references_are_uuids_that_never_repeat() -> None:
    new = references()
    given = [new() for _ in range(1000)]
    assert len(set(given)) == 1000
    assert {len(one) for one in given} == {36}
