"""Two representatives at once, each at a replica of their own where the engine lets there be two: never two chiefs,
and everything that anybody was told can have happened one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from datasources.register.verify import findings
from tests.cast import ANOTHER, BAKERY, CHIEF, REPRESENTATIVE, enterprise_of
from tests.graphql import Answer, client
from tests.journeys.linearizable import Operation, linearization
from tests.journeys.opening import opened
from tests.journeys.world import World, codes, mutation, person

LONG_AGO = date(2015, 3, 1)
WHO_IS_CHIEF = """query Who($enterprise: EnterpriseNumber!) {
  enterprise(enterpriseNumber: $enterprise) { version chiefAccessManager { person { id } } }
}"""
HISTORY = """query History($enterprise: EnterpriseNumber!, $after: Cursor) {
  enterprise(enterpriseNumber: $enterprise) {
    history(first: 200, after: $after) { changes { type enterpriseVersion recordedAt } endCursor hasMore }
  }
}"""


@dataclass(frozen=True, slots=True)
class Appoint:
    """Make this person chief, on this version where one is named."""

    person: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Who is chief?"""


Asked: TypeAlias = Appoint | Look
Bakery: TypeAlias = tuple[int, str | None]
"""The version of the chart, and the chief in office."""

EMPTY: Bakery = (0, None)


def step(bakery: Bakery, asked: Asked) -> tuple[Bakery, object]:
    """How an enterprise behaves when it is asked one thing at a time."""
    version, chief = bakery
    if isinstance(asked, Look):
        return bakery, bakery
    problems = set()
    if asked.version is not None and asked.version != version:
        problems.add("VERSION_CONFLICT")
    if asked.person == chief:
        problems.add("ALREADY_APPOINTED")
    if problems:
        return bakery, frozenset(problems)
    after = version + (1 if chief is None else 2)
    return (after, asked.person), after


@pytest.fixture
async def replicas(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[World, World]]:
    """Two of the service on one PostgreSQL; on SQLite, which has one process, the same twice."""
    if not world.database_url.startswith("postgresql"):
        yield world, world
        return
    app, sources = opened(world.database_url, tmp_path, monkeypatch)
    async with client(app) as ask:
        yield world, World(app, ask, sources[0], world.database_url)


class Race:
    """Els at one replica, Jan at the other, and everything they are told."""

    def __init__(self, replicas: tuple[World, World]) -> None:
        self._replicas = replicas
        self._names: dict[str, str] = {}
        self.history: list[Operation[Asked]] = []

    async def prepare(self) -> None:
        """Jan represents the bakery too, and we know both candidates' ids."""
        for world in self._replicas:
            world.sources.town.begin_function("jan", BAKERY, LONG_AGO)
        for name in (CHIEF, ANOTHER):
            answer = await self._replicas[0].query(name, "{ viewer { person { id } } }", {})
            self._names[answer.ok["viewer"]["person"]["id"]] = name

    async def run(self, version: int | None = None) -> None:
        """Both appoint, and somebody looks meanwhile."""
        one, two = self._replicas
        await asyncio.gather(
            self._appoint(one, REPRESENTATIVE, Appoint(CHIEF, version)),
            self._appoint(two, "jan", Appoint(ANOTHER, version)),
            self.look(two),
        )

    async def look(self, world: World) -> int:
        """Who is chief now; answers the version."""
        sent, asked = monotonic(), {"enterprise": enterprise_of(BAKERY).digits}
        found = (await _answered(lambda: world.query("OPERATOR", WHO_IS_CHIEF, asked)))["enterprise"]
        chief = found["chiefAccessManager"]
        name = None if chief is None else self._names[chief["person"]["id"]]
        self._noted(Look(), (found["version"], name), sent)
        version: int = found["version"]
        return version

    async def _appoint(self, world: World, by: str, asked: Appoint) -> None:
        input = {
            "enterpriseNumber": enterprise_of(BAKERY).digits,
            "person": person(asked.person),
            "affiliation": "EMPLOYEE",
            "expectedVersion": asked.version,
            "idempotencyKey": str(uuid4()),
        }
        document, sent = mutation("appointChiefAccessManager"), monotonic()
        answered = await _answered(lambda: world.query(by, document, {"input": input}))
        told = answered["appointChiefAccessManager"]
        self._noted(asked, frozenset(codes(told)) if codes(told) else told["enterprise"]["version"], sent)

    def _noted(self, asked: Asked, answer: object, sent: float) -> None:
        self.history.append(Operation(asked, answer, sent, monotonic()))


