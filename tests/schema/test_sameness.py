"""Whatever is asked of the schema by whomever, a plan answers to the byte what graphql-core answers, or steps aside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from graphql import NameNode, ObjectFieldNode, ObjectValueNode, StringValueNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.execution.plan.documents import Asked, documents, plain_schema
from tests.execution.plan.rounds import rounds
from tests.schema.both_ways import ENTERPRISES, LANGUAGES, MOOD, Asker, Mood, spoilable
from tests.schema.doors import ROLES
from tests.schema.world import World, opened

VARIATIONS = 40
FEW, MANY = 1_650, 50_000
UNHURRIED = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]
CALLERS = ("anonymous", "stranger", "representative", "chief", "manager of finance", "UMAN", "OPERATOR")


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for the service and all documents."""
    own = asyncio.new_event_loop()
    yield own
    own.close()


@pytest.fixture(scope="module")
def asker(loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The service with a bakery that has everybody in office, and those who ask it."""
    folder: Path = tmp_path_factory.mktemp("sameness")
    stack = AsyncExitStack()

    async def ready() -> Asker:
        world = await stack.enter_async_context(opened(f"sqlite:///{folder / 'btb.sqlite'}", folder))
        await world.staff_bakkerij()
        return Asker(world, {name: ROLES[name](world) for name in CALLERS})

    made = loop.run_until_complete(ready())
    with spoilable(made.world):
        yield made
    MOOD[0] = Mood()
    loop.run_until_complete(stack.aclose())


def scalars(world: World) -> dict[str, st.SearchStrategy[Any]]:
    def text(*values: str) -> st.SearchStrategy[Any]:
        return st.sampled_from(values).map(lambda value: StringValueNode(value=value))

    numbers = [world.number(each) for each in ENTERPRISES]
    ids = [*world.ids.values(), "b9a2d4d8-0000-4000-8000-000000000000", "nobody"]
    keys = [
        *(("Enterprise", "enterpriseNumber", each) for each in [*numbers, "0000000097"]),
        *(("AccessManager", "id", each) for each in ids),
        *(("Delegation", "id", each) for each in ids),
        *(("Domain", "code", each) for each in ("FINANCE", "SOCIAL_SECURITY", "NOTHING")),
    ]
    return {
        "_Any": st.sampled_from(keys).map(lambda key: _object({"__typename": key[0], key[1]: key[2]})),
        "EnterpriseNumber": text(*numbers),
        "NationalNumber": text(world.national("koen"), world.national("els")),
        "Cursor": text("nothing"),
        "Date": text("2026-01-02"),
        "DateTime": text("2026-01-02T03:04:05Z", "2030-01-01T00:00:00+01:00"),
    }


def _object(members: dict[str, str]) -> ObjectValueNode:
    fields = [ObjectFieldNode(name=NameNode(value=key), value=StringValueNode(value=members[key])) for key in members]
    return ObjectValueNode(fields=tuple(fields))


def compare(loop: asyncio.AbstractEventLoop, asker: Asker, count: int, moods: st.SearchStrategy[Mood]) -> None:
    """Ask `count` distinct documents both ways, every eighth by two callers."""
    asker.outcomes.clear()
    asker.documents.clear()
    written = documents(plain_schema(asker.engine.schema), VARIATIONS, scalars(asker.world))
    callers = st.lists(st.sampled_from(CALLERS), min_size=3, max_size=3, unique=True)

    @settings(max_examples=count * 5 // (VARIATIONS * 4), deadline=None, database=None, suppress_health_check=UNHURRIED)
    @given(asked=written, mood=moods, callers=callers, language=st.sampled_from(LANGUAGES))
    def equal(asked: list[Asked], mood: Mood, callers: list[str], language: str) -> None:
        MOOD[0] = mood
        for place, (text, variables) in enumerate(asked):
            for caller in (callers[place % 3], callers[place % 3 - 1])[: 1 if place % 8 else 2]:
                loop.run_until_complete(asker.compare(text, variables, caller, language))

    rounds(equal, lambda: len(asker.documents) >= count)  # some are written twice


HEALTHY = st.just(Mood())
WRONG = st.builds(Mood, st.integers(0, 2**16), st.sampled_from([30, 100, 200]))
PARTLY = st.builds(Mood, st.integers(0, 2**16), st.just(0), st.sampled_from([150, 400]))
MOODS = pytest.mark.parametrize("moods", [HEALTHY, WRONG, PARTLY], ids=["healthy", "wrong", "partly gone"])


@pytest.mark.timeout(600)
@MOODS
def test_what_is_asked_of_the_schema_is_answered_alike(
    loop: asyncio.AbstractEventLoop, asker: Asker, moods: st.SearchStrategy[Mood]
) -> None:
    compare(loop, asker, FEW // 3, moods)
    assert asker.outcomes["answered"] > FEW // 15, asker.outcomes


@pytest.mark.slow
@pytest.mark.timeout(0)
@MOODS
def test_fifty_thousand_documents_of_the_schema_are_answered_alike(
    loop: asyncio.AbstractEventLoop, asker: Asker, moods: st.SearchStrategy[Mood]
) -> None:
    compare(loop, asker, MANY // 3, moods)
    assert asker.outcomes["answered"] > MANY // 15, asker.outcomes
