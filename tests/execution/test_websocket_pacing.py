"""What becomes ready is written at once after a silence, and together while much happens."""

from __future__ import annotations

import asyncio
from typing import Any

from execution.pacing import Pace


async def test_the_first_after_a_silence_is_written_at_once() -> None:
    pace, written = Pace(1_000.0), []
    assert pace.due(lambda: written.append("now"), -10_000.0)
    assert written == ["now"]


async def test_what_follows_is_written_together_and_another_connection_waits_for_none_of_it() -> None:
    pace, written, done = Pace(0.02), list[object](), asyncio.Event()
    now = asyncio.get_running_loop().time()
    for number in range(3):
        assert not pace.due(lambda number=number: written.append(number), now)  # type: ignore[misc]
    assert not pace.due(done.set, now)
    await asyncio.sleep(0)
    assert pace.due(lambda: written.append("another"), now - 1)
    assert written == ["another"]
    await asyncio.wait_for(done.wait(), 1)
    assert written == ["another", 0, 1, 2]


async def test_one_that_cannot_be_written_to_harms_no_other() -> None:
    pace, written, told = Pace(0.0), asyncio.Event(), []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))

    def broken() -> Any:
        raise RuntimeError("closed")

    pace.due(broken, 0.0)
    pace.due(written.set, 0.0)
    await asyncio.wait_for(written.wait(), 1)
    assert [str(each) for each in told] == ["closed"]
