"""Persons as MAGDA answers them."""

from __future__ import annotations

import pytest

from btb.persons import PersonFacts
from datasources.magda.dates import source_date
from datasources.readings import AuthenticSource, NumberCancelled, Reading, SourceRefused, SourceUnavailable
from tests.datasources.magda.building import element, notices, person, persoon
from tests.datasources.magda.conftest import Adapt
from tests.datasources.magda.server import Question, SoapServer

P1, P2, BIS = person(11), person(12), person(13, month=41)


async def _read(adapt: Adapt, server: SoapServer, content: str) -> PersonFacts | None:
    server.known[("GeefPersoon", P1.digits)] = content
    answer = (await adapt().persons.persons([P1]))[P1]
    assert isinstance(answer, Reading)
    assert answer.source is AuthenticSource.NATIONAL_REGISTER
    return answer.value


@pytest.mark.parametrize(
    ("family", "given"),
    [(("Peeters",), ("An", "Maria")), (("De Smet", "Janssens"), ("Jo",)), (("Mononiem",), ()), ((), ())],
)
async def test_names_are_read_all_of_them(
    adapt: Adapt, server: SoapServer, family: tuple[str, ...], given: tuple[str, ...]
) -> None:
    """P13."""
    facts = await _read(adapt, server, persoon(P1.digits, family=family, given=given))
    assert facts == PersonFacts(P1, given, family, deceased=False)


@pytest.mark.parametrize("on", ["2025-03-04", "2025-03-00", "2025-00-00"])
async def test_a_death_is_told_by_its_element_alone(adapt: Adapt, server: SoapServer, on: str) -> None:
    facts = await _read(adapt, server, persoon(P1.digits, element("Overlijden", element("Datum", on))))
    assert facts is not None
    assert facts.deceased
    assert facts.deceased_on == source_date(on)


@pytest.mark.parametrize("code", ["992", "99991", "99992", "99996", "99997", "99990"])
async def test_a_status_is_not_a_death(adapt: Adapt, server: SoapServer, code: str) -> None:
    status = element("Statussen", element("Status", element("Code", code)))
    facts = await _read(adapt, server, persoon(P1.digits, status))
    assert facts is not None
    assert not facts.deceased


async def test_a_replaced_number_leads_to_the_new_one(adapt: Adapt, server: SoapServer) -> None:
    """P3: the only case in which another number is the same person."""
    facts = await _read(adapt, server, persoon(P2.digits) + notices(("30004", "WAARSCHUWING")))
    assert facts is not None
    assert (facts.number, facts.replaces) == (P2, P1)


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (persoon(P2.digits), SourceUnavailable),
        (persoon("80010101199"), SourceUnavailable),
        (persoon(P2.digits) + notices(("30004", "FOUT")), SourceUnavailable),
        (notices(("30004", "WAARSCHUWING")), SourceUnavailable),
        (notices(("30002", "FOUT")), NumberCancelled),
        (persoon(P1.digits) + notices(("30002", "WAARSCHUWING")), NumberCancelled),
        (notices(("13202", "FOUT")), SourceRefused),
        (notices(("40005", "FOUT")), SourceRefused),
        (persoon(P1.digits) + notices(("99994", "FOUT")), SourceUnavailable),
        (persoon(person(15, month=61).digits), SourceUnavailable),
    ],
)
async def test_only_the_person_asked_is_an_answer(
    adapt: Adapt, server: SoapServer, content: str, failure: type[Exception]
) -> None:
    server.known[("GeefPersoon", P1.digits)] = content
    answer = (await adapt().persons.persons([P1]))[P1]
    assert type(answer) is failure
    assert P1.digits not in str(answer)
    assert P1.digits not in repr(answer)


@pytest.mark.parametrize("code", ["30001", "30003", "60003"])
async def test_an_unknown_person_is_an_answer(adapt: Adapt, server: SoapServer, code: str) -> None:
    assert await _read(adapt, server, notices((code, "FOUT"))) is None


async def test_a_bis_number_is_answered_by_its_register(adapt: Adapt, server: SoapServer) -> None:
    server.known[("GeefPersoon", BIS.digits)] = persoon(BIS.digits)
    answer = (await adapt().persons.persons([BIS]))[BIS]
    assert isinstance(answer, Reading)
    assert answer.source is AuthenticSource.BIS_REGISTER


@pytest.mark.parametrize(
    "registered",
    [
        element("Inhoud", element("Resultaat", "1")),
        element("Inhoud", element("Resultaat", "1")) + notices(("40143", "WAARSCHUWING")),
        notices(("40143", "WAARSCHUWING")),
    ],
)
async def test_a_person_is_registered_first_where_the_source_wants_that(
    adapt: Adapt, server: SoapServer, registered: str
) -> None:
    """P6: "already registered" is a warning, and a success."""
    await _register_first(adapt, server, registered)
    answer = (await adapt(register_persons=True, capacity="1300").persons.persons([P1, P2]))[P1]
    assert isinstance(answer, Reading)
    assert [one.operation for one in server.questions if one.key == P1.digits] == [
        "GeefPersoon",
        "RegistreerInschrijving",
        "GeefPersoon",
    ]
    assert [one.operation for one in server.questions if one.key == P2.digits] == ["GeefPersoon"]


@pytest.mark.parametrize("registered", [element("Inhoud", element("Resultaat", "0")), notices(("20005", "FOUT")), ""])
async def test_a_registration_that_fails_is_not_tried_again(adapt: Adapt, server: SoapServer, registered: str) -> None:
    await _register_first(adapt, server, registered)
    answer = (await adapt(register_persons=True, capacity="1300").persons.persons([P1]))[P1]
    assert isinstance(answer, SourceRefused)
    assert len(server.questions) == 2


async def _register_first(adapt: Adapt, server: SoapServer, registered: str) -> None:
    server.known[("GeefPersoon", P1.digits)] = notices(("13202", "FOUT"))
    server.known[("RegistreerInschrijving", P1.digits)] = registered

    class Registering(list):  # type: ignore[type-arg]
        def append(self, message: object) -> None:
            super().append(message)
            questions: tuple[Question, ...] = message.questions  # type: ignore[attr-defined]
            if questions[0].operation == "RegistreerInschrijving":
                server.known[("GeefPersoon", P1.digits)] = persoon(P1.digits)

    server.arrived = Registering()
