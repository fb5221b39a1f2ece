"""What the town answers to one question, by MAGDA's codes.

Every block stands only where its flag is set; what the town knows nothing of gets the exception that the real service
gives: 40046 for an enterprise, 30001 where there are no functions, 30003 for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, assert_never

from btb.identifiers import EnterpriseNumber, InvalidIdentifier, NationalNumber
from datasources.rehearsal import enterprises, functions, persons
from datasources.rehearsal.envelope import CARRYING_CONTENT, Answer
from datasources.rehearsal.markup import branch, leaf
from datasources.rehearsal.questions import Message, Question, Service
from datasources.rehearsal.records import TownEnterprise, TownFunction, TownPerson
from datasources.rehearsal.registers import NobodyThere
from datasources.rehearsal.switches import Switches
from datasources.rehearsal.town import Town

_KEY_PATHS: Final = (
    "Criteria/Ondernemingsnummer",
    "Criteria/Persoon/INSZ",
    "Criteria/Onderneming/Ondernemingsnummer",
    "Criteria/INSZ",
    "Inschrijving/INSZ",
    "Inschrijving/BetrokkenSubject/Subjecten/Subject/Sleutel",
)
_ENTERPRISE_FLAGS: Final = (
    "Omschrijvingen/Aanduiding",
    "Basisgegevens",
    "Rechtstoestanden",
    "Functies/Aanduiding",
    "Functies/Onderneming",
    "GerelateerdeOndernemingen/Aanduiding",
)
_LARGEST_CACHE: Final = 10_000


def key(question: Question) -> str:
    """The number that a question is about; empty where it names none."""
    return next((text for path in _KEY_PATHS if (text := question.text(path))), "")


class Answers:
    """Answers about one town under its switches. Contents are kept until something is written in the registers."""

    def __init__(self, town: Town, switches: Switches) -> None:
        self._town = town
        self._switches = switches
        self._registered: set[str] = set()
        self._contents: dict[object, str] = {}
        self._revision = town.revision

    def answer(self, message: Message, question: Question) -> Answer:
        """What this question gets, exceptions set by a switch for its number included."""
        troubled = self._switches.exception_for(self._town, key(question))
        if troubled is not None and troubled not in CARRYING_CONTENT:
            return Answer(None, (troubled,))
        answer = self._answer(message, question)
        return answer if troubled is None else Answer(answer.content, (*answer.exceptions, troubled))

    def _answer(self, message: Message, question: Question) -> Answer:
        match message.service:
            case Service.ENTERPRISE:
                return self._enterprise(question)
            case Service.FUNCTIONS:
                return self._functions(question)
            case Service.PERSON:
                return self._person(question)
            case Service.REGISTRATION:
                return self._registration(message, question)
            case _:
                assert_never(message.service)

    # GeefOnderneming

    def _enterprise(self, question: Question) -> Answer:
        number = _enterprise_number(question.text("Criteria/Ondernemingsnummer"))
        if number is None:
            return Answer(None, ("20007",))
        found = self._enterprise_known(number)
        if found is None:
            return Answer(None, ("40046",))
        flags = tuple(question.flag(f"Criteria/{path}") for path in _ENTERPRISE_FLAGS)
        return Answer(self._kept(("enterprise", number, flags), lambda: self._onderneming(found, *flags)))

    def _onderneming(
        self,
        found: TownEnterprise,
        labelled: bool,
        basic: bool,
        situated: bool,
        held: bool,
        elsewhere: bool,
        related: bool,
    ) -> str:
        return branch(
            "Onderneming",
            enterprises.identity(found),
            enterprises.basics(found, labelled) if basic else "",
            enterprises.situations(found, labelled) if situated else "",
            self._functions_block(found.number, elsewhere, labelled) if held else "",
            enterprises.relations(found) if related else "",
        )

    def _functions_block(self, number: EnterpriseNumber, elsewhere: bool, labelled: bool) -> str:
        held = self._town.functions_in(number) + (self._town.functions_held_by(number) if elsewhere else ())
        hidden = self._switches.holders_hidden
        written = [
            enterprises.function(
                each,
                None if each.person is None or hidden else self._town.person(each.person),
                None if each.enterprise is None else self._town.enterprise(each.enterprise),
                labelled,
            )
            for each in held
        ]
        return branch("Functies", *written) if written else ""

    # GeefFuncties

    def _functions(self, question: Question) -> Answer:
        try:
            held = tuple(self._functions_asked(question))
        except InvalidIdentifier:
            return Answer(None, ("20002" if question.text("Criteria/Persoon/INSZ") is not None else "20007",))
        except NobodyThere:
            return Answer(None, ("30001",))
        wanted = {(code.text or "").strip() for code in question.content.findall("Criteria/AardFuncties/AardFunctie")}
        held = tuple(each for each in held if not wanted or each.code in wanted)
        if not held:
            return Answer(None, ("30001",))
        hidden = self._switches.holders_hidden
        return Answer(branch("Functies", *(self._functie(each, hidden) for each in held)))

    def _functie(self, held: TownFunction, hidden: bool) -> str:
        return self._kept(("function", id(held)), lambda: functions.function(held, hidden))

    def _functions_asked(self, question: Question) -> Iterable[TownFunction]:
        person = question.text("Criteria/Persoon/INSZ")
        if person is not None:
            held = self._town.functions_of(NationalNumber.parse(person, allow_test_numbers=True))
            where = question.text("Criteria/Persoon/Ondernemingsnummer")
            return held if where is None else _held_in(held, EnterpriseNumber.parse(where))
        asked = question.content.findall("Criteria/Onderneming/Ondernemingsnummer")
        numbers = {one.get("Type"): EnterpriseNumber.parse((one.text or "").strip()) for one in asked}
        held_in, holder = numbers.get("FunctieIn"), numbers.get("FunctieHouder")
        if holder is not None:
            of_holder = self._town.functions_held_by(holder)
            return of_holder if held_in is None else _held_in(of_holder, held_in)
        return self._town.functions_in(held_in) if held_in is not None else ()

    # GeefPersoon

    def _person(self, question: Question) -> Answer:
        text, source = question.text("Criteria/INSZ") or "", question.text("Bron") or "RR"
        try:
            number = NationalNumber.parse(text, allow_test_numbers=True)
        except InvalidIdentifier:
            return Answer(None, ("20002",))
        if number in self._town.cancelled:
            return Answer(None, ("30002",))
        successor = self._town.replaced.get(number)
        found = self._person_known(successor or number)
        if found is None:
            return Answer(None, ("30003",))
        if successor is None and self._switches.registers_separate and found.foreign and source != "KSZ":
            return Answer(None, ("30003",))
        if source == "KSZ" and self._switches.registration_required and number.digits not in self._registered:
            return Answer(None, ("13202",))
        basics = source != "KSZ" or question.text("Criteria/OpvragingenKSZ/BasisPersoonsgegevens") != "0"
        content = self._kept(
            ("person", found.number, source, basics), lambda: persons.person(found, source, basics=basics)
        )
        return Answer(content, ("30004",) if successor is not None else ())

    # RegistreerInschrijving

    def _registration(self, message: Message, question: Question) -> Answer:
        subjects = question.content.findall("Inschrijving/BetrokkenSubject/Subjecten/Subject")
        if question.text("Inschrijving/Identificatie") != message.sender:
            return Answer(None, ("20005",))
        if len(subjects) > 1:
            return Answer(None, ("40035",))
        if (
            question.text("Inschrijving/BetrokkenSubject/Type") == "OND"
            and question.content.find("Inschrijving/Periode") is not None
        ):
            return Answer(None, ("30034",))
        number = key(question)
        known = number in self._registered
        self._registered.add(number)
        return Answer(leaf("Resultaat", "1", Beschrijving="Wel geslaagd"), ("40143",) if known else ())

    # What is common.

    def _enterprise_known(self, number: EnterpriseNumber) -> TownEnterprise | None:
        try:
            return self._town.enterprise(number)
        except NobodyThere:
            return None

    def _person_known(self, number: NationalNumber) -> TownPerson | None:
        try:
            return self._town.person(number)
        except NobodyThere:
            return None

    def _kept(self, name: tuple[object, ...], write: Callable[[], str]) -> str:
        """The content by a name that is unique for this revision of the registers."""
        if self._revision != self._town.revision or len(self._contents) >= _LARGEST_CACHE:
            self._contents.clear()
            self._revision = self._town.revision
        name = (*name, self._switches.holders_hidden)
        content = self._contents.get(name)
        if content is None:
            content = self._contents[name] = write()
        return content


def _held_in(held: Iterable[TownFunction], number: EnterpriseNumber) -> tuple[TownFunction, ...]:
    return tuple(each for each in held if each.held_in == number)


def _enterprise_number(text: str | None) -> EnterpriseNumber | None:
    try:
        return EnterpriseNumber.parse(text or "") if text is not None and len(text) == 10 else None
    except InvalidIdentifier:
        return None
