"""Whatever is asked of the feed's items, a plan answers to the byte what graphql-core answers, or steps aside."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasources import feed_items
from datasources.followers import InterruptionReason
from datasources.register.changes import changes_after
from resolvers.context import Context
from schema.changes import item
from tests.execution.plan.documents import Asked, plain_events, subscriptions
from tests.schema.both_ways import LANGUAGES, MOOD, Asker, Mood
from tests.schema.test_sameness import CALLERS, HEALTHY, UNHURRIED, WRONG, asker, loop, scalars

__all__ = ["asker", "loop"]  # fixtures

VARIATIONS = 20
FEW, MANY = 240, 20_000


@pytest.fixture(scope="module")
def items(loop: asyncio.AbstractEventLoop, asker: Asker) -> list[feed_items.FeedItem]:
    """One of every kind, a batch with all that happened at the bakery."""

    async def read() -> list[feed_items.FeedItem]:
        async with asker.world.house.database.reading() as session:
            found = await changes_after(session, 0, 100)
        assert found
        return [
            feed_items.Batch(0, len(found), tuple(found)),
            feed_items.Checkpoint(3, 7),
            feed_items.Interrupted(InterruptionReason.TOO_SLOW, 7),
            feed_items.Interrupted(InterruptionReason.CURSOR_OF_OTHER_EPOCH, None),
        ]

    return loop.run_until_complete(read())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moods", [HEALTHY, WRONG], ids=["healthy", "wrong"])
@pytest.mark.parametrize("count", [FEW // 2, pytest.param(MANY // 2, marks=pytest.mark.slow)])
def test_what_is_asked_of_the_feed_is_answered_alike(
    loop: asyncio.AbstractEventLoop,
    asker: Asker,
    items: list[feed_items.FeedItem],
    moods: st.SearchStrategy[Mood],
    count: int,
) -> None:
    asker.outcomes.clear()
    plain = plain_events(asker.engine.schema)
    written = subscriptions(plain, ["changes"], VARIATIONS, scalars(asker.world))

    @settings(max_examples=count // VARIATIONS, deadline=None, database=None, suppress_health_check=UNHURRIED)
    @given(asked=written, mood=moods, caller=st.sampled_from(CALLERS), language=st.sampled_from(LANGUAGES))
    def equal(asked: list[Asked], mood: Mood, caller: str, language: str) -> None:
        MOOD[0] = mood
        for place, (text, variables) in enumerate(asked):
            for said in (items[0], items[1 + place % 3]):

                def told(context: Context, said: feed_items.FeedItem = said) -> Any:
                    info: Any = SimpleNamespace(context=context)
                    return item(info, said)

                loop.run_until_complete(asker.compare(text, variables, caller, language, told))

    equal()
    assert asker.outcomes["answered"] > count // 5, asker.outcomes
