"""Whoever is shown something of a person's to somebody else is written down first; the person reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.schema.world import World, opened

CHIEF = "query($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { chiefAccessManager { id person { id } } } }"
LOOKED = (
    "query($first: Int, $after: String) { viewer { consultations(first: $first, after: $after) { endCursor hasNextPage "
    "consultations { at what purpose by { kind client person { id } } enterprise { enterpriseNumber } } } } }"
)


MAY = (
    "query($n: EnterpriseNumber!, $p: ID!) "
    '{ mayManage(enterpriseNumber: $n, person: {id: $p}, domain: "WELFARE") { allowed } }'
)


async def consultations(world: World, handle: str, **paged: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await world.ask(LOOKED, world.person(handle), **paged)).ok["viewer"]["consultations"]
    return found


async def seen(world: World, handle: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await consultations(world, handle))["consultations"]
    return found


async def test_a_disclosure_is_one_row_with_who_what_for_which_enterprise_and_what_for(world_on_both: World) -> None:
    world = world_on_both
    await world.staff_bakkerij()
    before = len(await seen(world, "koen"))
    purpose = {"x-purpose": "dossier RSZ 12"}
    assert (await world.ask(CHIEF, world.system("UMAN"), purpose, n=world.number("bakkerij"))).ok
    now = await seen(world, "koen")
    assert len(now) == before + 1
    assert now[0].pop("at")
    assert now[0] == {
        "what": "mandates",
        "purpose": "dossier RSZ 12",
        "by": {"kind": "CLIENT", "client": "UMAN", "person": None},
        "enterprise": {"enterpriseNumber": world.number("bakkerij")},
    }


async def test_the_same_person_by_many_ways_in_one_question_is_one_row(staffed_anew: World) -> None:
    world = staffed_anew
    document = (
        "query($n: EnterpriseNumber!, $id: ID!) { a: enterprise(enterpriseNumber: $n) "
        "{ chiefAccessManager { id } accessManagers { id } history(first: 6) { changes { id } } } "
        "b: enterprises(enterpriseNumbers: [$n, $n]) { chiefAccessManager { id } } accessManager(id: $id) { id } }"
    )
    before = await world.rows("consultations")
    await world.ask(document, world.system("OPERATOR"), n=world.number("bakkerij"), id=world.ids["koen"])
    assert await world.rows("consultations") == before + 4  # koen, nadia, tom and lien, once each


async def test_to_oneself_nothing_is_disclosed(staffed_anew: World) -> None:
    world = staffed_anew
    before = await world.rows("consultations")
    for document in (
        CHIEF,
        "{ viewer { person { nationalNumber familyName } enterprises { capacities } } }",
        "query($n: EnterpriseNumber!) "
        '{ mayManage(enterpriseNumber: $n, person: {me: true}, domain: "FINANCE") { allowed } }',
    ):
        variables = {"n": world.number("bakkerij")} if "$n" in document else {}
        assert (await world.ask(document, world.person("koen"), **variables)).ok
    assert await world.rows("consultations") == before


async def test_a_national_number_a_decision_and_the_feed_are_told_apart(staffed_anew: World) -> None:
    world = staffed_anew
    uman = world.system("UMAN")
    number = CHIEF.replace("person { id }", "person { nationalNumber }")
    await world.ask(number, uman, n=world.number("bakkerij"))
    await world.ask("{ changes(first: 1) { changes { id } } }", uman)
    await world.ask("{ snapshot { mandates { id } } }", uman)
    await world.ask(MAY, uman, n=world.number("bakkerij"), p=await world.person_id("koen"))
    found = await seen(world, "koen")
    told = [each["what"] for each in found if each["by"]["client"] == "UMAN"]
    assert sorted(told) == [
        "mandates",
        "mandates, in the feed",
        "mandates, in the feed",
        "national number",
        "whether they may manage access",
    ]


async def test_a_refusal_discloses_nothing_and_writes_nothing(staffed_anew: World) -> None:
    world = staffed_anew
    before = await world.rows("consultations")
    for token in (None, world.person("emma"), world.unscoped("UMAN")):
        await world.ask(CHIEF, token, n=world.number("bakkerij"))
    assert await world.rows("consultations") == before


async def test_what_cannot_be_written_down_is_not_disclosed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'btb.sqlite'}"
    async with opened(url, tmp_path, BTB_DATABASE_WAITING="0.2") as world:
        await world.staff_bakkerij()
        documents = {
            CHIEF: {"n": world.number("bakkerij")},
            "query($id: ID!) { accessManager(id: $id) { person { familyName } } }": {"id": world.ids["koen"]},
            "{ changes { changes { accessManager { person { familyName } } } } }": {},
            "{ snapshot { mandates { person { familyName } } } }": {},
            "query($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) "
            "{ delegations { edges { node { id } } } history { changes { id } } accessManagers { id } } }": {
                "n": world.number("bakkerij")
            },
            MAY: {"n": world.number("bakkerij"), "p": await world.person_id("koen")},
        }
        uman = world.system("UMAN")
        async with world.house.database.working():  # SQLite has one writer: whoever else would write waits in vain
            for document, variables in documents.items():
                answer = await world.ask(document, uman, **variables)
                assert set(answer.codes) == {"RETRYABLE"}, document
                assert "Dhaeseleer" not in str(answer)
                assert not [id for id in world.ids.values() if id in str(answer.data)]
        assert (await world.ask(CHIEF, uman, n=world.number("bakkerij"))).ok


async def test_consultations_are_read_in_pages_newest_first(staffed_anew: World) -> None:
    world = staffed_anew
    for name in ("UMAN", "RMA", "VO_TGB", "OPERATOR"):
        await world.ask(CHIEF, world.system(name), n=world.number("bakkerij"))
    whole = await seen(world, "koen")
    paged, after = [], None
    while True:
        page = await consultations(world, "koen", first=2, after=after)
        paged += page["consultations"]
        after = page["endCursor"]
        if not page["hasNextPage"]:
            break
    assert paged == whole
    assert [each["by"]["client"] for each in whole[:4]] == ["OPERATOR", "VO_TGB", "RMA", "UMAN"]
    for wrong in ({"first": 201}, {"first": -1}, {"after": "elsewhere"}):
        answer = await world.ask(LOOKED, world.person("koen"), **wrong)
        assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_purpose_is_kept_within_bounds(staffed_anew: World) -> None:
    world = staffed_anew
    await world.ask(CHIEF, world.system("UMAN"), {"x-purpose": "x" * 5000}, n=world.number("bakkerij"))
    assert (await seen(world, "koen"))[0]["purpose"] == "x" * 400


@pytest_asyncio.fixture
async def staffed_anew(world: World) -> AsyncIterator[World]:
    await world.staff_bakkerij()
    yield world
