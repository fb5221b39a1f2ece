"""Who may not follow is told so before there is a stream, so that nothing is posted to a gateway on their behalf."""

from __future__ import annotations

import pytest

from execution.hooks import RequestInfo
from execution.operation import Answer, OperationRequest
from tests.schema.world import World

FOLLOW = "subscription { changes { __typename } }"


@pytest.mark.parametrize(("who", "code"), [(None, "UNAUTHENTICATED"), ("koen", "FORBIDDEN")])
async def test_who_may_not_follow_the_feed_is_refused_before_it_begins(
    world: World, who: str | None, code: str
) -> None:
    headers = {} if who is None else {"authorization": f"Bearer {world.person(who)}"}
    context = await world.app.contexts(RequestInfo(headers, None, "/graphql", "POST", "one-of-our-requests"))
    answer = await world.app.engine.subscribe(OperationRequest(FOLLOW), context)
    assert isinstance(answer, Answer)
    assert (answer.executed, answer.codes) == (False, (code,))
