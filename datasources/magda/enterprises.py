"""GeefOnderneming-02.00: the question about one enterprise, and the enterprise in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from sys import intern

from lxml import etree

from btb.enterprises import (
    Address,
    Coded,
    EnterpriseFacts,
    EnterpriseKind,
    EnterpriseName,
    EnterpriseStatus,
    Language,
)
from btb.identifiers import EnterpriseNumber, InvalidEnterpriseNumber
from datasources.magda.dates import may_contain, source_date, source_period
from datasources.magda.elements import Element, code, listed, parts, text
from datasources.magda.exceptions import AnotherKey
from datasources.magda.forms import Form, leaf

_LANGUAGES = {"nl": Language.NL, "fr": Language.FR, "de": Language.DE, "du": Language.DE, "en": Language.EN}
_KINDS = {"1": EnterpriseKind.NATURAL_PERSON, "2": EnterpriseKind.LEGAL_PERSON}
_NAMES = (
    ("MaatschappelijkeNamen", "MaatschappelijkeNaam"),
    ("AfgekorteNamen", "AfgekorteNaam"),
    ("CommercieleNamen", "CommercieleNaam"),
)
_ADDRESS = {
    "Straat": {"Naam": "street"},
    "Gemeente": {"PostCode": "postal_code", "Naam": "municipality"},
    "Land": {"ISOCode": "country_code"},
    "Huisnummer": {"Huisnummer": "house_number"},
    "Busnummer": {"Busnummer": "box"},
}
_PARTED = frozenset({"Straat", "Gemeente", "Land"})
_ORDER = {"NL": 0, "nl": 0, "FR": 1, "fr": 1, "DE": 2, "de": 2}
_ABSORBED_BY = "003"
_SEAT = "001"
_ESTABLISHMENT = "2"


def _question() -> Element:
    content = etree.Element("Inhoud")
    criteria = etree.SubElement(content, "Criteria")
    leaf(criteria, "Ondernemingsnummer")
    leaf(criteria, "Basisgegevens", "1")
    leaf(criteria, "Rechtstoestanden", "1")
    leaf(etree.SubElement(criteria, "GerelateerdeOndernemingen"), "Aanduiding", "1")
    leaf(etree.SubElement(criteria, "Omschrijvingen"), "Aanduiding", "1")
    return content


_QUESTION = Form(_question())


def enterprise_question(number: EnterpriseNumber) -> str:
    """Basic data, situations, the enterprises it merged into, and labels; never its functions or bank accounts.

    A block that is not asked for is absent from the answer: absent is not "none" (magda.md 3.1).
    """
    return _QUESTION.filled(number.digits)


def enterprise_facts(content: Element, asked: EnterpriseNumber, today: date) -> EnterpriseFacts:
    """The enterprise as KBO knows it today. Raises AnotherKey where the answer is about another one.

    Of names, forms, situations and addresses the entry whose period holds today counts, the youngest first; a name and
    an address are also shown after their end, where nothing newer came (a stopped enterprise keeps its name).
    """
    found = parts(parts(content).get("Onderneming"))
    if code(found.get("OndernemingOfVestiging")) == _ESTABLISHMENT:
        raise AnotherKey
    answered = text(found.get("Ondernemingsnummer"))
    if answered != asked.digits and enterprise_number(answered) != asked:
        raise AnotherKey
    started = text(parts(found.get("Start")).get("Datum"))
    return EnterpriseFacts(
        number=asked,
        status=EnterpriseStatus.of_code(code(found.get("StatusKBO")) or ""),
        kind=_KINDS.get(code(found.get("SoortOnderneming")) or "", EnterpriseKind.UNKNOWN),
        names=_names(found.get("Namen"), today),
        juridical_form=_coded(listed(found.get("Rechtsvormen"), "Rechtsvorm"), today),
        juridical_situation=_coded(listed(found.get("Rechtstoestanden"), "Rechtstoestand"), today),
        start_date=source_date(started).exact if started is not None else None,
        address=_seat(listed(found.get("Adressen"), "Adres"), today),
        successors=_successors(listed(found.get("GerelateerdeOndernemingen"), "GerelateerdeOnderneming")),
    )


def enterprise_number(written: str | None) -> EnterpriseNumber | None:
    """The number in a text, with a leading zero that got lost; None where there is none."""
    try:
        return EnterpriseNumber.parse(written) if written is not None else None
    except InvalidEnterpriseNumber:
        return None


@lru_cache(maxsize=16_384)
def _holds(begin: str | None, end: str | None, today: date) -> tuple[bool, date]:
    """Whether a validity may hold today, and since when; a begin that cannot be read counts as very long ago."""
    period = source_period(begin, end)
    since = period.begin.latest if period.begin is not None else None
    return may_contain(period, today), since or date.min


def _valid(elements: list[Element], today: date) -> list[Element]:
    """Those of today, the youngest first."""
    if len(elements) == 1:
        return elements if _holds(elements[0].get("DatumBegin"), elements[0].get("DatumEinde"), today)[0] else []
    held = [(_holds(one.get("DatumBegin"), one.get("DatumEinde"), today), one) for one in elements]
    held.sort(key=lambda entry: entry[0][1], reverse=True)
    return [one for (holds, _), one in held if holds]


def _last(elements: list[Element], today: date) -> list[Element]:
    """The youngest that began before today, for what is shown after its end."""
    since = [(_holds(one.get("DatumBegin"), one.get("DatumEinde"), today)[1], one) for one in elements]
    past = [entry for entry in since if entry[0] <= today]
    return [max(past, key=lambda entry: entry[0])[1]] if past else []


def _names(named: Element | None, today: date) -> tuple[EnterpriseName, ...]:
    """The social names; an enterprise without any is known by its short or commercial ones."""
    groups = parts(named)
    for group, name in _NAMES:
        names = listed(groups.get(group), name)
        found = [_name(one) for one in _valid(names, today) or _last(names, today)]
        if any(entry.text for entry in found):
            return tuple([entry for entry in found if entry.text])
    return ()


def _name(element: Element) -> EnterpriseName:
    words, language = "", None
    for part in element:
        if part.tag == "Naam":
            words = text(part) or ""
        elif part.tag == "Taalcode":
            language = _LANGUAGES.get((part.text or "").strip().lower())
    return EnterpriseName(words, language)


def _coded(elements: list[Element], today: date) -> Coded | None:
    """A form or situation is true today or not at all: a former one is never shown for want of another."""
    for element in _valid(elements, today):
        found = parts(element)
        written, label = text(found.get("Code")), text(found.get("Omschrijving"))
        if written is not None:
            return Coded(intern(written.zfill(3)), intern(label) if label is not None else None)
    return None


def _seat(elements: list[Element], today: date) -> Address | None:
    """The address of type 001. KBO gives codes outside and words per language inside: both are read, Dutch first."""
    for element in _valid(elements, today) or _last(elements, today):
        outer = parts(element)
        if code(outer.get("Type"), 3) not in (_SEAT, None):
            continue
        words = _words(outer.values())
        described = listed(outer.get("Descripties"), "Descriptie")
        for one in sorted(map(parts, described), key=_dutch_first) if len(described) > 1 else map(parts, described):
            if "street" not in words or "municipality" not in words:
                words = _words(one["Adres"]) | words if "Adres" in one else words
        if len(words.get("country_code", "")) != 2:
            words.pop("country_code", None)
        return Address(**words)
    return None


def _dutch_first(description: dict[str, Element]) -> int:
    return _ORDER.get(text(description.get("Taalcode")) or "", len(_ORDER))


def _words(address: Iterable[Element]) -> dict[str, str]:
    """What an address says, by the field of ours it is for. Towns and postal codes repeat: they are kept once."""
    found: dict[str, str] = {}
    for child in address:
        fields = _ADDRESS.get(child.tag)
        if fields is None:
            continue
        for part in child if child.tag in _PARTED else (child,):
            word = text(part) if part.tag in fields else None
            if word is not None:
                found[fields[part.tag]] = intern(word)
    return found


def _successors(elements: list[Element]) -> tuple[EnterpriseNumber, ...]:
    related = [parts(one) for one in elements]
    numbers = [
        enterprise_number(text(one.get("Ondernemingsnummer")))
        for one in related
        if code(one.get("Relatie"), 3) == _ABSORBED_BY
    ]
    return tuple(dict.fromkeys(number for number in numbers if number is not None))
