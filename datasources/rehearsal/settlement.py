"""From the tables to records: who lives in the town before anything happens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from btb.enterprises import Representation
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.rehearsal import cast, crowd, quarters
from datasources.rehearsal.numbers import enterprise_number, national_number
from datasources.rehearsal.records import Span, TownEnterprise, TownFunction, TownName, TownPerson

_CROWD_PERSONS: Final = 470
_CROWD_ENTERPRISES: Final = 140
_CAST_COUNTERS = {"M": 995, "F": 996}


@dataclass(slots=True)
class Settlement:
    """Everything the registers hold on the first day. `replaced` maps a former number to the number today."""

    persons: list[TownPerson] = field(default_factory=list)
    enterprises: list[TownEnterprise] = field(default_factory=list)
    functions: list[TownFunction] = field(default_factory=list)
    replaced: dict[NationalNumber, NationalNumber] = field(default_factory=dict)
    cancelled: set[NationalNumber] = field(default_factory=set)


def settle(seed: int) -> Settlement:
    """The cast, whatever the seed; the streets of special cases; the crowd that the seed makes."""
    choose = Random(seed)  # noqa: S311 - invented people need no secrets
    town = Settlement()
    _settle_cast(town)
    crowd_persons = crowd.inhabitants(choose, _CROWD_PERSONS)
    town.persons += crowd_persons
    _settle_quarters(town, choose, crowd_persons)
    _settle_crowd(town, choose, crowd_persons)
    return town


def open_ended(text: str | None) -> str | None:
    """None for an absent end and for any day of the year 9999."""
    return None if text is None or text.startswith("9999") else text


def _settle_cast(town: Settlement) -> None:
    for row in cast.PERSONS:
        foreign = row.origin == "FOREIGN"
        number = national_number(row.born, _CAST_COUNTERS[row.sex], foreign=foreign)
        given = tuple(name for name in row.given.split("|") if name)
        family = tuple(row.family.split("|"))
        town.persons.append(TownPerson(row.handle, number, given, family, row.sex, row.born, foreign))
    persons = {person.handle: person.number for person in town.persons}
    enterprises = {row.handle: enterprise_number(int(row.serial)) for row in cast.ENTERPRISES}
    town.enterprises += map(_cast_enterprise, cast.ENTERPRISES)
    for function in cast.FUNCTIONS:
        town.functions.append(_cast_function(function, persons, enterprises))
    _settle_special_cases(town, persons, enterprises)


def _cast_enterprise(row: cast.EnterpriseRow) -> TownEnterprise:
    start = row.start or None
    names = [name.split(":", 1) for name in row.names.split("|")]
    choose = Random(int(row.serial))  # noqa: S311 - an address that no seed moves
    return TownEnterprise(
        handle=row.handle,
        number=enterprise_number(int(row.serial)),
        status=row.status,
        kind=row.kind,
        names=tuple(TownName(text, language, begin=start) for language, text in names),
        forms=((row.form, start, None),) if row.form else (),
        situations=((row.situation, start, None),),
        start=start,
        address=crowd.address(choose, names[0][0]),
        stopped=(row.situation, "2023-12-31") if row.status == "ST" else None,
        closed_on="2003-12-31" if row.status == "AF" else None,
    )


def _cast_function(
    row: cast.FunctionRow, persons: dict[str, NationalNumber], enterprises: dict[str, EnterpriseNumber]
) -> TownFunction:
    person, _, company = row.holder.partition("@")
    if person in enterprises:
        person, company = "", person
    kind = Representation.PERSON if not company else Representation.PERSON_FOR_ENTERPRISE
    if not person:
        kind = Representation.ENTERPRISE
    ended = open_ended(row.end or None)
    represents: Span | None = None
    if "/" in row.represents:
        represents = Span.of_texts(*row.represents.split("/"))
    elif row.represents == "yes":
        represents = Span.of_texts(row.begin, ended)
    return TownFunction(
        held_in=enterprises[row.held_in],
        code=row.code,
        begin=row.begin,
        end=row.end or None,
        representation=kind,
        person=persons.get(person),
        enterprise=enterprises.get(company),
        end_reason="004" if ended is not None else None,
        exemption="N" if row.code.startswith("2") else "999",
        represents=represents,
    )


def _settle_special_cases(
    town: Settlement, persons: dict[str, NationalNumber], enterprises: dict[str, EnterpriseNumber]
) -> None:
    """What a row of the tables cannot say: deaths, numbers that changed, codes that coexist, a merger, a history."""
    town.persons = [_with_civil_status(person) for person in town.persons]
    town.replaced[national_number("1983-01-06", 993, foreign=True)] = persons["maarten"]
    town.cancelled.add(persons["fatima"])
    drogisterij = enterprises["drogisterij"]
    wim = TownFunction(
        drogisterij, "10006", "1990-01-02", "2023-12-31", Representation.PERSON, persons["wim"],
        cac_code="10002", cac_begin="2020-01-01", represents=Span.of_texts("1990-01-02", None),
    )  # fmt: skip
    guy = TownFunction(
        drogisterij, "10006", "2015-01-01", None, Representation.PERSON, persons["guy"],
        cac_code="30000", cac_begin="2024-05-01", represents=Span.of_texts("2015-01-01", "2024-05-01"),
    )  # fmt: skip
    town.functions += [wim, guy]
    town.functions = [
        replace(function, end_reason="021") if function.held_in == enterprises["opgeslorpt"] else function
        for function in town.functions
    ]
    town.enterprises = [_with_history(enterprise, enterprises) for enterprise in town.enterprises]


def _with_civil_status(person: TownPerson) -> TownPerson:
    if person.handle == "dirk":
        return replace(person, died="2025-01-25")
    if person.handle == "ludo":
        return replace(person, status=("992", "Afgeschreven naar het buitenland"))
    return person


def _with_history(enterprise: TownEnterprise, enterprises: dict[str, EnterpriseNumber]) -> TownEnterprise:
    match enterprise.handle:
        case "opgeslorpt":
            return replace(
                enterprise,
                situations=(("000", "1975-03-01", "2024-06-30"), ("021", "2024-06-30", None)),
                stopped=("021", "2024-06-30"),
                successor=(enterprises["opslorper"], "2024-06-30"),
            )
        case "hersteld":
            return replace(
                enterprise,
                situations=(
                    ("000", "1996-05-13", "2010-03-01"),
                    ("050", "2010-03-01", "2013-04-01"),
                    ("000", "2013-04-01", None),
                ),
            )
        case "schrijnwerkerij":
            return replace(enterprise, situations=(("000", "2001-03-12", "2024-02-06"), ("050", "2024-02-06", None)))
        case "drogisterij":
            return replace(enterprise, forms=(("015", "1990-01-02", "2019-12-31"), ("610", "2020-01-01", None)))
        case "eupen":
            extra = (TownName("DE", "de", "002"), TownName("Eupenrath am Markt", "de", "003"))
            former = TownName("Alte Druckerei", "de", begin="1999-01-01", end="2006-06-26")
            return replace(enterprise, names=(former, *enterprise.names, *extra))
        case _:
            return enterprise


def _settle_quarters(town: Settlement, choose: Random, people: list[TownPerson]) -> None:
    marguerite = next(person for person in town.persons if person.handle == "marguerite")
    for place, row in enumerate(quarters.rows()):
        number = enterprise_number(row.serial)
        ceased = row.status == "ST"
        town.enterprises.append(
            TownEnterprise(
                handle=row.handle,
                number=number,
                status=row.status,
                kind=row.kind,
                names=(TownName(row.name, "nl", begin="2000-01-01"),),
                forms=((row.form, "2000-01-01", None),) if row.form else (),
                situations=((row.situation, "2020-01-01" if row.situation != "000" else "2000-01-01", None),),
                start="2000-01-01",
                address=crowd.address(choose),
                stopped=(row.situation, "2020-01-01") if ceased else None,
            )
        )
        for step, (code, represents) in enumerate(row.functions):
            town.functions.append(_held(number, people[2 * place + step].number, code, "2001-01-01", represents))
        if not row.functions:
            town.functions.append(_held(number, marguerite.number, "10006", "2001-01-01", True))


def _settle_crowd(town: Settlement, choose: Random, people: list[TownPerson]) -> None:
    for enterprise in crowd.enterprises(choose, _CROWD_ENTERPRISES):
        town.enterprises.append(enterprise)
        start = enterprise.start or "2000-01-01"
        for person in choose.sample(people, choose.choice((1, 1, 2, 3))):
            code = choose.choice(("10002", "10006", "10007"))
            town.functions.append(_held(enterprise.number, person.number, code, start, True))


def _held(held_in: EnterpriseNumber, person: NationalNumber, code: str, begin: str, represents: bool) -> TownFunction:
    span = Span.of_texts(begin, None) if represents else None
    return TownFunction(held_in, code, begin, None, Representation.PERSON, person, represents=span)
