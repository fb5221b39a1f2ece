"""Every answer of MAGDA's reference data, read through a server that serves them by key; a second reading by XPath
says what each must give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from btb.enterprises import Address, EnterpriseFacts, EnterpriseKind, EnterpriseName, EnterpriseStatus, Language
from btb.identifiers import EnterpriseNumber, InvalidIdentifier, NationalNumber
from datasources.magda.dates import source_period
from datasources.readings import Reading, SourceFailure, SourceUnavailable
from tests.datasources.magda.building import OPERATIONS, envelope
from tests.datasources.magda.conftest import Adapt
from tests.datasources.magda.server import Arrived, SoapServer, respond

pytestmark = pytest.mark.reference
STATUS = {"AC": EnterpriseStatus.ACTIVE, "ST": EnterpriseStatus.STOPPED}
KIND = {"1": EnterpriseKind.NATURAL_PERSON, "2": EnterpriseKind.LEGAL_PERSON}
LANGUAGE = {"nl": Language.NL, "fr": Language.FR, "de": Language.DE, "xx": None}
Xpath = Callable[[str], str | None]


class Files:
    """The answers of one service, by key."""

    def __init__(self, folder: Path) -> None:
        self.service = folder.name.removesuffix("-envelope")
        self.trees = {path.stem: etree.parse(path).getroot() for path in sorted(folder.glob("*.xml"))}

    def answer(self, key: str) -> etree._Element:
        """The root of the answer to a key, or of the one for what is not found."""
        return self.trees.get(key, self.trees.get("notfound"))

    def content(self, key: str) -> str:
        """The answer's own words, without the `Referte` it was recorded with."""
        [answer] = self.answer(key).iter("Antwoord")
        return "".join(etree.tostring(one, encoding="unicode") for one in answer if one.tag != "Referte")

    def level_two(self, key: str) -> str:
        """The exceptions about the whole message."""
        found = self.answer(key).find("Repliek/Uitzonderingen")
        return etree.tostring(found, encoding="unicode") if found is not None else ""

    def alone(self) -> set[str]:
        """The keys whose answer is about the whole message: in a chunk it would be about its neighbours too."""
        return {key for key in self.trees if self.level_two(key)}

    def first(self, key: str) -> Xpath:
        """The first text under a path inside the answer's content."""

        def first(path: str) -> str | None:
            found = self.answer(key).xpath(f"//Inhoud/{path}")
            return str(found[0]).strip() if found else None

        return first


async def _ask(server: SoapServer, files: Files) -> None:
    async def behaviour(message: Arrived, writer: asyncio.StreamWriter) -> None:
        questions = message.questions
        level_two = "".join(files.level_two(one.key) for one in questions)
        pairs = [] if level_two else [(one.reference, files.content(one.key)) for one in reversed(questions)]
        await respond(writer, envelope(OPERATIONS[files.service], *pairs, level_two=level_two))

    server.behaviour = behaviour


@pytest.mark.parametrize("chunk", [1, 5])
async def test_every_enterprise_is_read_to_its_record(
    adapt: Adapt, server: SoapServer, reference: Path, chunk: int
) -> None:
    files = Files(reference / "responses" / "GeefOnderneming")
    await _ask(server, files)
    numbers = {key: EnterpriseNumber.parse(key) for key in files.trees if key not in ("notfound", "0874713140")}
    assert len(numbers) == 22
    answers = await adapt(chunk=chunk, allow_test_numbers=True).kbo.enterprises(numbers.values())
    for key, number in numbers.items():
        answer = answers[number]
        assert isinstance(answer, Reading)
        _same_enterprise(answer.value, number, files, key)


def _same_enterprise(facts: EnterpriseFacts | None, number: EnterpriseNumber, files: Files, key: str) -> None:
    first = files.first(key)
    tree = files.answer(key)
    assert facts is not None
    assert facts.number == number
    assert facts.status is STATUS[first("Onderneming/StatusKBO/Code/text()") or ""]
    assert facts.kind is KIND[first("Onderneming/SoortOnderneming/Code/text()") or ""]
    assert set(facts.names) == {
        EnterpriseName(one.findtext("Naam").strip(), LANGUAGE[one.findtext("Taalcode").strip()])
        for one in tree.iter("MaatschappelijkeNaam")
    }
    form, situation = facts.juridical_form, facts.juridical_situation
    assert (form and form.code) == first("Onderneming/Rechtsvormen/Rechtsvorm/Code/text()")
    assert (form and form.label) == first("Onderneming/Rechtsvormen/Rechtsvorm/Omschrijving/text()")
    assert (situation and situation.code) == first("Onderneming/Rechtstoestanden/Rechtstoestand/Code/text()")
    started = first("Onderneming/Start/Datum/text()")
    assert facts.start_date == (date.fromisoformat(started) if started else None)
    seat = "Onderneming/Adressen/Adres"
    dutch = f"{seat}/Descripties/Descriptie[Taalcode='NL' or not(../Descriptie/Taalcode='NL')]/Adres"
    assert facts.address == Address(
        street=first(f"{seat}/Straat/Naam/text()") or first(f"{dutch}/Straat/Naam/text()"),
        house_number=first(f"{seat}/Huisnummer/text()"),
        box=first(f"{seat}/Busnummer/text()"),
        postal_code=first(f"{seat}/Gemeente/PostCode/text()"),
        municipality=first(f"{seat}/Gemeente/Naam/text()") or first(f"{dutch}/Gemeente/Naam/text()"),
        country_code=first(f"{seat}/Land/ISOCode/text()"),
    )
    assert facts.successors == ()


