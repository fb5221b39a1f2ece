"""The town: its registers, what it intends, and what may happen to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final, Self

from btb.enterprises import Representation
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.rehearsal.numbers import UNKNOWN_ENTERPRISE, UNKNOWN_PERSON
from datasources.rehearsal.records import Span, TownFunction
from datasources.rehearsal.registers import Registers
from datasources.rehearsal.settlement import settle

_ACTIVE: Final = frozenset({"AC"})
_EXISTING: Final = frozenset({"AC", "JU", "BK"})


class Town(Registers):
    """Persons, enterprises and the functions between them; changes by what happens in it, in one event loop."""

    unknown_enterprise: Final = UNKNOWN_ENTERPRISE
    unknown_person: Final = UNKNOWN_PERSON

    @classmethod
    def build(cls, seed: int = 1830) -> Self:
        """The same town for the same seed; the cast is in every town, with the same numbers."""
        return cls(settle(seed))

    # What the town intends.

    def legal_representatives_of(
        self, which: str | EnterpriseNumber, on: date, *, as_kbo_says: bool = False, not_yet_active: bool = False
    ) -> frozenset[NationalNumber]:
        """Who should represent the enterprise on that day, as the registers stand now: nobody where it has ceased.

        The deceased and those whose number was cancelled represent nobody; `as_kbo_says` leaves that out, as rules over
        functions alone do. `not_yet_active` counts enterprises in creation and announced ones too.
        """
        enterprise = self.enterprise(which)
        if enterprise.status not in (_EXISTING if not_yet_active else _ACTIVE):
            return frozenset()
        return frozenset(
            function.person
            for function in self.functions_in(enterprise.number)
            if function.person is not None
            and function.represents is not None
            and function.represents.contains(on)
            and self._exists(function.enterprise)
            and (as_kbo_says or self._can_act(function.person, on))
        )

    def enterprises_represented_by(self, who: str | NationalNumber, on: date) -> frozenset[EnterpriseNumber]:
        """Which enterprises the person should represent on that day."""
        number = self.person(who).number
        held_in = {function.held_in for function in self.functions_of(number)}
        return frozenset(which for which in held_in if number in self.legal_representatives_of(which, on))

    def _exists(self, company: EnterpriseNumber | None) -> bool:
        return company is None or self.enterprise(company).status in _EXISTING

    def _can_act(self, number: NationalNumber, on: date) -> bool:
        died = self.person(number).died
        return number not in self.cancelled and (died is None or on < date.fromisoformat(died))

    # What may happen.

    def begin_function(
        self, person: str | NationalNumber, enterprise: str | EnterpriseNumber, on: date, code: str = "10002"
    ) -> None:
        """The person takes up a function that represents."""
        number, held_in = self.person(person).number, self.enterprise(enterprise).number
        before = [each for each in self.functions_in(held_in) if each.person == number and each.code == code]
        self.write_function(
            TownFunction(
                held_in=held_in,
                code=code,
                begin=on.isoformat(),
                end=None,
                representation=Representation.PERSON,
                person=number,
                sequence=f"{len(before) + 1:03d}",
                represents=Span(on, None),
            )
        )

    def end_function(self, person: str | NationalNumber, enterprise: str | EnterpriseNumber, on: date) -> None:
        """Every function of the person in the enterprise ends that day; the day itself no longer counts."""
        number, held_in = self.person(person).number, self.enterprise(enterprise).number
        self.rewrite_functions(
            lambda each: each.person == number and each.held_in == held_in, lambda each: _ended(each, on, "004")
        )

    def cease(self, enterprise: str | EnterpriseNumber, on: date, situation: str = "014") -> None:
        """The enterprise stops, and every function in it ends."""
        found, day = self.enterprise(enterprise), on.isoformat()
        before = tuple((code, begin, end or day) for code, begin, end in found.situations)
        self.rewrite_enterprise(
            replace(found, status="ST", stopped=(situation, day), situations=(*before, (situation, day, None)))
        )
        self.rewrite_functions(lambda each: each.held_in == found.number, lambda each: _ended(each, on, situation))

    def absorb(self, enterprise: str | EnterpriseNumber, successor: str | EnterpriseNumber, on: date) -> None:
        """The enterprise merges into its successor: it ceases with situation 021 and relation 003."""
        found, into = self.enterprise(enterprise), self.enterprise(successor)
        self.rewrite_enterprise(replace(found, successor=(into.number, on.isoformat())))
        self.cease(found.number, on, situation="021")

    def bury(self, person: str | NationalNumber, on: date) -> None:
        """The person dies; KBO's functions stay as they are."""
        self.rewrite_person(replace(self.person(person), died=on.isoformat()))

    def renumber(self, person: str | NationalNumber, number: NationalNumber) -> None:
        """The person gets a new number, in KBO too; the former one answers with 30004.

        Raises ValueError where the number is taken.
        """
        if number in self.replaced or any(each.number == number for each in self.persons):
            raise ValueError("Somebody in the town has that number.")
        self.replace_number(self.person(person), number)

    def cancel_number(self, person: str | NationalNumber) -> None:
        """The register cancels the person's number: it answers with 30002."""
        self.cancelled.add(self.person(person).number)


def _ended(function: TownFunction, on: date, reason: str) -> TownFunction:
    """The function with that end, unless it had ended before."""
    day = on.isoformat()
    if function.end is not None and function.end <= day:
        return function
    represents = function.represents.cut(on) if function.represents is not None else None
    cac_end = day if function.cac_code is not None else None
    return replace(function, end=day, cac_end=cac_end, end_reason=reason, represents=represents)
