"""What becomes ready is written at once after a silence, and together while much happens."""

from __future__ import annotations

import asyncio
from typing import Any

from execution.pacing import Pace


async def test_the_first_after_a_silence_is_not_delayed() -> None:
    pace, written = Pace(1_000.0), asyncio.Event()
    pace._last = -10_000.0
    pace.due(written.set)
    await asyncio.wait_for(written.wait(), 1)


async def test_what_follows_is_written_together() -> None:
    pace, written = Pace(0.02), []
    first, done = asyncio.Event(), asyncio.Event()
    pace.due(lambda: written.append("first"))
    pace.due(first.set)
    await first.wait()
    for number in range(3):
        pace.due(lambda number=number: written.append(number))  # type: ignore[misc]
    pace.due(done.set)
    await asyncio.sleep(0)
    assert written == ["first"]
    await asyncio.wait_for(done.wait(), 1)
    assert written == ["first", 0, 1, 2]


async def test_one_that_cannot_be_written_to_harms_no_other() -> None:
    pace, written, told = Pace(0.0), asyncio.Event(), []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))

    def broken() -> Any:
        raise RuntimeError("closed")

    pace.due(broken)
    pace.due(written.set)
    await asyncio.wait_for(written.wait(), 1)
    assert [str(each) for each in told] == ["closed"]
