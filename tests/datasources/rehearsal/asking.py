"""Asking the town as a client does: our own requests, written by hand, posted to the application in process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from datasources.rehearsal import RehearsalApp

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
NAMESPACES = {
    "GeefOnderneming": "http://webservice.geefondernemingdienst-02_00.onderneming-02_00.vip.vlaanderen.be",
    "GeefFuncties": "http://webservice.geeffunctiesdienst-02_00.onderneming-02_00.vip.vlaanderen.be",
    "GeefPersoon": "http://magda.vlaanderen.be/persoon/soap/geefpersoon/v02_02",
    "RegistreerInschrijving": "http://webservice.registreerinschrijvingdienst-02_01.repertorium-02_01.vip.vlaanderen.be",
}
VERSIONS = {"GeefPersoon": "02.02.0000", "RegistreerInschrijving": "02.01.0000"}
EVERYTHING = (
    "<Basisgegevens>1</Basisgegevens><Rechtstoestanden>1</Rechtstoestanden>"
    "<Functies><Aanduiding>1</Aanduiding><Onderneming>1</Onderneming></Functies>"
    "<GerelateerdeOndernemingen><Aanduiding>1</Aanduiding></GerelateerdeOndernemingen>"
    "<Omschrijvingen><Aanduiding>1</Aanduiding></Omschrijvingen>"
)


@dataclass
class Exchange:
    """What came back: status, headers, and the body in the pieces it came in."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def operation(self) -> Any:
        return etree.fromstring(self.body).find(f"{SOAP}Body/*")

    @property
    def answers(self) -> list[Any]:
        return self.operation.findall("Repliek/Antwoorden/Antwoord")

    @property
    def codes(self) -> list[str]:
        return [found.text for found in self.operation.findall(".//Uitzondering/Identificatie")]

    def texts(self, path: str) -> list[str]:
        return [found.text for found in self.operation.findall(f"Repliek/Antwoorden/Antwoord/{path}")]


async def call(
    app: RehearsalApp, method: str, path: str, body: bytes = b"", kind: str = "text/xml;charset=UTF-8"
) -> Exchange:
    """One HTTP exchange without a network."""
    exchange = Exchange()
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return asked.pop(0) if asked else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            exchange.status = event["status"]
            exchange.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            exchange.pieces.append(event.get("body", b""))

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", kind.encode())],
    }
    await app(scope, receive, send)
    return exchange


def message(service: str, *contents: str, references: tuple[str, ...] = (), namespace: str | None = None) -> bytes:
    """A request with one `Vraag` for every content."""
    names = references or tuple(f"question-{place}" for place in range(1, len(contents) + 1))
    asked = "".join(
        f"<Vraag><Referte>{name}</Referte><Inhoud>{content}</Inhoud></Vraag>"
        for name, content in zip(names, contents, strict=True)
    )
    version = VERSIONS.get(service, "02.00.0000")
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        f'<web:{service} xmlns:web="{namespace or NAMESPACES[service]}"><Verzoek><Context><Naam>{service}</Naam>'
        f"<Versie>{version}</Versie><Bericht><Type>VRAAG</Type><Tijdstip><Datum>2026-03-02</Datum><Tijd>09:00</Tijd>"
        "</Tijdstip><Afzender><Identificatie>example.be/btb</Identificatie><Referte>sender-reference</Referte>"
        "<Hoedanigheid>1300</Hoedanigheid></Afzender></Bericht></Context>"
        f"<Vragen>{asked}</Vragen></Verzoek></web:{service}></soapenv:Body></soapenv:Envelope>"
    ).encode()


async def ask(app: RehearsalApp, service: str, *contents: str, **options: Any) -> Exchange:
    """Post one message."""
    return await call(app, "POST", "/any/path", message(service, *contents, **options))


def enterprise(number: str, flags: str = EVERYTHING) -> str:
    return f"<Criteria><Ondernemingsnummer>{number}</Ondernemingsnummer>{flags}</Criteria><Taal>nl</Taal>"


def functions_in(number: str, extra: str = "") -> str:
    asked = f'<Ondernemingsnummer Type="FunctieIn">{number}</Ondernemingsnummer>'
    return f"<Criteria><Onderneming>{asked}</Onderneming>{extra}</Criteria>"


def functions_of(person: str, number: str | None = None) -> str:
    where = f"<Ondernemingsnummer>{number}</Ondernemingsnummer>" if number else ""
    return f"<Criteria><Persoon><INSZ>{person}</INSZ>{where}</Persoon></Criteria>"


def person(number: str, source: str = "KSZ", basics: str = "1") -> str:
    asked = f"<OpvragingenKSZ><BasisPersoonsgegevens>{basics}</BasisPersoonsgegevens></OpvragingenKSZ>"
    return f"<Criteria><INSZ>{number}</INSZ>{asked}</Criteria><Bron>{source}</Bron><Taal>nl</Taal>"


def registration(number: str, sender: str = "example.be/btb", more: str = "", kind: str = "PERS") -> str:
    subject = f"<Subject><Type>{kind}</Type><Sleutel>{number}</Sleutel></Subject>"
    return (
        f"<Inschrijving><Identificatie>{sender}</Identificatie><Hoedanigheid>1300</Hoedanigheid><BetrokkenSubject>"
        f"<Type>{kind}</Type><Subjecten>{subject}{more}</Subjecten></BetrokkenSubject>"
        "<Periode><Begin>2026-01-01</Begin></Periode></Inschrijving>"
    )
