"""Who lives in the town, and who should represent whom."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import pytest

from btb.enterprises import Representation
from btb.identifiers import EnterpriseNumber, NationalNumber, NumberKind
from datasources.rehearsal import Town, cast
from datasources.rehearsal.labels import FORMS, FUNCTIONS, SITUATIONS, STATUSES
from datasources.rehearsal.numbers import national_number
from datasources.rehearsal.records import Span
from datasources.rehearsal.registers import NobodyThere

TODAY = date(2026, 3, 2)


def representatives(town: Town, which: str, on: date = TODAY, **options: bool) -> set[str]:
    return {town.person(number).handle for number in town.legal_representatives_of(which, on, **options)}


def test_the_town_is_large_enough(town: Town) -> None:
    assert len(town.enterprises) >= 200
    assert len(town.persons) >= 500


def test_the_same_seed_makes_the_same_town(town: Town) -> None:
    again = Town.build()
    assert (again.persons, again.enterprises, again.functions) == (town.persons, town.enterprises, town.functions)


@pytest.mark.parametrize("seed", range(5))
def test_every_number_is_well_formed_and_nobodys(seed: int) -> None:
    town = Town.build(seed)
    everybody = [person.number for person in town.persons] + list(town.replaced)
    for number in everybody:
        assert NationalNumber.parse(number.digits, allow_test_numbers=True).kind is NumberKind.TEST
    for enterprise in town.enterprises:
        assert EnterpriseNumber.parse(enterprise.number.digits).digits < "0200000000"
    assert len(set(everybody)) == len(everybody)
    assert len({enterprise.number for enterprise in town.enterprises}) == len(town.enterprises)
    assert town.unknown_person not in everybody


def test_the_cast_is_the_same_in_every_town(town: Town) -> None:
    other = Town.build(seed=7)
    for row in cast.PERSONS:
        assert other.person(row.handle) == town.person(row.handle)
        assert other.functions_of(row.handle) == town.functions_of(row.handle)
    for each in cast.ENTERPRISES:
        assert other.enterprise(each.handle) == town.enterprise(each.handle)
    assert town.enterprise("bakkerij").number.digits == "0000000196"
    assert other.enterprise("situation-048").number == town.enterprise("situation-048").number
    assert other.persons != town.persons


def test_every_code_of_the_tables_lives_somewhere(town: Town) -> None:
    assert {function.code for function in town.functions} == set(FUNCTIONS)
    assert {code for enterprise in town.enterprises for code, _, _ in enterprise.situations} == set(SITUATIONS)
    assert {code for enterprise in town.enterprises for code, _, _ in enterprise.forms} <= set(FORMS)
    assert {enterprise.status for enterprise in town.enterprises} == set(STATUSES)
    assert {function.representation for function in town.functions} == set(Representation)


@pytest.mark.parametrize(
    ("which", "who"),
    [
        ("bakkerij", {"els"}),
        ("kapsalon", {"greta"}),
        ("marktkramer", set()),
        ("vervoer", {"jan"}),
        ("schrijnwerkerij", {"veerle"}),
        ("meubelzaak", set()),
        ("staalbouw", {"ines"}),
        ("boomkwekerij", {"katrien"}),
        ("chocolaterie", {"olivier"}),
        ("textiel", set()),
        ("spinnerij", set()),
        ("schilders", set()),
        ("raadsel", set()),
        ("scheepvaart", {"amira", "joao"}),
        ("drogisterij", {"wim"}),
        ("naaiatelier", set()),
        ("opgeslorpt", set()),
        ("opslorper", {"lotte"}),
        ("btw-eenheid", {"yves"}),
        ("ongeveer", {"ann"}),
        ("dubbel", {"ria"}),
        ("zwijgzaam", set()),
        ("gestopt", set()),
        ("gesloten", set()),
        ("geannuleerd", set()),
        ("bekendgemaakt", set()),
        ("oprichting", set()),
        ("nooit", set()),
        ("hersteld", {"hans"}),
    ],
)
def test_the_town_knows_who_should_represent(town: Town, which: str, who: set[str]) -> None:
    assert representatives(town, which) == who


def test_rules_over_functions_alone_do_not_see_the_dead_or_the_cancelled(town: Town) -> None:
    assert representatives(town, "boomkwekerij", as_kbo_says=True) == {"dirk", "katrien"}
    assert representatives(town, "naaiatelier", as_kbo_says=True) == {"fatima"}


def test_enterprises_not_yet_active_have_representatives_where_they_count(town: Town) -> None:
    assert representatives(town, "bekendgemaakt", not_yet_active=True) == {"ursula"}
    assert representatives(town, "oprichting", not_yet_active=True) == {"victor"}
    assert representatives(town, "gestopt", not_yet_active=True) == set()


def test_functions_follow_one_another_without_a_shared_day(town: Town) -> None:
    assert representatives(town, "vervoer", date(2022, 11, 29)) == {"luc"}
    assert representatives(town, "vervoer", date(2022, 11, 30)) == {"jan"}
    assert representatives(town, "vervoer", date(2099, 1, 1)) == {"jan", "sofie"}


def test_a_permanent_representative_represents_while_the_company_is_director(town: Town) -> None:
    assert representatives(town, "textiel", date(2021, 6, 29)) == {"chloe"}
    assert representatives(town, "textiel", date(2021, 6, 30)) == set()


def test_one_person_represents_thirty_enterprises(town: Town) -> None:
    assert len(town.enterprises_represented_by("marguerite", TODAY)) == 30
    assert town.enterprises_represented_by("emma", TODAY) == frozenset()


def test_a_function_ended_no_longer_represents_from_that_day(town: Town) -> None:
    town.end_function("els", "bakkerij", TODAY)
    assert representatives(town, "bakkerij", TODAY - timedelta(days=1)) == {"els"}
    assert representatives(town, "bakkerij") == set()
    assert town.functions_in("bakkerij")[0].end_reason == "004"


def test_a_function_already_ended_keeps_its_end(town: Town) -> None:
    before = town.functions_of("luc")
    town.end_function("luc", "vervoer", TODAY)
    assert town.functions_of("luc") == before


def test_a_function_begun_represents_and_is_told_apart_from_the_former(town: Town) -> None:
    town.end_function("els", "bakkerij", TODAY)
    town.begin_function("els", "bakkerij", TODAY, code="10006")
    town.begin_function("koen", "bakkerij", TODAY)
    assert representatives(town, "bakkerij") == {"els", "koen"}
    assert [function.sequence for function in town.functions_of("els")] == ["001", "002"]


def test_an_enterprise_that_ceases_has_no_representatives(town: Town) -> None:
    town.cease("holding", TODAY)
    assert town.enterprise("holding").status == "ST"
    assert representatives(town, "holding") == representatives(town, "chocolaterie") == set()


def test_an_absorbed_enterprise_names_its_successor(town: Town) -> None:
    town.absorb("bakkerij", "opslorper", TODAY)
    absorbed = town.enterprise("bakkerij")
    assert absorbed.successor == (town.enterprise("opslorper").number, "2026-03-02")
    assert absorbed.stopped == ("021", "2026-03-02")
    assert representatives(town, "bakkerij") == set()


def test_the_dead_represent_nobody_from_the_day_they_died(town: Town) -> None:
    town.bury("els", TODAY)
    assert representatives(town, "bakkerij", TODAY - timedelta(days=1)) == {"els"}
    assert representatives(town, "bakkerij") == set()


def test_a_person_renumbered_keeps_everything(town: Town) -> None:
    former, number = town.person("els").number, national_number("1971-04-12", 991)
    town.renumber("els", number)
    assert town.person("els").number == number
    assert town.former_numbers("els") == (former,)
    assert town.legal_representatives_of("bakkerij", TODAY) == {number}
    with pytest.raises(ValueError, match="has that number"):
        town.renumber("koen", former)


def test_a_cancelled_number_represents_nobody(town: Town) -> None:
    town.cancel_number("els")
    assert representatives(town, "bakkerij") == set()


def test_nobody_is_found_without_a_word_about_the_number(town: Town) -> None:
    for ask in (lambda: town.person(town.unknown_person), lambda: town.person("nobody")):
        with pytest.raises(NobodyThere, match="no such person") as caught:
            ask()
        assert town.unknown_person.digits not in str(caught.value)
    for number in (town.unknown_enterprise, "nothing"):
        with pytest.raises(NobodyThere, match="no such enterprise"):
            town.enterprise(number)


def test_what_a_record_prints_shows_no_national_number(town: Town) -> None:
    els = town.person("els")
    assert els.number.digits not in repr(els)
    assert els.number.digits not in repr(town.functions_of("els"))
    assert "number" in {one.name for one in fields(els)}


def test_a_span_has_its_first_day_and_not_its_last() -> None:
    span = Span.of_texts("2020-01-01", "2020-12-31")
    assert span.contains(date(2020, 1, 1))
    assert not span.contains(date(2020, 12, 31))
    assert Span().contains(TODAY)
    assert Span().cut(TODAY) == Span(None, TODAY)
    assert span.cut(TODAY) == span
