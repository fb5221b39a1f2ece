"""Enterprises as MAGDA answers them."""

from __future__ import annotations

from datetime import date

import pytest

from btb.enterprises import Address, Coded, EnterpriseFacts, EnterpriseKind, EnterpriseName, EnterpriseStatus, Language
from datasources.readings import AuthenticSource, Reading, SourceRefused, SourceUnavailable
from tests.datasources.magda.building import coded, element, enterprise, names, notices, onderneming
from tests.datasources.magda.conftest import NOW, Adapt, Counting
from tests.datasources.magda.server import SoapServer

E1, E2 = enterprise(1234567), enterprise(2345678)


async def _read(adapt: Adapt, server: SoapServer, content: str) -> EnterpriseFacts | None:
    server.known[("GeefOnderneming", E1.digits)] = content
    answer = (await adapt().kbo.enterprises([E1]))[E1]
    assert isinstance(answer, Reading)
    assert (answer.source, answer.read_at, answer.stale) == (AuthenticSource.KBO, NOW, False)
    return answer.value


async def test_an_enterprise_is_read_whole(adapt: Adapt, server: SoapServer) -> None:
    facts = await _read(
        adapt,
        server,
        onderneming(
            E1.digits,
            coded("StatusKBO", "AC", "Actief"),
            coded("SoortOnderneming", "2"),
            names(("Bakkerij", "nl"), ("Boulangerie", "fr")),
            element(
                "Adressen",
                element(
                    "Adres",
                    element("Straat", element("Code", "1055")),
                    element("Huisnummer", "7"),
                    element("Busnummer", "B"),
                    element("Gemeente", element("NISCode", "21004"), element("PostCode", "1000")),
                    element("Land", element("ISOCode", "BE"), element("Naam", "BELGIE")),
                    coded("Type", "001"),
                    element(
                        "Descripties",
                        _described("Rue Haute", "Bruxelles", "FR"),
                        _described("Hoogstraat", "Brussel", "NL"),
                    ),
                ),
            ),
            element("Start", element("Datum", "1998-05-04")),
            element("Rechtsvormen", coded("Rechtsvorm", "610", "Besloten vennootschap")),
            element("Rechtstoestanden", coded("Rechtstoestand", "000", "Normale toestand")),
            element(
                "GerelateerdeOndernemingen",
                element("GerelateerdeOnderneming", coded("Relatie", "3"), element("Ondernemingsnummer", E2.digits)),
                element("GerelateerdeOnderneming", coded("Relatie", "001"), element("Ondernemingsnummer", E1.digits)),
            ),
        ),
    )
    assert facts == EnterpriseFacts(
        number=E1,
        status=EnterpriseStatus.ACTIVE,
        kind=EnterpriseKind.LEGAL_PERSON,
        names=(EnterpriseName("Bakkerij", Language.NL), EnterpriseName("Boulangerie", Language.FR)),
        juridical_form=Coded("610", "Besloten vennootschap"),
        juridical_situation=Coded("000", "Normale toestand"),
        start_date=date(1998, 5, 4),
        address=Address("Hoogstraat", "7", "B", "1000", "Brussel", "BE"),
        successors=(E2,),
    )


def _described(street: str, municipality: str, language: str) -> str:
    return element(
        "Descriptie",
        element(
            "Adres", element("Straat", element("Naam", street)), element("Gemeente", element("Naam", municipality))
        ),
        element("Taalcode", language),
    )


async def test_what_is_missing_stays_missing(adapt: Adapt, server: SoapServer) -> None:
    facts = await _read(adapt, server, onderneming(E1.digits, " "))
    assert facts == EnterpriseFacts(E1, None, EnterpriseKind.UNKNOWN, (), None, None, None, None)


async def test_white_space_and_lost_zeros_do_no_harm(adapt: Adapt, server: SoapServer) -> None:
    """P2, P4: the number with its nine digits, codes without their zeros, all in white space."""
    facts = await _read(
        adapt,
        server,
        onderneming(
            f"\n   {E1.digits[1:]}\n ",
            element("StatusKBO", element("Code", "\n AC ")),
            element("Rechtsvormen", coded("Rechtsvorm", " 17 ")),
            element("Rechtstoestanden", coded("Rechtstoestand", "0")),
        ),
    )
    assert facts is not None
    assert facts.status is EnterpriseStatus.ACTIVE
    assert facts.juridical_form == Coded("017")
    assert facts.juridical_situation == Coded("000")


async def test_the_form_and_situation_of_today_count(adapt: Adapt, server: SoapServer) -> None:
    facts = await _read(
        adapt,
        server,
        onderneming(
            E1.digits,
            element(
                "Rechtsvormen",
                element("Rechtsvorm", element("Code", "015"), DatumBegin="1990-01-01", DatumEinde="2019-04-30"),
                element("Rechtsvorm", element("Code", "610"), DatumBegin="2019-05-01"),
                element("Rechtsvorm", element("Code", "014"), DatumBegin="2027-01-01"),
            ),
            element(
                "Rechtstoestanden",
                element("Rechtstoestand", element("Code", "000"), DatumBegin="1990-01-01", DatumEinde="2026-11-20"),
                element("Rechtstoestand", element("Code", "050"), DatumBegin="2026-11-20", DatumEinde="9999-12-31"),
            ),
        ),
    )
    assert facts is not None
    assert facts.juridical_form == Coded("610")
    assert facts.juridical_situation == Coded("050")


