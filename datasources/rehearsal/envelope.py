"""Writing what MAGDA wraps around an answer: SOAP, the context with the client's references, exceptions, faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from datasources.rehearsal.markup import branch, leaf
from datasources.rehearsal.questions import SOAP, Message

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")

_EXCEPTIONS: Final = {
    "13202": ("FOUT", "Gegevens niet opvraagbaar, geen persoonsdossier geregistreerd"),
    "20002": ("FOUT", "INSZ heeft een ongeldige structuur"),
    "20005": ("FOUT", "Identificatie of hoedanigheid verschilt van de context"),
    "20007": ("FOUT", "Ondernemingsnummer heeft een ongeldige structuur"),
    "30001": ("FOUT", "Geen gegevens gevonden voor de vraag"),
    "30002": ("FOUT", "INSZ geannuleerd"),
    "30003": ("FOUT", "Onbestaand INSZ"),
    "30004": ("WAARSCHUWING", "Persoon heeft een nieuw INSZ verkregen"),
    "30034": ("FOUT", "Periode is niet toegelaten voor ondernemingen"),
    "30042": (
        "INFORMATIE",
        "Meerdere voorkomens aanwezig bij de bron, slechts 1 voorkomen aanwezig in het Magda antwoord",
    ),
    "40001": ("FOUT", "Geen geldige wettelijke context"),
    "40005": ("FOUT", "Toegang geweigerd"),
    "40006": ("FOUT", "Geen machtiging voor deze vraag"),
    "40033": ("FOUT", "Interne fout bij verwerking door KBO"),
    "40035": ("FOUT", "Meerdere subjecten opgegeven in de vraag, slechts 1 toegelaten"),
    "40046": ("INFORMATIE", "Gevraagde ondernemingsnummer bestaat niet in KBO"),
    "40143": ("WAARSCHUWING", "De inschrijving in het MAGDA repertorium bestaat al"),
    "60003": ("FOUT", "Fout formaat in de vraag naar de bron toe"),
    "60007": ("FOUT", "Antwoord van de bron niet interpreteerbaar"),
    "60009": ("FOUT", "Technische fout bij de bron"),
    "99984": ("WAARSCHUWING", "Geen MAGDA omschrijving gevonden voor de code"),
    "99994": ("FOUT", "Onverwachte fout bij de bron"),
    "99996": ("FOUT", "Te veel gelijktijdige bevragingen"),
}
CARRYING_CONTENT: Final = frozenset(code for code, (kind, _) in _EXCEPTIONS.items() if kind != "FOUT") - {"40046"}
"""Codes that come beside an answer, not in its place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gets: the children of `Inhoud`, or exceptions by code, or both."""

    content: str | None
    exceptions: tuple[str, ...] = ()


def written(
    message: Message, answers: Iterable[tuple[str, Answer]], now: datetime, refusal: str | None = None
) -> bytes:
    """The whole answer; `answers` pairs a `Referte` with what belongs to it, `refusal` is a code for the whole."""
    moment = _moment(now)
    context = branch(
        "Context",
        leaf("Naam", message.name),
        leaf("Versie", message.version),
        branch(
            "Bericht",
            leaf("Type", "ANTWOORD"),
            moment,
            branch(
                "Afzender",
                leaf("Identificatie", "vip.vlaanderen.be"),
                leaf("Naam", "MagdaGateway"),
                leaf("Referte", str(uuid4())),
            ),
            branch(
                "Ontvanger",
                leaf("Identificatie", message.sender),
                leaf("Referte", message.reference),
                leaf("Hoedanigheid", message.capacity),
            ),
        ),
    )
    given = "".join(_answer(reference, answer, moment) for reference, answer in answers)
    whole = branch(
        "Repliek",
        context,
        branch("Antwoorden", given) if given else "",
        _exceptions((refusal,), moment) if refusal is not None else "",
    )
    root = f"{message.service.value}Response"
    return _soap(f'<web:{root} xmlns:web="{message.namespace}">{whole}</web:{root}>')


def fault(code: str, text: str, detail: str | None = None) -> bytes:
    """A SOAP Fault, as MAGDA gives where it read nothing of the message."""
    return _soap(
        branch(
            "soap:Fault",
            leaf("faultcode", "soap:Server"),
            leaf("faultstring", f"{code} - {text}"),
            branch("detail", leaf("Omstandigheid", detail)) if detail is not None else "",
        )
    )


def _soap(content: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{content}'
        "</soap:Body></soap:Envelope>"
    ).encode()


def _moment(now: datetime) -> str:
    local = now.astimezone(_BRUSSELS)
    return branch(
        "Tijdstip",
        leaf("Datum", local.date().isoformat()),
        leaf("Tijd", local.strftime("%H:%M:%S.") + f"{local.microsecond // 1000:03d}"),
    )


def _answer(reference: str, answer: Answer, moment: str) -> str:
    return branch(
        "Antwoord",
        leaf("Referte", reference),
        branch("Inhoud", answer.content) if answer.content is not None else "",
        _exceptions(answer.exceptions, moment) if answer.exceptions else "",
    )


def _exceptions(codes: Iterable[str], moment: str) -> str:
    return branch("Uitzonderingen", *(_exception(code, moment) for code in codes))


def _exception(code: str, moment: str) -> str:
    kind, text = _EXCEPTIONS.get(code, ("FOUT", "Onbekende fout"))
    return branch(
        "Uitzondering",
        leaf("Identificatie", code),
        leaf("Oorsprong", "MAGDA"),
        leaf("Type", kind),
        moment,
        leaf("Diagnose", text),
    )