async def test_the_cast_is_who_it_is(adapt: Adapt, server: SoapServer, reference: Path) -> None:
    await _ask(server, Files(reference / "responses" / "GeefOnderneming"))
    ministry, stopped, unknown = (EnterpriseNumber.parse(one) for one in ("0308356862", "0496123722", "0000000097"))
    answers = await adapt().kbo.enterprises([ministry, stopped, unknown])
    facts = [answer.value for answer in answers.values() if isinstance(answer, Reading)]
    assert facts[0] is not None
    assert facts[0].name(Language.DE) == "Föderaler öffentlicher Dienst Inneres"
    assert facts[0].name(Language.EN) == "Federale Overheidsdienst Binnenlandse Zaken"
    assert facts[0].address is not None
    assert (facts[0].address.street, facts[0].address.municipality) == ("Leuvenseweg", "Brussel")
    assert facts[1] is not None
    assert facts[1].status is EnterpriseStatus.STOPPED
    assert facts[2] is None


async def test_answers_in_an_envelope_are_read_or_refused(adapt: Adapt, server: SoapServer, reference: Path) -> None:
    """P2, P19: numbers in white space, an empty `Hoedanigheid`; two of the four speak of another enterprise (P3)."""
    folder = reference / "responses" / "GeefOnderneming-envelope"

    async def behaviour(message: Arrived, writer: asyncio.StreamWriter) -> None:
        [question] = message.questions
        tree = etree.parse(folder / f"{question.key}.xml")
        for element in tree.iter("Referte"):
            element.text = f"\n  {question.reference}\n"
        await respond(writer, etree.tostring(tree, encoding="UTF-8"))

    server.behaviour = behaviour
    numbers = [EnterpriseNumber.parse(path.stem) for path in sorted(folder.glob("*.xml"))]
    answers = await adapt().kbo.enterprises(numbers)
    read = {number.digits: answer.value for number, answer in answers.items() if isinstance(answer, Reading)}
    assert sorted(read) == ["0407622110", "0442528054"]
    foundation = read["0442528054"]
    assert foundation is not None
    assert foundation.name(Language.NL) == "Kom op tegen Kanker"
    assert foundation.address == Address("Koningsstraat", "217", None, "1210", "Sint-Joost-ten-Node", "BE")


@pytest.mark.parametrize("chunk", [1, 5])
async def test_every_function_is_read_to_its_record(
    adapt: Adapt, server: SoapServer, reference: Path, chunk: int
) -> None:
    files = Files(reference / "responses" / "GeefFuncties")
    await _ask(server, files)
    keys = files.trees.keys() - {"notfound"} - (files.alone() if chunk > 1 else set())
    persons = {key: NationalNumber.parse(key, allow_test_numbers=True) for key in keys}
    answers = await adapt(chunk=chunk, allow_test_numbers=True).kbo.functions_of(persons.values())
    silent = {"91610100176": SourceUnavailable, "41620999332": SourceUnavailable}
    for key, person in persons.items():
        answer = answers[person]
        if key in silent:
            assert type(answer) is silent[key]
            continue
        assert isinstance(answer, Reading)
        recorded = list(files.answer(key).iter("Functie"))
        assert answer.value is not None
        assert len(answer.value) == len(recorded)
        for function, one in zip(answer.value, recorded, strict=True):
            assert function.held_in.digits == one.findtext("FunctiehouderVan").strip()
            assert function.code == one.findtext("AardFunctie/Code").strip().zfill(5)
            assert function.label == one.findtext("AardFunctie/Omschrijving").strip()
            assert function.sequence == one.findtext("VolgNummer")
            assert (function.holder and function.holder.digits) == one.findtext("INSZ")
            company = function.holder_enterprise
            assert (company and company.digits) == one.findtext("Ondernemingsnummer")
            assert function.representation == one.findtext("AanduidingPersoonOnderneming/Code")
            assert function.period == source_period(one.findtext("Periode/Begin"), one.findtext("Periode/Einde"))
            if one.findtext("Periode/Einde") == "9999-12-31":
                assert function.period.end is None


@pytest.mark.parametrize("chunk", [1, 5])
async def test_every_person_is_read_to_its_record(
    adapt: Adapt, server: SoapServer, reference: Path, chunk: int
) -> None:
    files = Files(reference / "responses" / "GeefPersoon")
    await _ask(server, files)
    alone = files.alone() if chunk > 1 else set()
    persons: dict[str, NationalNumber] = {}
    for key in files.trees.keys() - alone:
        try:
            persons[key] = NationalNumber.parse(key, allow_test_numbers=True)
        except InvalidIdentifier:
            assert key in ("notfound", "67366666680")
    answers = await adapt(chunk=chunk, allow_test_numbers=True).persons.persons(persons.values())
    failed = {key for key, person in persons.items() if isinstance(answers[person], SourceFailure)}
    assert failed == {"10630345934", "67642516864", "13662188822", "91610100176"} - alone
    deceased = 0
    for key in persons.keys() - failed:
        answer = answers[persons[key]]
        assert isinstance(answer, Reading)
        person = files.answer(key).find(".//Inhoud/Persoon")
        if answer.value is None:
            assert key == "74612515806"
            continue
        facts = answer.value
        assert facts.number == persons[key]
        assert facts.replaces is None
        assert list(facts.family_names) == [one.text.strip() for one in person.iterfind("Naam/Achternamen/Achternaam")]
        assert list(facts.given_names) == [one.text.strip() for one in person.iterfind("Naam/Voornamen/Voornaam")]
        assert facts.deceased == (person.find("Overlijden") is not None)
        deceased += facts.deceased
        if facts.deceased:
            assert facts.deceased_on is not None
            assert facts.deceased_on.text == person.findtext("Overlijden/Datum")
    assert deceased == 12
