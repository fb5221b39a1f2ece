"""Reading what a client asks: a SOAP message with one `Vraag` or several.

The service is known by the root element of the Body. Document types and entities are refused before anything is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_LARGEST_MESSAGE: Final = 4_000_000


class Service(StrEnum):
    """The services of MAGDA that the town plays."""

    ENTERPRISE = "GeefOnderneming"
    FUNCTIONS = "GeefFuncties"
    PERSON = "GeefPersoon"
    REGISTRATION = "RegistreerInschrijving"


_NAMESPACES = {
    "geefondernemingdienst-02_00.onderneming-02_00.vip.vlaanderen.be": Service.ENTERPRISE,
    "geeffunctiesdienst-02_00.onderneming-02_00.vip.vlaanderen.be": Service.FUNCTIONS,
    "magda.vlaanderen.be/persoon/soap/geefpersoon/v02_02": Service.PERSON,
    "registreerinschrijvingdienst-02_00.repertorium-02_00.vip.vlaanderen.be": Service.REGISTRATION,
    "registreerinschrijvingdienst-02_01.repertorium-02_01.vip.vlaanderen.be": Service.REGISTRATION,
}


class NotUnderstood(ValueError):
    """A message that gets a SOAP Fault; the text says what is wrong and repeats nothing of the message."""


@dataclass(frozen=True, slots=True)
class Question:
    """One `Vraag`: its `Referte` and its `Inhoud`."""

    reference: str
    content: etree._Element

    def text(self, path: str) -> str | None:
        """The stripped text at a path below `Inhoud`; None where there is no such element."""
        found = self.content.findtext(path)
        return found.strip() if found is not None else None

    def flag(self, path: str) -> bool:
        """Whether the element at a path is 1."""
        return self.text(path) == "1"


@dataclass(frozen=True, slots=True)
class Message:
    """One request: which service, in which namespace, from whom, and its questions in order."""

    service: Service
    namespace: str
    name: str
    version: str
    sender: str
    capacity: str | None
    reference: str
    questions: tuple[Question, ...]


def read(body: bytes) -> Message:
    """The message in an HTTP body. Raises NotUnderstood."""
    if len(body) > _LARGEST_MESSAGE:
        raise NotUnderstood("The message is too large.")
    operation = _operation(body)
    name = etree.QName(operation)
    namespace = name.namespace or ""
    service = _NAMESPACES.get(namespace.removeprefix("http://").removeprefix("webservice.").removeprefix("service."))
    if service is None or name.localname != service.value:
        raise NotUnderstood("There is no such service here.")
    context = operation.find("Verzoek/Context")
    if context is None:
        raise NotUnderstood("Verzoek/Context is missing, or not unqualified.")
    return Message(
        service=service,
        namespace=namespace,
        name=_required(context, "Naam"),
        version=_required(context, "Versie"),
        sender=_required(context, "Bericht/Afzender/Identificatie"),
        capacity=context.findtext("Bericht/Afzender/Hoedanigheid"),
        reference=_required(context, "Bericht/Afzender/Referte"),
        questions=_questions(operation),
    )


def _operation(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise NotUnderstood("The message is not XML.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotUnderstood("A document type is not accepted.")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise NotUnderstood("The message is no SOAP 1.1 envelope.")
    operation = root.find(f"{{{SOAP}}}Body/*")
    if operation is None:
        raise NotUnderstood("The Body is empty.")
    return operation


def _questions(operation: etree._Element) -> tuple[Question, ...]:
    questions = []
    for asked in operation.findall("Verzoek/Vragen/Vraag"):
        content = asked.find("Inhoud")
        if content is None:
            raise NotUnderstood("A Vraag has no Inhoud.")
        questions.append(Question(_required(asked, "Referte"), content))
    if not questions:
        raise NotUnderstood("There is no Vraag.")
    return tuple(questions)


def _required(element: etree._Element, path: str) -> str:
    text = (element.findtext(path) or "").strip()
    if not text:
        raise NotUnderstood(f"{path} is missing.")
    return text
