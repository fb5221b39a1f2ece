"""What the town answers, question by question."""

from __future__ import annotations

from datetime import date

import pytest

from datasources.rehearsal import RehearsalApp, Switches, Town
from tests.datasources.rehearsal.asking import ask, enterprise, functions_in, functions_of, person, registration


async def test_the_references_of_the_client_come_back(app: RehearsalApp) -> None:
    exchange = await ask(app, "GeefOnderneming", enterprise("0000000196"), references=("r-1",))
    receiver = exchange.operation.find("Repliek/Context/Bericht/Ontvanger")
    assert exchange.texts("Referte") == ["r-1"]
    assert [child.text for child in receiver] == ["example.be/btb", "sender-reference", "1300"]
    assert exchange.operation.findtext("Repliek/Context/Bericht/Tijdstip/Tijd") == "09:00:00.000"


async def test_an_enterprise_has_the_blocks_that_were_asked(app: RehearsalApp) -> None:
    bare = await ask(app, "GeefOnderneming", enterprise("0000000196", "<Basisgegevens>0</Basisgegevens>"))
    assert [child.tag for child in bare.answers[0].find("Inhoud/Onderneming")] == [
        "Ondernemingsnummer",
        "AuthentiekBron",
        "OndernemingOfVestiging",
    ]
    basic = await ask(app, "GeefOnderneming", enterprise("0000000196", "<Basisgegevens>1</Basisgegevens>"))
    found = basic.answers[0].find("Inhoud/Onderneming")
    assert found.findtext("StatusKBO/Code") == "AC"
    assert found.findtext("Namen/MaatschappelijkeNamen/MaatschappelijkeNaam/Naam") == "Bakkerij De Gouden Korst"
    assert found.find("Rechtstoestanden") is found.find("Functies") is None
    assert found.find("Rechtsvormen/Rechtsvorm/Omschrijving") is None
    whole = (await ask(app, "GeefOnderneming", enterprise("0000000196"))).answers[0].find("Inhoud/Onderneming")
    assert whole.findtext("Rechtstoestanden/Rechtstoestand/Code") == "000"
    assert whole.findtext("Rechtsvormen/Rechtsvorm/Omschrijving") == "Besloten Vennootschap"
    assert whole.findtext("Functies/Functie/Persoon/AchterNaam") == "Vermeirsch"


async def test_an_absorbed_enterprise_is_related_to_its_successor(app: RehearsalApp, town: Town) -> None:
    number = town.enterprise("opgeslorpt").number.digits
    exchange = await ask(app, "GeefOnderneming", enterprise(number))
    relation = exchange.answers[0].find("Inhoud/Onderneming/GerelateerdeOndernemingen/GerelateerdeOnderneming")
    assert relation.findtext("Relatie/Code") == "003"
    assert relation.findtext("Ondernemingsnummer") == town.enterprise("opslorper").number.digits


async def test_functions_held_elsewhere_stand_among_those_of_an_enterprise(app: RehearsalApp, town: Town) -> None:
    number = town.enterprise("holding").number.digits
    exchange = await ask(app, "GeefOnderneming", enterprise(number))
    held_in = set(exchange.texts("Inhoud/Onderneming/Functies/Functie/FunctiehouderVan"))
    assert held_in == {town.enterprise(name).number.digits for name in ("holding", "chocolaterie", "textiel")}


@pytest.mark.parametrize(
    ("number", "code"), [("0000000097", "40046"), ("0000000197", "20007"), ("196", "20007"), ("2000000196", "20007")]
)
async def test_an_enterprise_nobody_knows_has_a_code_and_no_content(app: RehearsalApp, number: str, code: str) -> None:
    exchange = await ask(app, "GeefOnderneming", enterprise(number))
    assert exchange.codes == [code]
    assert exchange.answers[0].find("Inhoud") is None


