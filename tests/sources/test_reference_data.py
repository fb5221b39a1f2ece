"""The service given only the URL of a MAGDA server it has never seen, which answers the real reference data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from btb.identifiers import NationalNumber
from tests.datasources.magda.building import OPERATIONS, envelope
from tests.datasources.magda.server import Arrived, SoapServer, respond, serving
from tests.datasources.magda.test_reference import Files
from tests.schema.world import World, opened

pytestmark = pytest.mark.reference
REFERENCE = Path(__file__).parents[3] / "shared" / "magda"
FIELDS = (
    "enterpriseNumber name(language: NL) status kind juridicalForm { code label } juridicalSituation { code } "
    "startDate "
    "address { street houseNumber box postalCode municipality countryCode } source { source stale }"
)
FAILING = ("10630345934", "67642516864", "13662188822", "91610100176")
"""Whose recorded answers are exceptions."""
STATUS = {"AC": "ACTIVE", "ST": "STOPPED"}
KIND = {"1": "NATURAL_PERSON", "2": "LEGAL_PERSON"}


@pytest.fixture(scope="module")
def files() -> dict[str, Files]:
    if not REFERENCE.is_dir():
        pytest.skip("MAGDA reference data not present: ../shared/magda")
    return {name: Files(REFERENCE / "responses" / name) for name in ("GeefOnderneming", "GeefFuncties", "GeefPersoon")}


@pytest_asyncio.fixture(params=["1", "7"], ids=["one at a time", "in chunks"])
async def real(request: pytest.FixtureRequest, tmp_path: Path, files: dict[str, Files]) -> AsyncIterator[World]:
    async def behaviour(message: Arrived, writer: asyncio.StreamWriter) -> None:
        operation = message.questions[0].operation
        answers = files[operation]
        level_two = "".join(answers.level_two(one.key) for one in message.questions)
        pairs = [(one.reference, answers.content(one.key)) for one in reversed(message.questions)]
        await respond(writer, envelope(OPERATIONS[operation], *([] if level_two else pairs), level_two=level_two))

    async with serving(SoapServer(behaviour=behaviour)) as server:
        settings = {
            "BTB_MAGDA_URL": server.url,
            "BTB_MAGDA_CHUNK": request.param,
            "BTB_MAGDA_RATE": "0",
            "BTB_ALLOW_TEST_NUMBERS": "true",
            "BTB_REHEARSAL": "true",
        }
        async with opened(f"sqlite:///{tmp_path / 'btb.sqlite'}", tmp_path, **settings) as world:
            yield world


async def test_every_enterprise_field_by_field(real: World, files: dict[str, Files]) -> None:
    known = files["GeefOnderneming"]
    numbers = [key for key in known.trees if key not in ("notfound", "0874713140")]
    document = f"query($n: [EnterpriseNumber!]!) {{ enterprises(enterpriseNumbers: $n) {{ {FIELDS} }} }}"
    found = (await real.ask(document, n=[*numbers, "0000000097"])).ok["enterprises"]
    assert len(numbers) == 22
    assert found.pop() is None
    for number, enterprise in zip(numbers, found, strict=True):
        _same(enterprise, number, known)


def _same(enterprise: dict[str, Any], number: str, files: Files) -> None:
    first = files.first(number)
    assert enterprise["enterpriseNumber"] == number
    assert enterprise["status"] == STATUS[first("Onderneming/StatusKBO/Code/text()") or ""]
    assert enterprise["kind"] == KIND[first("Onderneming/SoortOnderneming/Code/text()") or ""]
    names = {(one.findtext("Naam") or "").strip() for one in files.answer(number).iter("MaatschappelijkeNaam")}
    assert enterprise["name"] in names
    dutch = first("Onderneming/Namen/MaatschappelijkeNamen/MaatschappelijkeNaam[Taalcode='nl']/Naam/text()")
    assert dutch is None or enterprise["name"] in names
    form = enterprise["juridicalForm"]
    assert (form and form["code"]) == first("Onderneming/Rechtsvormen/Rechtsvorm/Code/text()")
    assert form is None or form["label"]
    situation = enterprise["juridicalSituation"]
    assert (situation and situation["code"]) == first("Onderneming/Rechtstoestanden/Rechtstoestand/Code/text()")
    assert enterprise["startDate"] == first("Onderneming/Start/Datum/text()")
    address = enterprise["address"]
    if address is not None:
        seat = "Onderneming/Adressen/Adres"
        assert address["postalCode"] == first(f"{seat}/Gemeente/PostCode/text()")
        assert address["houseNumber"] == first(f"{seat}/Huisnummer/text()")
    assert enterprise["source"] == {"source": "KBO", "stale": False}


async def test_persons_of_the_register_log_in_under_their_names(real: World, files: dict[str, Files]) -> None:
    known = files["GeefPersoon"]
    assert real.app.issuer is not None
    asked = 0
    for key in sorted(known.trees)[:40]:
        family = known.first(key)("Persoon/Naam/Achternamen/Achternaam/text()")
        if family is None or key in FAILING:
            continue
        number = NationalNumber.parse(key, allow_test_numbers=True)
        answer = await real.ask(
            "{ viewer { person { familyName nationalNumber } } }", real.app.issuer.token_for_person(number)
        )
        person = answer.ok["viewer"]["person"]
        assert person["nationalNumber"] == key
        assert person["familyName"].startswith(family)
        asked += 1
    assert asked > 10
