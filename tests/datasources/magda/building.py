"""Answers as MAGDA writes them, with invented numbers, and the numbers themselves."""

from __future__ import annotations

from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.magda.forms import GEEF_FUNCTIES, GEEF_ONDERNEMING, GEEF_PERSOON, REGISTREER_INSCHRIJVING, Operation

OPERATIONS = {one.name: one for one in (GEEF_ONDERNEMING, GEEF_FUNCTIES, GEEF_PERSOON, REGISTREER_INSCHRIJVING)}


def enterprise(serial: int) -> EnterpriseNumber:
    """An enterprise number with its check digits."""
    return EnterpriseNumber.parse(f"{serial:08d}{97 - serial % 97:02d}")


def person(serial: int, month: int = 1) -> NationalNumber:
    """A number of somebody born in 1980; month + 20 or 40 is a BIS number, + 60 a test number."""
    nine = f"80{month:02d}01{serial:03d}"
    return NationalNumber.parse(f"{nine}{97 - int(nine) % 97:02d}", allow_test_numbers=True)


def element(name: str, *content: str | None, **attributes: str) -> str:
    """One element."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(part for part in content if part is not None)}</{name}>"


def coded(name: str, code: str, label: str | None = None) -> str:
    """An element with a code in it."""
    return element(name, element("Code", code), element("Omschrijving", label) if label is not None else None)


def notices(*codes: tuple[str, str]) -> str:
    """`Uitzonderingen` of (code, type)."""
    return element(
        "Uitzonderingen",
        *(
            element(
                "Uitzondering",
                element("Identificatie", code),
                element("Oorsprong", "MAGDA"),
                element("Type", kind),
                element("Diagnose", "85.01.01-001.05 is onbekend"),
            )
            for code, kind in codes
        ),
    )


def onderneming(number: str, *more: str) -> str:
    """The `Inhoud` of an enterprise."""
    return element(
        "Inhoud",
        element(
            "Onderneming",
            element("Ondernemingsnummer", number),
            element("AuthentiekBron", element("Code", "03"), element("Omschrijving", "KBO")),
            coded("OndernemingOfVestiging", "1"),
            *(more or (coded("StatusKBO", "AC"), coded("SoortOnderneming", "2"), names(("Bakkerij", "nl")))),
        ),
    )


def names(*given: tuple[str, str], **period: str) -> str:
    """Social names by language."""
    return element(
        "Namen",
        element(
            "MaatschappelijkeNamen",
            *(
                element("MaatschappelijkeNaam", element("Naam", text), element("Taalcode", language), **period)
                for text, language in given
            ),
        ),
    )


def functie(
    held_in: str, code: str, kind: str, *, insz: str | None = None, company: str | None = None, **other: str
) -> str:
    """One function; `begin`, `einde`, `cac`, `cac_begin`, `cac_einde`, `reden` as given."""
    period = element(
        "Periode", *(element(tag, other[key]) for tag, key in (("Begin", "begin"), ("Einde", "einde")) if key in other)
    )
    return element(
        "Functie",
        element("AuthentiekeBron", element("Code", "03"), element("Omschrijving", "KBO")),
        element("FunctiehouderVan", held_in),
        element("AanduidingPersoonOnderneming", element("Code", kind), element("Omschrijving", "…")),
        element("INSZ", insz) if insz is not None else None,
        element("Ondernemingsnummer", company) if company is not None else None,
        element("VolgNummer", "001"),
        element("AardFunctie", element("Code", code), element("Omschrijving", "Bestuurder")),
        period if "no_period" not in other else None,
        element("AardFunctieCAC", element("Code", other["cac"])) if "cac" in other else None,
        element("PeriodeCAC", element("Begin", other["cac_begin"])) if "cac_begin" in other else None,
        coded("EindeFunctie", other["reden"]) if "reden" in other else None,
        element("AanduidingVrijstelling", element("Code", "999")),
    )


def functies(*given: str) -> str:
    """The `Inhoud` of functions."""
    return element("Inhoud", element("Functies", *given))


def persoon(insz: str, *more: str, family: tuple[str, ...] = ("Peeters",), given: tuple[str, ...] = ("An",)) -> str:
    """The `Inhoud` of a person."""
    return element(
        "Inhoud",
        element(
            "Persoon",
            element("INSZ", insz),
            element(
                "Naam",
                element("Achternamen", *(element("Achternaam", name) for name in family)),
                element("Voornamen", *(element("Voornaam", name) for name in given)) if given else None,
            ),
            *more,
            Bron="RR",
        ),
    )


def envelope(operation: Operation, *answers: tuple[str, str], level_two: str = "") -> bytes:
    """A whole answer of (reference, content) pairs."""
    listed = "".join(element("Antwoord", element("Referte", reference), content) for reference, content in answers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>'
        f'<w:{operation.name}Response xmlns:w="{operation.namespace}"><Repliek><Context><Naam>{operation.name}</Naam>'
        "<Versie>02.00.0000</Versie><Bericht><Type>ANTWOORD</Type><Tijdstip><Datum>2026-11-20</Datum><Tijd>10:00</Tijd>"
        "</Tijdstip><Afzender><Identificatie>vip.vlaanderen.be</Identificatie><Referte>x</Referte></Afzender>"
        "<Ontvanger><Identificatie>btb</Identificatie><Referte>x</Referte><Hoedanigheid/></Ontvanger></Bericht></Context>"
        f"{element('Antwoorden', listed) if listed else ''}{level_two}"
        f"</Repliek></w:{operation.name}Response></soapenv:Body></soapenv:Envelope>"
    ).encode()


def fault(text: str) -> bytes:
    """A SOAP fault."""
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        f"<faultstring>{text}</faultstring></s:Fault></s:Body></s:Envelope>"
    ).encode()
