"""GeefPersoon-02.02 and the registration it needs: the questions about a person, and the person in the answer."""

from __future__ import annotations

from datetime import date

from lxml import etree

from btb.identifiers import InvalidNationalNumber, NationalNumber, NumberKind
from btb.persons import PersonFacts
from datasources.magda.dates import source_date
from datasources.magda.elements import Element, listed, parts, text
from datasources.magda.envelope import Answer
from datasources.magda.exceptions import REPLACED, AnotherKey, Severity, UnwantedTestNumber
from datasources.magda.forms import Form, Sender, leaf
from datasources.magda.functions import ReadPerson
from datasources.readings import AuthenticSource

_ALREADY_REGISTERED = "40143"


def register_of(number: NationalNumber) -> AuthenticSource:
    """Where the number was given out; a test number follows the number it was made from (month + 60)."""
    bis = number.kind is NumberKind.BIS or (number.kind is NumberKind.TEST and int(number.digits[2:4]) >= 80)
    return AuthenticSource.BIS_REGISTER if bis else AuthenticSource.NATIONAL_REGISTER


def _question() -> Element:
    content = etree.Element("Inhoud")
    criteria = etree.SubElement(content, "Criteria")
    leaf(criteria, "INSZ")
    leaf(etree.SubElement(criteria, "OpvragingenKSZ"), "BasisPersoonsgegevens", "1")
    leaf(content, "Bron")
    leaf(content, "Taal", "nl")
    return content


_QUESTION = Form(_question())


def person_question(number: NationalNumber, source: str) -> str:
    """The basic data alone; MAGDA knows no smaller question, so births and addresses come and are left unread.

    BIS numbers live at KSZ, whatever `source` (RR or KSZ) says for the others.
    """
    return _QUESTION.filled(number.digits, "KSZ" if register_of(number) is AuthenticSource.BIS_REGISTER else source)


def registration(number: NationalNumber, sender: Sender, today: date) -> str:
    """Register one person as followed by us; who we are must be said as in the context (20005)."""
    content = etree.Element("Inhoud")
    entry = etree.SubElement(content, "Inschrijving")
    leaf(entry, "Identificatie", sender.identification)
    leaf(entry, "Hoedanigheid", sender.capacity or "")
    subject = etree.SubElement(entry, "BetrokkenSubject")
    leaf(subject, "Type", "PERS")
    one = etree.SubElement(etree.SubElement(subject, "Subjecten"), "Subject")
    leaf(one, "Type", "PERS")
    leaf(one, "Sleutel", number.digits)
    leaf(etree.SubElement(entry, "Periode"), "Begin", today.isoformat())
    return etree.tostring(content, encoding="unicode")


def registered(answer: Answer) -> bool:
    """Whether the registration stands: done now (1), or already there (40143, a warning that is a success)."""
    if any(notice.severity is Severity.FAULT for notice in answer.notices):
        return False
    if answer.says(_ALREADY_REGISTERED):
        return True
    return text(parts(answer.content).get("Resultaat")) == "1"


def reader(allow_test_numbers: bool) -> ReadPerson:
    """How numbers of persons are read in answers: what is no number is None, an unwanted test number is loud."""

    def read(written: str) -> NationalNumber | None:
        try:
            number = NationalNumber.parse(written, allow_test_numbers=True)
        except InvalidNationalNumber:
            return None
        if number.kind is NumberKind.TEST and not allow_test_numbers:
            raise UnwantedTestNumber
        return number

    return read


def person_facts(answer: Answer, asked: NationalNumber, read: ReadPerson) -> PersonFacts:
    """The person in the answer. Raises AnotherKey where it is about somebody else.

    Another number than the asked one is the same person only where 30004 says that the number was replaced.
    The element `Overlijden` alone tells a death: most other statuses are not death, and some dead have no status.
    """
    person = parts(parts(answer.content).get("Persoon"))
    written = text(person.get("INSZ"))
    number = read(written) if written is not None else None
    if number is None or (number != asked and not answer.says(REPLACED)):
        raise AnotherKey
    name = parts(person.get("Naam"))
    death = person.get("Overlijden")
    died_on = text(parts(death).get("Datum"))
    return PersonFacts(
        number=number,
        given_names=_words(name.get("Voornamen"), "Voornaam"),
        family_names=_words(name.get("Achternamen"), "Achternaam"),
        deceased=death is not None,
        deceased_on=source_date(died_on) if died_on is not None else None,
        replaces=asked if number != asked else None,
    )


def _words(group: Element | None, name: str) -> tuple[str, ...]:
    return tuple([word for one in listed(group, name) if (word := text(one)) is not None])
