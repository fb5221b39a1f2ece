"""A national number is replaced: whoever had a mandate under the old one has it under the new one, and only once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from btb.identifiers import NationalNumber
from datasources.register.charts import charts
from datasources.register.database import Database
from datasources.register.keys import KeyRing
from datasources.register.persons import PersonDirectory
from datasources.register.verify import findings
from datasources.rehearsal.numbers import national_number
from resolvers.context import House
from tests.cast import BAKERY, CHIEF, FINANCE, MANAGER, MOBILITY, REPRESENTATIVE, enterprise_of, number_of
from tests.graphql import client
from tests.journeys.opening import opened
from tests.journeys.world import MAY_MANAGE, World, codes, mutation

NEW = national_number("1983-01-06", 777)
BAKERY_NUMBER = enterprise_of(BAKERY).digits
NAMES = """query Names($n: EnterpriseNumber!) {
  enterprise(enterpriseNumber: $n) { accessManagers { id role person { id familyName } } }
}"""
MINE = "{ viewer { person { id } enterprises { enterprise { enterpriseNumber } capacities } } }"
ENTITY = """query($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Person { id familyName } }
}"""
HISTORY = """query History($n: EnterpriseNumber!) {
  enterprise(enterpriseNumber: $n) {
    history(first: 200) { changes { type cause endReason recordedAt accessManager { role person { id } } } }
  }
}"""


@pytest.fixture
async def world(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The service, which asks its sources each time."""
    monkeypatch.setenv("BTB_CACHE_ENTRIES", "0")
    app, sources = opened(database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        yield World(app, ask, sources[0], database_url)


@pytest.fixture
async def elsewhere(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Another replica on the same PostgreSQL; on SQLite, which has one process, the same once more."""
    if not world.database_url.startswith("postgresql"):
        yield world
        return
    app, sources = opened(world.database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        yield World(app, ask, sources[0], world.database_url)


class Renumbered:
    """Tom with his new number, and those who deal with him by it."""

    def __init__(self, world: World, number: NationalNumber = NEW) -> None:
        self.world, self.number = world, number

    async def asks(self, document: str, variables: dict[str, Any] | None = None) -> Any:
        """One operation of his, logged in with the new number."""
        assert self.world.app.issuer is not None
        token = self.world.app.issuer.token_for_person(self.number)
        return (await self.world.ask.query(document, variables or {}, token=token)).ok

    async def appointed(self, by: str, request: str, **more: Any) -> dict[str, Any]:
        """Somebody appoints him by the new number."""
        person = {"nationalNumber": self.number.digits}
        return await self.world.request(by, request, enterpriseNumber=BAKERY_NUMBER, person=person, **more)

    async def may(self, domain: str, at: str | None = None) -> Any:
        """May he manage a domain, by the new number."""
        document = MAY_MANAGE.replace("$domain: ID!", "$domain: ID!, $at: DateTime").replace(
            "domain: $domain)", "domain: $domain, at: $at)"
        )
        asked = {"enterprise": BAKERY_NUMBER, "person": {"nationalNumber": self.number.digits}, "domain": domain}
        return (await self.world.query("OPERATOR", document, {**asked, "at": at})).ok["mayManage"]


async def look(world: World) -> list[dict[str, Any]]:
    """An operator looks at who is in office, with names: that asks the register of persons by the number we know."""
    answer = await world.query("OPERATOR", NAMES, {"n": BAKERY_NUMBER})
    found: list[dict[str, Any]] = answer.ok["enterprise"]["accessManagers"]
    return found


async def history(world: World) -> list[dict[str, Any]]:
    answer = await world.query("OPERATOR", HISTORY, {"n": BAKERY_NUMBER})
    found: list[dict[str, Any]] = answer.ok["enterprise"]["history"]["changes"]
    return found


async def until(reached: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not await reached():  # noqa: ASYNC110 what is waited for is the register's duty
            await asyncio.sleep(0.05)


def house_of(world: World) -> House:
    assert world.app._house is not None
    return world.app._house


async def nothing_is_off(world: World) -> None:
    """The register is whole, and nothing in office stands under an id that is somebody else's."""
    house = house_of(world)
    assert [str(each) async for each in findings(house.database)] == []
    async with house.database.reading() as session:
        chart = (await charts(session, [enterprise_of(BAKERY)]))[enterprise_of(BAKERY)]
    named = await house.directory.named([each.person for each in chart.mandates])
    assert all(named[each.person].person == each.person for each in chart.mandates)
    assert len({each.person for each in chart.mandates}) == len(chart.mandates)


async def test_whoever_logs_in_with_the_new_number_is_who_was_appointed_by_the_old_one(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, MANAGER)
    world.sources.town.renumber(MANAGER, NEW)
    tom = Renumbered(world)
    assert (await tom.asks(MINE))["viewer"]["enterprises"] == []
    (chief,) = await look(world)
    viewer = (await tom.asks(MINE))["viewer"]
    assert viewer["person"]["id"] == chief["person"]["id"]
    assert [each["capacities"] for each in viewer["enterprises"]] == [["CHIEF"]]
    assert (await tom.may(FINANCE))["reason"] == "IS_CHIEF"
    ended = await tom.asks(mutation("endAppointment"), {"input": {"accessManagerId": chief["id"]}})
    assert ended["endAppointment"]["accessManager"]["endReason"] == "RESIGNED"
    assert [each["cause"] for each in await history(world)] == ["REQUEST"] * 3
    await nothing_is_off(world)


async def test_two_mandates_of_one_person_become_one_and_both_stay_explained(world: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    await world.appoint_manager(CHIEF, MANAGER, FINANCE, MOBILITY)
    world.sources.town.renumber(MANAGER, NEW)
    tom = Renumbered(world)
    made = await tom.appointed(CHIEF, "appointCoChiefAccessManager", affiliation="EMPLOYEE")
    assert codes(made) == []
    before = (await history(world))[-1]["recordedAt"]
    old, new = [each["person"]["id"] for each in sorted(await look(world), key=lambda each: each["role"])[:0:-1]]

    async def told() -> list[dict[str, Any]]:
        return [each for each in await history(world) if each["cause"] == "NUMBER_REPLACED"]

    await until(told)
    assert [(each["type"], each["accessManager"]["person"]["id"]) for each in await told()] == [
        ("APPOINTMENT_ENDED", new),
        ("DELEGATION_ENDED", old),
        ("DELEGATION_ENDED", old),
        ("APPOINTMENT_ENDED", old),
        ("CO_CHIEF_APPOINTED", old),
    ]
    assert (await tom.may("ENERGY"))["reason"] == "IS_CO_CHIEF"
    assert (await tom.may("ENERGY", at=before))["reason"] == "IS_CO_CHIEF"
    asked = {"enterprise": BAKERY_NUMBER, "person": {"id": new}, "domain": FINANCE}
    assert (await world.query("OPERATOR", MAY_MANAGE, asked)).ok["mayManage"]["reason"] == "IS_CO_CHIEF"
    entity = {"representations": [{"__typename": "Person", "id": each} for each in (new, old)]}
    found = (await world.query("UMAN", ENTITY, entity)).ok["_entities"]
    assert found == [{"id": old, "familyName": found[1]["familyName"]}] * 2
    (mine,) = (await tom.asks(MINE))["viewer"]["enterprises"]
    assert mine["capacities"] == ["CO_CHIEF"]
    again = await tom.appointed(CHIEF, "appointAccessManager", domains=[FINANCE])
    assert codes(again) == ["ALREADY_APPOINTED"]
    await nothing_is_off(world)


async def test_an_appointment_meanwhile_never_leaves_one_person_with_two(world: World, elsewhere: World) -> None:
    await world.appoint_chief(REPRESENTATIVE, CHIEF)
    numbers = [number_of(MANAGER)]
    for turn in range(8):
        numbers.append(national_number("1984-02-07", 700 + turn))
        await elsewhere.request(
            CHIEF,
            "appointAccessManager",
            enterpriseNumber=BAKERY_NUMBER,
            person={"nationalNumber": numbers[-2].digits},
            domains=[FINANCE],
        )
        for each in {id(one): one for one in (world, elsewhere)}.values():
            each.sources.town.renumber(MANAGER, numbers[-1])
        await Renumbered(elsewhere, numbers[-1]).asks(MINE)
        appointing = Renumbered(elsewhere, numbers[-1]).appointed(
            CHIEF, "appointCoChiefAccessManager", affiliation="EMPLOYEE"
        )
        made, _ = await asyncio.gather(appointing, look(world))
        assert codes(made) in ([], ["ALREADY_APPOINTED"])

    async def one() -> bool:
        in_office = await look(world)
        return [each["role"] for each in in_office] == ["CHIEF", "CO_CHIEF"]

    await until(one)
    await nothing_is_off(world)


async def test_what_nobody_wrote_while_nobody_ran_is_written_at_the_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, sources = opened(database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        world = World(app, ask, sources[0], database_url)
        await world.appoint_chief(REPRESENTATIVE, MANAGER)
        await Renumbered(world).asks(MINE)
    database = Database.open(database_url)
    directory = PersonDirectory(database, KeyRing.load(tmp_path / "person-keys"))
    one = await directory.replaced(NEW, number_of(MANAGER))  # the id that holds nothing stays
    await database.close()
    app, sources = opened(database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        world = World(app, ask, sources[0], database_url)
        await until(lambda: chief_is(world, str(one.person)))
        assert (await world.may(MANAGER, FINANCE))["reason"] == "IS_CHIEF"
        await nothing_is_off(world)


async def chief_is(world: World, person: str) -> bool:
    return [each["person"]["id"] for each in await look(world)] == [person]