async def _answered(ask: Callable[[], Awaitable[Answer]]) -> dict[str, Any]:
    """What is answered in the end: where it took too long, asked again, as callers do."""
    while set((answer := await ask()).codes) & {"RETRYABLE", "DEADLINE_EXCEEDED"}:
        continue
    return answer.ok


def times(few: int, many: int) -> Any:
    """A bounded number always, and the full one under `slow`."""
    full = pytest.param(many, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])
    return pytest.mark.parametrize("races", [few, full])


@times(60, 1000)
async def test_two_representatives_appoint_at_once(replicas: tuple[World, World], races: int) -> None:
    race = Race(replicas)
    await race.prepare()
    for _ in range(races):
        await race.run()
    await _explained(replicas, race)


@times(20, 1000)
async def test_of_two_who_decided_on_the_same_version_one_is_told(replicas: tuple[World, World], races: int) -> None:
    race = Race(replicas)
    await race.prepare()
    for _ in range(races):
        await race.run(await race.look(replicas[0]))
    made = [each for each in race.history if isinstance(each.asked, Appoint) and isinstance(each.answer, int)]
    assert len({each.asked.version for each in made if isinstance(each.asked, Appoint)}) == len(made)
    await _explained(replicas, race)


async def _explained(replicas: tuple[World, World], race: Race) -> None:
    """One after the other explains all answers, and in that order stand the appointments in the enterprise's history.

    At no version are there two chiefs: between two who are appointed stands the end of the one before.
    """
    await race.look(replicas[0])
    order = linearization(race.history, EMPTY, step)
    assert order is not None, "No order of the requests explains what was answered."
    made = [each.answer for each in order if isinstance(each.asked, Appoint) and isinstance(each.answer, int)]
    assert made
    told = await _history(replicas[1])
    assert [change["enterpriseVersion"] for change in told] == list(range(1, made[-1] + 1))
    assert [change["type"] for change in told] == ["CHIEF_APPOINTED", *_REPLACED * (len(made) - 1)]
    moments = [change["recordedAt"] for change in told]
    assert moments == sorted(moments)
    house = replicas[0].app._house
    assert house is not None
    assert [str(finding) async for finding in findings(house.database)] == []


_REPLACED = ["APPOINTMENT_ENDED", "CHIEF_APPOINTED"]


async def _history(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        variables = {"enterprise": enterprise_of(BAKERY).digits, "after": after}
        page = (await world.query("OPERATOR", HISTORY, variables)).ok["enterprise"]["history"]
        found += page["changes"]
        after = page["endCursor"]
        if not page["hasMore"]:
            return found


def of(asked: Asked, answer: object, sent: float, answered: float) -> Operation[Asked]:
    return Operation(asked, answer, sent, answered)


def test_what_cannot_have_happened_one_after_the_other_is_found() -> None:
    both_first = [of(Appoint("koen"), 1, 0, 2), of(Appoint("lien"), 1, 1, 3)]
    assert linearization(both_first, EMPTY, step) is None
    stale = [of(Appoint("koen"), 1, 0, 1), of(Look(), EMPTY, 2, 3)]
    assert linearization(stale, EMPTY, step) is None
    lost = [of(Appoint("koen"), 1, 0, 1), of(Appoint("lien"), 3, 2, 3), of(Look(), (1, "koen"), 4, 5)]
    assert linearization(lost, EMPTY, step) is None


def test_what_overlaps_may_have_happened_either_way() -> None:
    seen_before = [of(Appoint("koen"), 1, 0, 3), of(Look(), EMPTY, 1, 2)]
    seen_after = [of(Appoint("koen"), 1, 0, 3), of(Look(), (1, "koen"), 1, 2)]
    for history in (seen_before, seen_after):
        assert linearization(history, EMPTY, step) is not None
    crossed = [of(Appoint("koen"), 3, 0, 9), of(Appoint("lien"), 1, 1, 8), of(Look(), (3, "koen"), 2, 7)]
    order = linearization(crossed, EMPTY, step)
    assert order is not None
    assert [each.asked for each in order] == [Appoint("lien"), Appoint("koen"), Look()]
