"""The town's registers: persons, enterprises and functions by number and by handle, and how an entry is rewritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.rehearsal.records import TownEnterprise, TownFunction, TownPerson
from datasources.rehearsal.settlement import Settlement


class NobodyThere(LookupError):
    """The town has nobody and nothing by that handle or number; the message never repeats a number."""


class Registers:
    """What is written down. People and enterprises are named by handle (`"els"`, `"bakkerij"`) or by number.

    `revision` counts what was written, so that whoever keeps something derived knows when it is old.
    """

    def __init__(self, settlement: Settlement) -> None:
        self._persons = {person.number: person for person in settlement.persons}
        self._enterprises = {enterprise.number: enterprise for enterprise in settlement.enterprises}
        self._numbers_of_persons = {person.handle: person.number for person in settlement.persons}
        self._numbers_of_enterprises = {each.handle: each.number for each in settlement.enterprises}
        self.replaced = dict(settlement.replaced)
        self.cancelled = set(settlement.cancelled)
        self.revision = 0
        self._write_functions(list(settlement.functions))

    @property
    def persons(self) -> tuple[TownPerson, ...]:
        """Every inhabitant."""
        return tuple(self._persons.values())

    @property
    def enterprises(self) -> tuple[TownEnterprise, ...]:
        """Every enterprise."""
        return tuple(self._enterprises.values())

    @property
    def functions(self) -> tuple[TownFunction, ...]:
        """Every function, ended and future ones included."""
        return tuple(self._functions)

    def person(self, who: str | NationalNumber) -> TownPerson:
        """The person by handle or by the number of today. Raises NobodyThere."""
        number = self._numbers_of_persons.get(who) if isinstance(who, str) else who
        found = self._persons.get(number) if number is not None else None
        if found is None:
            raise NobodyThere("The town has no such person.")
        return found

    def enterprise(self, which: str | EnterpriseNumber) -> TownEnterprise:
        """The enterprise by handle or by number. Raises NobodyThere."""
        number = self._numbers_of_enterprises.get(which) if isinstance(which, str) else which
        found = self._enterprises.get(number) if number is not None else None
        if found is None:
            raise NobodyThere("The town has no such enterprise.")
        return found

    def former_numbers(self, who: str | NationalNumber) -> tuple[NationalNumber, ...]:
        """The numbers this person had before."""
        today = self.person(who).number
        return tuple(former for former, number in self.replaced.items() if number == today)

    def functions_in(self, which: str | EnterpriseNumber) -> tuple[TownFunction, ...]:
        """Functions held in the enterprise, ended and future ones included."""
        return tuple(self._held_in.get(self.enterprise(which).number, ()))

    def functions_held_by(self, which: str | EnterpriseNumber) -> tuple[TownFunction, ...]:
        """Functions that the enterprise holds elsewhere, and those of persons who act for it there."""
        return tuple(self._held_by.get(self.enterprise(which).number, ()))

    def functions_of(self, who: str | NationalNumber) -> tuple[TownFunction, ...]:
        """Functions that the person holds or acts in."""
        return tuple(self._held_by_person.get(self.person(who).number, ()))

    def rewrite_functions(
        self, concerned: Callable[[TownFunction], bool], change: Callable[[TownFunction], TownFunction]
    ) -> None:
        """Put a changed entry in the place of every function concerned."""
        self._write_functions([change(each) if concerned(each) else each for each in self._functions])

    def write_function(self, function: TownFunction) -> None:
        """Add an entry."""
        self._write_functions([*self._functions, function])

    def rewrite_person(self, person: TownPerson) -> None:
        """Put a changed entry in the place of the person's."""
        self._persons[person.number] = person
        self.revision += 1

    def rewrite_enterprise(self, enterprise: TownEnterprise) -> None:
        """Put a changed entry in the place of the enterprise's."""
        self._enterprises[enterprise.number] = enterprise
        self.revision += 1

    def replace_number(self, person: TownPerson, number: NationalNumber) -> None:
        """Write the person and everything of theirs under another number."""
        former = person.number
        del self._persons[former]
        self._persons[number] = replace(person, number=number)
        self._numbers_of_persons[person.handle] = number
        self.replaced = {old: number if now == former else now for old, now in self.replaced.items()}
        self.replaced[former] = number
        self.rewrite_functions(lambda each: each.person == former, lambda each: replace(each, person=number))

    def _write_functions(self, functions: list[TownFunction]) -> None:
        self._functions = functions
        self.revision += 1
        self._held_in: dict[EnterpriseNumber, list[TownFunction]] = defaultdict(list)
        self._held_by: dict[EnterpriseNumber, list[TownFunction]] = defaultdict(list)
        self._held_by_person: dict[NationalNumber, list[TownFunction]] = defaultdict(list)
        for function in functions:
            self._held_in[function.held_in].append(function)
            if function.enterprise is not None:
                self._held_by[function.enterprise].append(function)
            if function.person is not None:
                self._held_by_person[function.person].append(function)
