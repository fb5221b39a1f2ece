"""An answer message taken out of its SOAP 1.1 envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass

from datasources.magda.elements import (
    Element,
    Unreadable,
    is_named,
    listed,
    named,
    parsed,
    parts,
    text,
    without_namespaces,
)
from datasources.magda.exceptions import Notice, Severity
from datasources.magda.forms import Operation

_FIVE_DIGITS = re.compile(r"(?<!\d)\d{5}(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """One `Antwoord`: whose question it says it answers, its `Inhoud`, its exceptions."""

    reference: str | None
    content: Element | None
    notices: tuple[Notice, ...]

    def says(self, code: str) -> bool:
        """Whether it carries an exception of that code."""
        return any(notice.code == code for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Reply:
    """One `Repliek`: its answers in whatever order, and the exceptions about the message as a whole."""

    answers: tuple[Answer, ...]
    notices: tuple[Notice, ...]


class SoapFault(Exception):
    """The message was not taken up at all; `code` is MAGDA's where the fault names one."""

    def __init__(self, code: str | None) -> None:
        self.code = code
        super().__init__("The service answered with a SOAP fault.")


def reply(body: bytes, operation: Operation) -> Reply:
    """Take an answer message apart. Raises Unreadable or SoapFault, also where HTTP said that all was well."""
    answered = _answered(parsed(body), f"{operation.name}Response")
    said = named(answered, "Repliek")
    if said is None:
        raise Unreadable("The answer has no reply in it.")
    if said.tag != "Repliek":
        without_namespaces(said)
    found = parts(said)
    answers = tuple([_answer(one) for one in listed(found.get("Antwoorden"), "Antwoord")])
    return Reply(answers, _notices(found.get("Uitzonderingen")))


def _answered(root: Element, name: str) -> Element:
    """The answer to the operation, inside an envelope or, as some gateways send it, alone."""
    if is_named(root, name):
        return root
    body = named(root, "Body") if is_named(root, "Envelope") else None
    if body is None:
        raise Unreadable("The answer is no SOAP envelope.")
    answered = named(body, name)
    if answered is not None:
        return answered
    fault = named(body, "Fault")
    if fault is None:
        raise Unreadable("The answer is not the one to our question.")
    found = _FIVE_DIGITS.search(" ".join(str(piece) for piece in fault.itertext())[:4096])
    raise SoapFault(found.group() if found else None)


def _answer(element: Element) -> Answer:
    found = parts(element)
    return Answer(text(found.get("Referte")), found.get("Inhoud"), _notices(found.get("Uitzonderingen")))


def _notices(element: Element | None) -> tuple[Notice, ...]:
    if element is None:
        return ()
    exceptions = [parts(one) for one in listed(element, "Uitzondering")]
    return tuple(
        Notice(text(one.get("Identificatie")) or "", Severity.of(text(one.get("Type")) or "")) for one in exceptions
    )
