"""GeefFuncties-02.00: the question about functions, and the functions in the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from sys import intern

from lxml import etree

from btb.enterprises import Coded, HeldFunction, Representation, SourcePeriod
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.magda.dates import source_period
from datasources.magda.elements import Element, code, listed, parts, text, written
from datasources.magda.enterprises import enterprise_number
from datasources.magda.exceptions import AnotherKey
from datasources.magda.forms import Form, leaf

# The schema wants a period, open on both sides if need be; a function without one is valid on no day that we know.
_UNREADABLE = source_period("", None)
_REPRESENTATIONS = {kind.value: kind for kind in Representation}


@dataclass(frozen=True, slots=True)
class FunctionsKey:
    """What is asked: a person, an enterprise, or the person in the enterprise; at least one is given."""

    person: NationalNumber | None = None
    enterprise: EnterpriseNumber | None = None


ReadPerson = Callable[[str], NationalNumber | None]
"""Reads a person's number; None where it is none. Raises UnwantedTestNumber where test numbers are refused."""


def _of_person(*, within: bool) -> Element:
    content = etree.Element("Inhoud")
    person = etree.SubElement(etree.SubElement(content, "Criteria"), "Persoon")
    leaf(person, "INSZ")
    if within:
        leaf(person, "Ondernemingsnummer")
    return content


def _in_enterprise() -> Element:
    content = etree.Element("Inhoud")
    enterprise = etree.SubElement(etree.SubElement(content, "Criteria"), "Onderneming")
    leaf(enterprise, "Ondernemingsnummer").set("Type", "FunctieIn")
    return content


_OF_PERSON, _OF_PERSON_IN, _IN = Form(_of_person(within=False)), Form(_of_person(within=True)), Form(_in_enterprise())


def functions_question(key: FunctionsKey) -> str:
    """Never restricted to function codes: a code that newly represents would be missed (magda.md 4.1)."""
    match key:
        case FunctionsKey(NationalNumber() as person, EnterpriseNumber() as enterprise):
            return _OF_PERSON_IN.filled(person.digits, enterprise.digits)
        case FunctionsKey(NationalNumber() as person, None):
            return _OF_PERSON.filled(person.digits)
        case FunctionsKey(None, EnterpriseNumber() as enterprise):
            return _IN.filled(enterprise.digits)
        case _:
            raise ValueError("A question about functions names a person or an enterprise.")


def held_functions(content: Element, asked: FunctionsKey, person: ReadPerson) -> tuple[tuple[HeldFunction, ...], int]:
    """The functions in the answer, equal ones once, and how many were left out because they belong to another key.

    Raises AnotherKey where there are functions and all of them belong to another, or where the list itself is absent:
    neither says that there are none.
    A record without a person's number stays (a company holds it); it says nothing about the person asked.
    """
    functions = parts(content).get("Functies")
    if functions is None:
        raise AnotherKey
    found: dict[HeldFunction, None] = {}
    strangers = 0
    for element in listed(functions, "Functie"):
        record = _held_function(element, person)
        if record is None or _contradicts(record, asked):
            strangers += 1
        else:
            found[record] = None
    if strangers and not found:
        raise AnotherKey
    return tuple(found), strangers


def _contradicts(record: HeldFunction, asked: FunctionsKey) -> bool:
    if asked.enterprise is not None and record.held_in != asked.enterprise:
        return True
    return asked.person is not None and record.holder is not None and record.holder != asked.person


def _held_function(element: Element, person: ReadPerson) -> HeldFunction | None:
    found = parts(element)
    held_in = enterprise_number(text(found.get("FunctiehouderVan")))
    function_code = code(found.get("AardFunctie"), 5)
    if held_in is None or function_code is None:
        return None
    holder = text(found.get("INSZ"))
    label = text(parts(found["AardFunctie"]).get("Omschrijving"))
    former = code(found.get("AardFunctieCAC"), 5)
    return HeldFunction(
        held_in=held_in,
        code=intern(function_code),
        period=_period(found.get("Periode")) or _UNREADABLE,
        representation=_REPRESENTATIONS.get(code(found.get("AanduidingPersoonOnderneming")) or ""),
        holder=person(holder) if holder is not None else None,
        holder_enterprise=enterprise_number(text(found.get("Ondernemingsnummer"))),
        label=intern(label) if label is not None else None,
        sequence=text(found.get("VolgNummer")),
        cac_code=intern(former) if former is not None else None,
        cac_period=_period(found.get("PeriodeCAC")),
        end_reason=_end_reason(found.get("EindeFunctie")),
    )


def _period(element: Element | None) -> SourcePeriod | None:
    found = parts(element)
    return None if element is None else source_period(written(found.get("Begin")), written(found.get("Einde")))


def _end_reason(element: Element | None) -> Coded | None:
    ended = code(element, 3)
    return Coded(ended, text(parts(element).get("Omschrijving"))) if ended is not None else None