async def test_a_former_situation_is_not_shown_for_want_of_another(adapt: Adapt, server: SoapServer) -> None:
    ended = element("Rechtstoestand", element("Code", "050"), DatumBegin="2010-01-01", DatumEinde="2012-01-01")
    facts = await _read(adapt, server, onderneming(E1.digits, element("Rechtstoestanden", ended)))
    assert facts is not None
    assert facts.juridical_situation is None


async def test_a_stopped_enterprise_keeps_its_last_name(adapt: Adapt, server: SoapServer) -> None:
    """P11: the status comes with it, whatever functions are still open."""
    facts = await _read(
        adapt,
        server,
        onderneming(
            E1.digits,
            coded("StatusKBO", "ST"),
            names(("Oud", "nl"), DatumBegin="2001-01-01", DatumEinde="2020-01-01"),
        ),
    )
    assert facts is not None
    assert facts.status is EnterpriseStatus.STOPPED
    assert facts.names == (EnterpriseName("Oud", Language.NL),)


async def test_a_name_in_no_known_language_is_a_name(adapt: Adapt, server: SoapServer) -> None:
    """P13: `xx` is KBO's unknown; DU is the German of another client."""
    facts = await _read(adapt, server, onderneming(E1.digits, names(("Xenon", "xx"), ("Bäckerei", "DU"))))
    assert facts is not None
    assert facts.names == (EnterpriseName("Xenon", None), EnterpriseName("Bäckerei", Language.DE))


async def test_a_natural_person_may_be_known_by_a_commercial_name_alone(adapt: Adapt, server: SoapServer) -> None:
    """P12."""
    commercial = element("CommercieleNaam", element("Naam", "Kapsalon"), element("Taalcode", "nl"))
    facts = await _read(
        adapt,
        server,
        onderneming(
            E1.digits, coded("SoortOnderneming", "1"), element("Namen", element("CommercieleNamen", commercial))
        ),
    )
    assert facts is not None
    assert facts.kind is EnterpriseKind.NATURAL_PERSON
    assert facts.names == (EnterpriseName("Kapsalon", Language.NL),)


async def test_texts_come_through_whatever_their_dress(adapt: Adapt, server: SoapServer) -> None:
    """P14: CDATA, predefined entities and comments."""
    dressed = "<![CDATA[Jan & ]]>Zonen &amp; <!-- FAKE -->C&#176;"
    facts = await _read(adapt, server, onderneming(E1.digits, names((dressed, "nl"))))
    assert facts is not None
    assert facts.names == (EnterpriseName("Jan & Zonen & C°", Language.NL),)


@pytest.mark.parametrize(
    "codes", [(("30001", "FOUT"),), (("40046", "INFORMATIE"),), (("40046", "FOUT"), ("30042", "INFORMATIE"))]
)
async def test_an_unknown_enterprise_is_an_answer(
    adapt: Adapt, server: SoapServer, codes: tuple[tuple[str, str], ...]
) -> None:
    """P6: 40046 says "not found", and is typed as information."""
    assert await _read(adapt, server, notices(*codes)) is None


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (onderneming(E2.digits), SourceUnavailable),
        (onderneming(E1.digits, coded("OndernemingOfVestiging", "2")), SourceUnavailable),
        (element("Inhoud"), SourceUnavailable),
        ("", SourceUnavailable),
        (onderneming(E1.digits) + notices(("99994", "FOUT")), SourceUnavailable),
        (onderneming(E1.digits) + notices(("99999", "ONBEKEND")), SourceUnavailable),
        (notices(("30042", "INFORMATIE")), SourceUnavailable),
        (notices(("99996", "FOUT")), SourceUnavailable),
        (notices(("40033", "FOUT")), SourceUnavailable),
        (notices(("40001", "FOUT")), SourceRefused),
        (notices(("20007", "FOUT")), SourceRefused),
        (notices(("13202", "FOUT")), SourceRefused),
    ],
)
async def test_no_answer_is_never_taken_for_no(
    adapt: Adapt, server: SoapServer, content: str, failure: type[Exception]
) -> None:
    """P3, and chapter 5: a fault never lets its content be used."""
    server.known[("GeefOnderneming", E1.digits)] = content
    server.known[("GeefOnderneming", E2.digits)] = onderneming(E2.digits)
    answers = await adapt().kbo.enterprises([E1, E2])
    assert type(answers[E1]) is failure
    assert isinstance(answers[E2], Reading)
    assert E1.digits not in str(answers[E1])


@pytest.mark.parametrize("kind", ["WAARSCHUWING", "INFORMATIE", "INFO"])
async def test_a_remark_does_not_spoil_an_answer(
    adapt: Adapt, server: SoapServer, observer: Counting, kind: str
) -> None:
    facts = await _read(adapt, server, onderneming(E1.digits) + notices(("99984", kind)))
    assert facts is not None
    assert observer.codes == ["99984"]


async def test_an_answer_that_qualifies_everything_is_read_all_the_same(adapt: Adapt, server: SoapServer) -> None:
    async def qualified(message, writer):  # type: ignore[no-untyped-def]
        from tests.datasources.magda.building import OPERATIONS, envelope
        from tests.datasources.magda.server import respond

        body = envelope(OPERATIONS["GeefOnderneming"], (message.questions[0].reference, onderneming(E1.digits)))
        await respond(writer, body.replace(b"<Repliek>", b'<Repliek xmlns="urn:elsewhere">'))

    server.behaviour = qualified
    answer = (await adapt().kbo.enterprises([E1]))[E1]
    assert isinstance(answer, Reading)
    assert answer.value is not None
    assert answer.value.names == (EnterpriseName("Bakkerij", Language.NL),)
