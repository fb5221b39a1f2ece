"""Messages to MAGDA, written once by lxml with places left open, and filled for every question.

Only the operation element is in a namespace; everything below has none (`elementFormDefault="unqualified"`), so no
default namespace is ever declared: children would inherit it and the message would no longer fit its schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from datasources.magda.dates import brussels_time
from datasources.magda.elements import Element

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

OPEN = "\ue000"
"""Stands in a form where something is to be filled in; a character that no text of ours has."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One MAGDA service, by the element that asks it. `version` is written as `02.00.0000`."""

    name: str
    namespace: str
    version: str


GEEF_ONDERNEMING = Operation(
    "GeefOnderneming", "http://webservice.geefondernemingdienst-02_00.onderneming-02_00.vip.vlaanderen.be", "02.00.0000"
)
GEEF_FUNCTIES = Operation(
    "GeefFuncties", "http://webservice.geeffunctiesdienst-02_00.onderneming-02_00.vip.vlaanderen.be", "02.00.0000"
)
GEEF_PERSOON = Operation("GeefPersoon", "http://magda.vlaanderen.be/persoon/soap/geefpersoon/v02_02", "02.02.0000")
REGISTREER_INSCHRIJVING = Operation(
    "RegistreerInschrijving",
    "http://webservice.registreerinschrijvingdienst-02_01.repertorium-02_01.vip.vlaanderen.be",
    "02.01.0000",
)


@dataclass(frozen=True, slots=True)
class Sender:
    """`Afzender`: who asks, in which capacity, for which person."""

    identification: str
    capacity: str | None = None
    user: str | None = None


class Form:
    """An element with open places. What is filled in is a number, a date, a reference or a filled form: nothing that
    XML would have to escape.
    """

    def __init__(self, element: Element) -> None:
        self._pieces = etree.tostring(element, encoding="unicode").split(OPEN)

    def filled(self, *values: str) -> str:
        """The element as text, its places filled in their order. Raises ValueError for too few or too many values."""
        pieces = self._pieces
        if len(values) != len(pieces) - 1:
            raise ValueError("Every open place of a form takes one value.")
        filled = [pieces[0]]
        for value, piece in zip(values, pieces[1:], strict=True):
            filled += (value, piece)
        return "".join(filled)


def leaf(parent: Element, name: str, value: str = OPEN) -> Element:
    """A child that holds a text, or an open place for one."""
    made = etree.SubElement(parent, name)
    made.text = value
    return made


class Letterhead:
    """The envelope of every message to one service from one sender."""

    def __init__(self, operation: Operation, sender: Sender) -> None:
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
        etree.SubElement(envelope, f"{{{SOAP}}}Header")
        body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
        asked = etree.SubElement(body, f"{{{operation.namespace}}}{operation.name}", nsmap={"web": operation.namespace})
        request = etree.SubElement(asked, "Verzoek")
        _context(etree.SubElement(request, "Context"), operation, sender)
        leaf(request, "Vragen")
        self._form = Form(envelope)

    def message(self, moment: datetime, reference: str, questions: Iterable[tuple[str, str]]) -> bytes:
        """A message of (reference, `Inhoud`) pairs, at Belgian time."""
        local = brussels_time(moment).isoformat(timespec="milliseconds")
        asked = "".join([_VRAAG.filled(question, content) for question, content in questions])
        return self._form.filled(local[:10], local[11:23], reference, asked).encode()


def _context(context: Element, operation: Operation, sender: Sender) -> None:
    leaf(context, "Naam", operation.name)
    leaf(context, "Versie", operation.version)
    notice = etree.SubElement(context, "Bericht")
    leaf(notice, "Type", "VRAAG")
    at = etree.SubElement(notice, "Tijdstip")
    leaf(at, "Datum")
    leaf(at, "Tijd")
    origin = etree.SubElement(notice, "Afzender")
    leaf(origin, "Identificatie", sender.identification)
    leaf(origin, "Referte")
    if sender.capacity is not None:
        leaf(origin, "Hoedanigheid", sender.capacity)
    if sender.user is not None:
        leaf(origin, "Gebruiker", sender.user)


def _vraag() -> Element:
    question = etree.Element("Vraag")
    leaf(question, "Referte").tail = OPEN
    return question


_VRAAG = Form(_vraag())
