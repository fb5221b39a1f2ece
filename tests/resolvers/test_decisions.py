"""May this person manage this domain: every reason, now and at a past moment, and while sources are away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from datasources.rehearsal import Trouble
from datasources.rehearsal.questions import Service
from tests.schema.world import World, opened

MAY = (
    "query($n: EnterpriseNumber!, $p: PersonReference!, $d: ID!, $at: DateTime) "
    "{ mayManage(enterpriseNumber: $n, person: $p, domain: $d, at: $at) { allowed reason at enterpriseVersion "
    "explanation(language: EN) because { __typename ... on AccessManager { id } ... on Delegation { id } } "
    "sources { source stale } } }"
)
MANY = "query($q: [AccessQuestion!]!) { mayManageMany(questions: $q) { allowed reason } }"


@pytest_asyncio.fixture
async def bakery(world: World) -> AsyncIterator[World]:
    await world.staff_bakkerij()
    yield world


@pytest_asyncio.fixture
async def keeping_nothing(tmp_path: Path) -> AsyncIterator[World]:
    """The bakery, with no answer of a source kept for later."""
    settings = {"BTB_CACHE_SECONDS": "0", "BTB_CACHE_STALE_SECONDS": "0"}
    async with opened(f"sqlite:///{tmp_path / 'btb.sqlite'}", tmp_path, **settings) as world:
        await world.staff_bakkerij()
        yield world


async def may(world: World, who: str | dict[str, Any], domain: str = "FINANCE", **more: Any) -> dict[str, Any]:
    """The decision about somebody by handle, as an operator is told."""
    person = {"nationalNumber": world.national(who)} if isinstance(who, str) else who
    enterprise = more.pop("enterprise", world.number("bakkerij"))
    answer = await world.ask(MAY, world.system("OPERATOR"), n=enterprise, p=person, d=domain, **more)
    found: dict[str, Any] = answer.ok["mayManage"]
    return found


def later(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


async def test_a_yes_rests_on_the_mandate_or_delegation(bakery: World) -> None:
    for who, domain, reason, kind, key in (
        ("koen", "FINANCE", "IS_CHIEF", "AccessManager", "koen"),
        ("nadia", "ENERGY", "IS_CO_CHIEF", "AccessManager", "nadia"),
        ("tom", "FINANCE", "HAS_DELEGATION", "Delegation", "tom:FINANCE"),
    ):
        found = await may(bakery, who, domain)
        assert (found["allowed"], found["reason"]) == (True, reason)
        assert found["because"] == [{"__typename": kind, "id": bakery.ids[key]}]
        assert found["explanation"]
        assert {"source": "KBO", "stale": False} in found["sources"]


async def test_a_person_is_named_by_number_by_id_or_as_oneself(bakery: World) -> None:
    by_id = await may(bakery, {"id": await bakery.person_id("tom")})
    assert by_id["reason"] == "HAS_DELEGATION"
    given = {"n": bakery.number("bakkerij"), "p": {"me": True}, "d": "FINANCE"}
    mine = await bakery.ask(MAY, bakery.person("tom"), **given)
    assert mine.ok["mayManage"]["reason"] == "HAS_DELEGATION"


async def test_every_no_has_its_reason(bakery: World) -> None:
    koen = bakery.person("koen")
    reached = {"enterpriseNumber": bakery.number("bakkerij")}
    await bakery.request("suspendAccessManager", koen, accessManagerId=bakery.ids["lien"], note="on leave")
    greta = {"nationalNumber": bakery.national("greta")}
    coming = {**reached, "person": greta, "domains": ["ENERGY"], "validFrom": later(days=3)}
    assert (await bakery.request("appointAccessManager", koen, **coming))["__typename"] == "AppointmentMade"
    for who, domain, reason in (
        ("emma", "FINANCE", "NO_MANDATE"),
        ("tom", "ENERGY", "NOT_THIS_DOMAIN"),
        ("lien", "SOCIAL_SECURITY", "SUSPENDED"),
        ("greta", "ENERGY", "NOT_YET_VALID"),
        ("tom", "NO_SUCH_DOMAIN", "UNKNOWN_DOMAIN"),
        ("dirk", "FINANCE", "PERSON_DECEASED"),
        ("els", "FINANCE", "NO_MANDATE"),
    ):
        found = await may(bakery, who, domain)
        assert (found["allowed"], found["reason"]) == (False, reason), who
        assert found["explanation"]
    nobody = {"nationalNumber": bakery.town.unknown_person.digits}
    assert (await may(bakery, nobody))["reason"] == "UNKNOWN_PERSON"
    assert (await may(bakery, {"id": "no id"}))["reason"] == "UNKNOWN_PERSON"
    unknown = bakery.town.unknown_enterprise.digits
    assert (await may(bakery, "koen", enterprise=unknown))["reason"] == "UNKNOWN_ENTERPRISE"
    ceased = bakery.number("gestopt")
    found = await may(bakery, "koen", enterprise=ceased)
    assert found["reason"] == "ENTERPRISE_NOT_ACTIVE"
    assert "(status: stopped)" in found["explanation"]
    assert "vereffening" not in found["explanation"]  # KBO has no English word for its situation
    await bakery.request("revokeDelegation", koen, delegationId=bakery.ids["tom:FINANCE"])
    assert (await may(bakery, "tom"))["reason"] == "ENDED"


async def test_somebody_without_mandate_is_told_who_can_change_that(keeping_nothing: World) -> None:
    world = keeping_nothing
    els = await may(world, "els")
    assert [each["__typename"] for each in els["because"]] == ["LegalRepresentative"]
    assert els["explanation"].endswith(
        "As legal representative this person can appoint a chief access manager, also themself."
    )
    assert "the domain Finance" in els["explanation"]
    emma = await may(world, "emma")
    assert (emma["because"], "The chief access manager can appoint" in emma["explanation"]) == ([], True)
    elsewhere = await may(world, "emma", enterprise=world.number("brouwerij"))
    assert "a legal representative has to appoint one" in elsewhere["explanation"]
    assert (await may(world, "els", at="2020-01-01T00:00:00Z"))["because"] == []
    world.switches.refused = Trouble(service=Service.FUNCTIONS.value)
    unasked = await may(world, "els")
    assert (unasked["reason"], unasked["because"]) == ("NO_MANDATE", [])


async def test_a_past_moment_is_answered_as_it_was_recorded_then(bakery: World) -> None:
    during = later()
    await bakery.request("endAppointment", bakery.person("koen"), accessManagerId=bakery.ids["nadia"])
    ended = await may(bakery, "nadia")
    assert (ended["reason"], "Finance" in ended["explanation"]) == ("ENDED", False)
    then = await may(bakery, "nadia", at=during)
    assert (then["allowed"], then["reason"]) == (True, "IS_CO_CHIEF")
    assert then["enterpriseVersion"] < (await may(bakery, "nadia"))["enterpriseVersion"]
    assert (await may(bakery, "nadia", at="2020-01-01T00:00:00Z"))["reason"] == "NO_MANDATE"


async def test_nobody_is_given_an_id_for_being_asked_about(bakery: World) -> None:
    before = await bakery.rows("persons")
    await may(bakery, "heidi")
    await may(bakery, {"nationalNumber": bakery.town.unknown_person.digits})
    assert await bakery.rows("persons") == before


@pytest.mark.parametrize("service", [Service.ENTERPRISE, Service.PERSON])
async def test_without_a_source_a_no_of_the_register_stands_and_a_yes_fails_closed(
    keeping_nothing: World, service: Service
) -> None:
    elsewhere = keeping_nothing.number("brouwerij")
    await keeping_nothing.appoint("appointChiefAccessManager", "pierre", "heidi", "brouwerij", affiliation="EMPLOYEE")
    keeping_nothing.switches.refused = Trouble(service=service.value)
    given = {"n": elsewhere, "d": "FINANCE", "at": None}
    operator = keeping_nothing.system("OPERATOR")
    yes = await keeping_nothing.ask(MAY, operator, **given, p={"nationalNumber": keeping_nothing.national("heidi")})
    assert yes.data is None
    assert yes.codes == ["SOURCE_UNAVAILABLE"]
    no = await keeping_nothing.ask(MAY, operator, **given, p={"nationalNumber": keeping_nothing.national("felix")})
    assert (no.ok["mayManage"]["allowed"], no.ok["mayManage"]["reason"]) == (False, "NO_MANDATE")


async def test_a_death_counts_at_once(keeping_nothing: World) -> None:
    assert (await may(keeping_nothing, "tom"))["allowed"]
    keeping_nothing.town.bury("tom", date(2026, 1, 1))
    assert (await may(keeping_nothing, "tom"))["reason"] == "PERSON_DECEASED"


async def test_a_thousand_are_answered_in_order_and_in_four_statements(bakery: World) -> None:
    enterprises = [each.number.digits for each in bakery.town.enterprises][:200]
    people = [await bakery.person_id(handle) for handle in ("koen", "nadia", "tom", "lien", "emma")]
    questions = [
        {"enterpriseNumber": enterprise, "person": {"id": person}, "domain": "FINANCE"}
        for enterprise in enterprises
        for person in people
    ]
    assert len(questions) == 1000
    token = bakery.system("OPERATOR")
    await bakery.ask(MANY, token, q=questions)
    with bakery.counting() as statements, bakery.questions() as asked:
        found = (await bakery.ask(MANY, token, q=questions)).ok["mayManageMany"]
    place = enterprises.index(bakery.number("bakkerij")) * 5
    assert [each["reason"] for each in found[place : place + 5]] == [
        "IS_CHIEF",
        "IS_CO_CHIEF",
        "HAS_DELEGATION",
        "NOT_THIS_DOMAIN",
        "NO_MANDATE",
    ]
    assert sum(each["allowed"] for each in found) == 3
    assert not asked
    # Writing down to whom it was shown is a transaction of its own; the answer itself takes four statements at most.
    reads = [each for each in statements if "consultations" not in each and not each.startswith("BEGIN")]
    assert len(reads) <= 4, reads


async def test_one_too_many_is_refused_and_none_is_answered_with_none(bakery: World) -> None:
    one = {"enterpriseNumber": bakery.number("bakkerij"), "person": {"id": "x"}, "domain": "FINANCE"}
    refused = await bakery.ask(MANY, bakery.system("OPERATOR"), q=[one] * 1001)
    assert refused.data is None
    assert len(refused.codes) == 1
    assert (await bakery.ask(MANY, bakery.system("OPERATOR"), q=[])).ok == {"mayManageMany": []}


async def test_exactly_one_way_of_naming_somebody_is_asked_for(bakery: World) -> None:
    given = {"n": bakery.number("bakkerij"), "d": "FINANCE"}
    for wrong in ({}, {"me": True, "id": "x"}, {"id": None}, {"nationalNumber": None}):
        answer = await bakery.ask(MAY, bakery.system("OPERATOR"), **given, p=wrong)
        assert answer.data is None
        assert answer.codes == ["BAD_USER_INPUT"], wrong
