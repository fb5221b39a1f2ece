"""KBO slow, down, dripping, or answering nonsense: the documented answer, in time, and never a traceback."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from datasources.rehearsal import Trouble
from tests.graphql import Answer
from tests.schema.world import World, opened

DEADLINE = 0.6
MARGIN = 0.1
NAMES = (
    "query($n: [EnterpriseNumber!]!) { enterprises(enterpriseNumbers: $n) { enterpriseNumber version name status "
    'juridicalForm { code } legalRepresentatives { since } source { source stale } } domain(code: "FINANCE") { code } }'
)
KBO_FIELDS = ("name", "status", "juridicalForm", "legalRepresentatives", "source")


@pytest_asyncio.fixture(params=["1", "5"], ids=["one at a time", "in chunks"])
async def hurried(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A short deadline, nothing kept for reads, and no breaker that would hide a fault behind another."""
    url = f"sqlite:///{tmp_path / 'btb.sqlite'}"
    settings = {"BTB_MAGDA_DEADLINE": str(DEADLINE), "BTB_MAGDA_FAILURES_TO_OPEN": "1000", "BTB_CACHE_SECONDS": "0"}
    async with opened(url, tmp_path, BTB_MAGDA_CHUNK=request.param, **settings) as world:
        yield world


async def timed(world: World, *handles: str) -> tuple[Answer, float]:
    began = time.perf_counter()
    answer = await world.ask(NAMES, n=[world.number(handle) for handle in handles])
    return answer, time.perf_counter() - began


FAULTS = ["latency", "refused", "dropped", "dripping", "html", "truncated", "broken", "throttled"]


@pytest.mark.parametrize("fault", [*FAULTS, "other_key", "other_reference"])
async def test_a_source_that_fails_leaves_its_fields_null_and_the_rest_standing(hurried: World, fault: str) -> None:
    setattr(hurried.switches, fault, 30.0 if fault == "latency" else Trouble())
    answer, taken = await timed(hurried, "bakkerij")
    assert taken < DEADLINE + MARGIN
    (found,) = answer["enterprises"]
    assert found == {"enterpriseNumber": "0000000196", "version": 0, **dict.fromkeys(KBO_FIELDS)}
    assert answer["domain"] == {"code": "FINANCE"}
    assert {error["path"][2] for error in answer.errors} == set(KBO_FIELDS)
    assert {tuple(sorted(error["extensions"])) for error in answer.errors} == {("code", "source")}
    assert {(error["extensions"]["code"], error["extensions"]["source"]) for error in answer.errors} == {
        ("SOURCE_UNAVAILABLE", "KBO")
    }
    assert "Traceback" not in str(answer)
    hurried.switches.reset()
    answer, _ = await timed(hurried, "bakkerij")
    assert answer.ok["enterprises"][0]["name"] == "Bakkerij De Gouden Korst"


async def test_half_a_batch_fails_its_own_keys_only(hurried: World) -> None:
    hurried.switches.partial = 2
    handles = ("bakkerij", "brouwerij", "imprimerie", "kelder", "vervoer", "eupen")
    names = "query($n: [EnterpriseNumber!]!) { enterprises(enterpriseNumbers: $n) { enterpriseNumber name } }"
    answer = await hurried.ask(names, n=[hurried.number(handle) for handle in handles])
    numbers = [each["enterpriseNumber"] for each in answer["enterprises"]]
    assert numbers == [hurried.number(handle) for handle in handles]
    unanswered = [place for place, each in enumerate(answer["enterprises"]) if each["name"] is None]
    assert len(unanswered) == 3
    assert sorted(error["path"][1] for error in answer.errors) == unanswered
    assert set(answer.codes) == {"SOURCE_UNAVAILABLE"}


async def test_an_exception_about_one_number_is_about_its_neighbours_not(hurried: World) -> None:
    hurried.switches.exceptions = {"bakkerij": "99996"}
    answer, _ = await timed(hurried, "brouwerij", "bakkerij", "kelder")
    names = [each and each["name"] for each in answer["enterprises"]]
    assert (names[0], names[1], names[2]) == ("Brouwerij Het Vat", None, "Jeugdhuis De Kelder")


async def test_an_older_answer_stands_in_and_says_so(hurried: World) -> None:
    fresh, _ = await timed(hurried, "bakkerij")
    assert fresh.ok["enterprises"][0]["source"] == {"source": "KBO", "stale": False}
    hurried.switches.refused = Trouble()
    stale, _ = await timed(hurried, "bakkerij", "kelder")
    known, unknown = stale["enterprises"]
    assert known == {**fresh["enterprises"][0], "source": {"source": "KBO", "stale": True}}
    assert unknown["name"] is None
    hurried.switches.reset()
    again, _ = await timed(hurried, "bakkerij")
    assert again.ok["enterprises"][0]["source"]["stale"] is False


async def test_what_is_kept_never_decides_an_appointment(hurried: World) -> None:
    assert (await timed(hurried, "bakkerij"))[0].ok
    hurried.switches.refused = Trouble()
    person = {"nationalNumber": hurried.national("koen")}
    given = {"enterpriseNumber": hurried.number("bakkerij"), "person": person, "affiliation": "EMPLOYEE"}
    refused = await hurried.request("appointChiefAccessManager", hurried.person("els"), **given)
    assert "SOURCE_UNAVAILABLE" in {each["code"] for each in refused["problems"]}
    assert await hurried.rows("changes") == 0


async def test_a_lost_register_of_persons_takes_names_only(hurried: World) -> None:
    hurried.switches.broken = Trouble(service="GeefPersoon")
    document = (
        "query($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) "
        "{ name legalRepresentatives { since person { id familyName } } } }"
    )
    answer = await hurried.ask(document, hurried.person("els"), n=hurried.number("bakkerij"))
    (one,) = answer["enterprise"]["legalRepresentatives"]
    assert answer["enterprise"]["name"] == "Bakkerij De Gouden Korst"
    assert one["since"] == "2015-03-01"
    assert one["person"]["id"]
    assert one["person"]["familyName"] is None
    assert [error["extensions"]["source"] for error in answer.errors] == ["NATIONAL_REGISTER"]
