"""What a plan answers is what graphql-core answers, to the byte; or it steps aside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.execution.plan import moods, world
from tests.execution.plan.both import Both
from tests.execution.plan.documents import Asked, documents, plain_schema
from tests.execution.plan.rounds import rounds

VARIATIONS = 40
DOCUMENTS = documents(plain_schema(world.schema()), VARIATIONS)
FEW, MANY = 8_400, 50_000
UNHURRIED = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    """Every test leaves a healthy world."""
    yield
    moods.MOOD[0] = moods.Mood()


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all documents of a test: making one takes longer than answering."""
    own = asyncio.new_event_loop()
    yield own
    own.close()


def compare(loop: asyncio.AbstractEventLoop, count: int, drawn: st.SearchStrategy[moods.Mood]) -> Both:
    """Ask `count` distinct documents both ways, every eighth in two moods of the world."""
    both = Both()

    @settings(max_examples=count * 4 // (VARIATIONS * 3), deadline=None, database=None, suppress_health_check=UNHURRIED)
    @given(asked=DOCUMENTS, mood=drawn, other=drawn)
    def equal(asked: list[Asked], mood: moods.Mood, other: moods.Mood) -> None:
        for place, each in enumerate(asked):
            for moods.MOOD[0] in (mood, other)[: 1 if place % 8 else 2]:
                loop.run_until_complete(both.planned(*each))

    rounds(equal, lambda: len(both.documents) >= count)  # some are written twice
    return both


HEALTHY = st.just(moods.Mood())
WRONG = st.builds(moods.Mood, st.integers(0, 2**16), st.sampled_from([30, 100, 200]))


@pytest.mark.timeout(600)
def test_healthy_data_are_answered_alike(loop: asyncio.AbstractEventLoop) -> None:
    both = compare(loop, FEW // 2, HEALTHY)
    assert both.outcomes["answered"] > FEW // 8, both.outcomes


@pytest.mark.timeout(600)
def test_wrong_data_are_answered_alike_or_left_to_the_interpreter(loop: asyncio.AbstractEventLoop) -> None:
    both = compare(loop, FEW // 2, WRONG)
    assert both.outcomes["answered"] > FEW // 40, both.outcomes
    assert both.outcomes["aside"] > FEW // 40, both.outcomes


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("drawn", [HEALTHY, WRONG], ids=["healthy", "wrong"])
def test_fifty_thousand_documents_are_answered_alike(
    loop: asyncio.AbstractEventLoop, drawn: st.SearchStrategy[moods.Mood]
) -> None:
    both = compare(loop, MANY // 2, drawn)
    assert both.outcomes["answered"] > MANY // 40, both.outcomes