async def test_functions_in_an_enterprise_come_with_company_and_person(app: RehearsalApp, town: Town) -> None:
    number = town.enterprise("chocolaterie").number.digits
    exchange = await ask(app, "GeefFuncties", functions_in(number))
    functions = exchange.answers[0].findall("Inhoud/Functies/Functie")
    kinds = {one.findtext("AardFunctie/Code"): one.findtext("AanduidingPersoonOnderneming/Code") for one in functions}
    assert kinds == {"10002": "2", "10003": "3", "10021": "1"}
    company = {one.findtext("Ondernemingsnummer") for one in functions if one.find("Ondernemingsnummer") is not None}
    assert company == {town.enterprise("holding").number.digits}
    assert [one.findtext("INSZ") is None for one in functions] == [True, False, False]


async def test_functions_of_a_person_may_be_asked_in_one_enterprise(app: RehearsalApp, town: Town) -> None:
    pierre, kelder = town.person("pierre").number.digits, town.enterprise("kelder").number.digits
    everywhere = await ask(app, "GeefFuncties", functions_of(pierre))
    there = await ask(app, "GeefFuncties", functions_of(pierre, kelder))
    assert len(everywhere.texts("Inhoud/Functies/Functie/INSZ")) == 3
    assert there.texts("Inhoud/Functies/Functie/FunctiehouderVan") == [kelder]


async def test_functions_may_be_asked_by_holder_and_by_code(app: RehearsalApp, town: Town) -> None:
    holding, textiel = (town.enterprise(name).number.digits for name in ("holding", "textiel"))
    held = f'<Ondernemingsnummer Type="FunctieHouder">{holding}</Ondernemingsnummer>'
    both = f'{held}<Ondernemingsnummer Type="FunctieIn">{textiel}</Ondernemingsnummer>'
    only = "<AardFuncties><AardFunctie>10002</AardFunctie></AardFuncties>"
    by_holder = await ask(app, "GeefFuncties", f"<Criteria><Onderneming>{held}</Onderneming></Criteria>")
    by_both = await ask(app, "GeefFuncties", f"<Criteria><Onderneming>{both}</Onderneming>{only}</Criteria>")
    assert len(by_holder.texts("Inhoud/Functies/Functie")) == 4
    assert by_both.texts("Inhoud/Functies/Functie/AardFunctie/Code") == ["10002"]


async def test_codes_of_the_companies_code_stand_beside_the_old_ones(app: RehearsalApp, town: Town) -> None:
    exchange = await ask(app, "GeefFuncties", functions_of(town.person("wim").number.digits))
    function = exchange.answers[0].find("Inhoud/Functies/Functie")
    assert function.findtext("Periode/Einde") == "2023-12-31"
    assert function.findtext("AardFunctieCAC/Code") == "10002"
    assert function.findtext("PeriodeCAC/Begin") == "2020-01-01"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (functions_in("0000000097"), "30001"),
        (functions_in("0000003067"), "30001"),
        (functions_in("0000000197"), "20007"),
        (functions_of("71641299602"), "20002"),
    ],
)
async def test_no_functions_is_an_exception(app: RehearsalApp, content: str, code: str) -> None:
    assert (await ask(app, "GeefFuncties", content)).codes == [code]


async def test_a_person_comes_with_names_and_death(app: RehearsalApp, town: Town) -> None:
    numbers = [town.person(who).number.digits for who in ("joao", "noor", "dirk", "ludo")]
    joao, noor, dirk, ludo = (await ask(app, "GeefPersoon", *map(person, numbers))).answers
    names = joao.findall("Inhoud/Persoon/Naam/Achternamen/Achternaam")
    assert [name.text for name in names] == ["Ferrazeira", "Do Monteval"]
    assert noor.find("Inhoud/Persoon/Naam/Voornamen") is None
    assert dirk.findtext("Inhoud/Persoon/Overlijden/Datum") == "2025-01-25"
    assert ludo.findtext("Inhoud/Persoon/Statussen/Status/Code") == "992"
    assert ludo.find("Inhoud/Persoon/Overlijden") is None


