"""Who may see or do what: the table in the code, the table in the document, and what follows from it."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from btb.actors import Anonymous, Citizen, Client, Scope
from btb.authority import AUTHORITY, Capacity, Deed, Level, Reach, Ties, Verdict, may, verdict
from btb.identifiers import NationalNumber, NumberKind
from btb.mandates import AccessManagerRole
from btb.persons import PersonId
from btb.policy import AppointmentPolicy

DOCUMENT = Path(__file__).parents[2] / "docs" / "authority.md"
SUFFIXES = {Reach.EVERYWHERE: "", Reach.SERVED: " (served)", Reach.OWN: " (own)"}
LEVELS = {Level.ANY: "", Level.CHIEF: "chief", Level.OTHER: "other"}
COLUMNS = [
    *("deed", "what", "anybody", "the person", "legal representative"),
    *("chief", "co-chief", "access manager", "machine client", "level"),
]


def citizen(assurance: int = 500, scopes: frozenset[Scope] = frozenset()) -> Citizen:
    return Citizen(PersonId(UUID(int=1)), NationalNumber("00000000000", NumberKind.TEST), assurance, scopes)


def client(*scopes: Scope) -> Client:
    return Client("somebody", frozenset(scopes), system="UMAN")


def documented() -> dict[str, list[str]]:
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert cells[0] == COLUMNS
    return {row[0].strip("`"): row[2:] for row in cells[2:]}


def ruled() -> dict[str, list[str]]:
    table = {}
    for deed, rule in AUTHORITY.items():
        by_setting = {Capacity.CO_CHIEF: f"`{rule.co_chief_setting}`"} if rule.co_chief_setting else {}
        citizens = ["yes" if each in rule.citizens else by_setting.get(each, "") for each in Capacity]
        clients = ", ".join(f"`{scope}`{SUFFIXES[reach]}" for scope, reach in sorted(rule.clients.items()))
        table[deed.value] = ["yes" if rule.anybody else "", *citizens, clients, LEVELS[rule.level]]
    return table


def test_the_document_and_the_code_say_the_same() -> None:
    assert documented() == ruled()


def test_every_deed_has_a_row() -> None:
    assert set(AUTHORITY) == set(Deed)


@pytest.mark.parametrize("deed", Deed)
def test_somebody_unknown_may_only_what_anybody_may(deed: Deed) -> None:
    every_tie = Ties(True, True, frozenset(AccessManagerRole), True, True)
    expected = Verdict.ALLOWED if AUTHORITY[deed].anybody else Verdict.UNAUTHENTICATED
    assert verdict(deed, Anonymous(), every_tie) is expected


@pytest.mark.parametrize("deed", [deed for deed in Deed if not AUTHORITY[deed].anybody])
def test_a_citizen_without_ties_and_a_client_without_scopes_may_nothing(deed: Deed) -> None:
    assert verdict(deed, citizen()) is Verdict.FORBIDDEN
    assert verdict(deed, client(), Ties(serves=True, own=True)) is Verdict.FORBIDDEN


def test_scopes_do_not_make_a_citizen_a_client() -> None:
    assert not may(Deed.READ_STATISTICS, citizen(scopes=frozenset(Scope)))
    assert not may(Deed.READ_FEED, citizen(scopes=frozenset(Scope)))


def test_ties_to_an_enterprise_do_not_make_a_client_a_citizen() -> None:
    every_tie = Ties(True, True, frozenset(AccessManagerRole))
    assert not may(Deed.APPOINT_CHIEF, client(*Scope), every_tie)


def test_a_citizen_sees_the_mandates_of_enterprises_they_represent_or_hold_a_mandate_in() -> None:
    assert may(Deed.READ_MANDATES, citizen(100), Ties(represents=True))
    assert may(Deed.READ_MANDATES, citizen(100), Ties(roles=frozenset({AccessManagerRole.DOMAIN})))
    assert not may(Deed.READ_MANDATES, citizen(500))


def test_an_access_manager_of_some_domains_sees_no_contact_but_their_own() -> None:
    mine = frozenset({AccessManagerRole.DOMAIN})
    assert not may(Deed.READ_CONTACT, citizen(), Ties(roles=mine))
    assert may(Deed.READ_CONTACT, citizen(), Ties(roles=mine, the_person=True))


def test_a_system_sees_mandates_only_as_far_as_it_serves() -> None:
    uman = client(Scope.MANDATES_READ)
    assert may(Deed.READ_MANDATES, uman, Ties(serves=True))
    assert not may(Deed.READ_MANDATES, uman)


def test_a_system_confirms_the_feed_for_itself_alone() -> None:
    uman = client(Scope.FEED_READ, Scope.FEED_ACKNOWLEDGE)
    assert may(Deed.ACKNOWLEDGE_FEED, uman, Ties(own=True))
    assert not may(Deed.ACKNOWLEDGE_FEED, uman)
    assert not may(Deed.ACKNOWLEDGE_FEED, client(Scope.OPERATE), Ties(own=False))


def test_a_national_number_is_for_its_person_and_for_those_with_the_scope() -> None:
    assert may(Deed.READ_NATIONAL_NUMBER, citizen(), Ties(the_person=True))
    assert not may(Deed.READ_NATIONAL_NUMBER, citizen(), Ties(represents=True, roles=frozenset(AccessManagerRole)))
    assert may(Deed.READ_NATIONAL_NUMBER, client(Scope.PERSON_IDENTIFY))
    assert not may(Deed.READ_NATIONAL_NUMBER, client(Scope.MANDATES_READ, Scope.OPERATE), Ties(serves=True))


def test_a_representative_with_a_weak_login_is_told_to_log_in_more_strongly() -> None:
    ties = Ties(represents=True)
    assert verdict(Deed.APPOINT_CHIEF, citizen(400), ties) is Verdict.ASSURANCE_TOO_LOW
    assert verdict(Deed.APPOINT_CHIEF, citizen(450), ties) is Verdict.ALLOWED
    strict = AppointmentPolicy(chief_assurance=500)
    assert verdict(Deed.APPOINT_CHIEF, citizen(450), ties, strict) is Verdict.ASSURANCE_TOO_LOW


def test_a_chief_appoints_access_managers_at_level_400_and_no_chief_at_all() -> None:
    ties = Ties(roles=frozenset({AccessManagerRole.CHIEF}))
    assert may(Deed.APPOINT_ACCESS_MANAGER, citizen(400), ties)
    assert verdict(Deed.APPOINT_ACCESS_MANAGER, citizen(300), ties) is Verdict.ASSURANCE_TOO_LOW
    assert verdict(Deed.APPOINT_CHIEF, citizen(500), ties) is Verdict.FORBIDDEN


def test_settings_decide_what_a_co_chief_may() -> None:
    ties = Ties(roles=frozenset({AccessManagerRole.CO_CHIEF}))
    assert may(Deed.APPOINT_ACCESS_MANAGER, citizen(), ties)
    assert not may(Deed.APPOINT_CO_CHIEF, citizen(), ties)
    wide = AppointmentPolicy(co_chiefs_appoint_co_chiefs=True, co_chiefs_appoint_access_managers=False)
    assert may(Deed.APPOINT_CO_CHIEF, citizen(), ties, wide)
    assert not may(Deed.APPOINT_ACCESS_MANAGER, citizen(), ties, wide)


def test_every_setting_named_in_the_table_is_one_of_the_policy() -> None:
    named = {rule.co_chief_setting for rule in AUTHORITY.values()} - {None}
    assert named == {
        "co_chiefs_replace_chief",
        "co_chiefs_appoint_co_chiefs",
        "co_chiefs_appoint_access_managers",
    }
    assert all(isinstance(getattr(AppointmentPolicy(), str(name)), bool) for name in named)