async def test_basic_data_come_only_where_asked(app: RehearsalApp, town: Town) -> None:
    exchange = await ask(app, "GeefPersoon", person(town.person("els").number.digits, basics="0"))
    assert [child.tag for child in exchange.answers[0].find("Inhoud/Persoon")] == ["INSZ"]


async def test_a_replaced_number_answers_with_the_new_one_and_a_warning(app: RehearsalApp, town: Town) -> None:
    exchange = await ask(app, "GeefPersoon", person(town.former_numbers("maarten")[0].digits))
    assert exchange.codes == ["30004"]
    assert exchange.texts("Uitzonderingen/Uitzondering/Type") == ["WAARSCHUWING"]
    assert exchange.texts("Inhoud/Persoon/INSZ") == [town.person("maarten").number.digits]


async def test_numbers_cancelled_unknown_or_wrong_have_their_codes(app: RehearsalApp, town: Town) -> None:
    asked = (town.person("fatima").number.digits, town.unknown_person.digits, "71641299602")
    assert (await ask(app, "GeefPersoon", *map(person, asked))).codes == ["30002", "30003", "20002"]


async def test_a_foreigner_is_known_at_the_other_register_only(
    app: RehearsalApp, town: Town, switches: Switches
) -> None:
    amira = town.person("amira").number.digits
    assert (await ask(app, "GeefPersoon", person(amira, "RR"))).codes == ["30003"]
    assert (await ask(app, "GeefPersoon", person(amira, "KSZ"))).codes == []
    switches.registers_separate = False
    assert (await ask(app, "GeefPersoon", person(amira, "RR"))).codes == []


async def test_a_person_is_registered_before_they_are_known(app: RehearsalApp, town: Town, switches: Switches) -> None:
    switches.registration_required = True
    els = town.person("els").number.digits
    assert (await ask(app, "GeefPersoon", person(els))).codes == ["13202"]
    first = await ask(app, "RegistreerInschrijving", registration(els))
    second = await ask(app, "RegistreerInschrijving", registration(els))
    assert (first.texts("Inhoud/Resultaat"), first.codes) == (["1"], [])
    assert (second.texts("Inhoud/Resultaat"), second.codes) == (["1"], ["40143"])
    assert (await ask(app, "GeefPersoon", person(els))).texts("Inhoud/Persoon/INSZ") == [els]


async def test_a_registration_that_may_not_be_is_refused_by_code(app: RehearsalApp, town: Town) -> None:
    els = town.person("els").number.digits
    more = f"<Subject><Type>PERS</Type><Sleutel>{els}</Sleutel></Subject>"
    exchange = await ask(
        app,
        "RegistreerInschrijving",
        registration(els, sender="somebody.else"),
        registration(els, more=more),
        registration("0000000196", kind="OND"),
    )
    assert exchange.codes == ["20005", "40035", "30034"]


async def test_what_happens_in_the_town_is_answered_at_once(app: RehearsalApp, town: Town) -> None:
    number = town.enterprise("bakkerij").number.digits
    await ask(app, "GeefOnderneming", enterprise(number))
    await ask(app, "GeefPersoon", person(town.person("els").number.digits))
    town.cease("bakkerij", date(2026, 3, 2))
    town.bury("els", date(2026, 3, 1))
    ceased = await ask(app, "GeefOnderneming", enterprise(number))
    buried = await ask(app, "GeefPersoon", person(town.person("els").number.digits))
    assert ceased.texts("Inhoud/Onderneming/StatusKBO/Code") == ["ST"]
    assert ceased.texts("Inhoud/Onderneming/Stopzetting/Datum") == ["2026-03-02"]
    assert buried.texts("Inhoud/Persoon/Overlijden/Datum") == ["2026-03-01"]
