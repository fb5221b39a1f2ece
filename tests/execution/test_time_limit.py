"""A bound on time that is only set once something waits."""

from __future__ import annotations

import asyncio

import pytest

from execution.time_limit import within


async def test_what_never_waits_is_answered_or_fails_as_it_is() -> None:
    async def seven() -> int:
        return 7

    async def broken() -> int:
        raise LookupError

    assert await within(1, seven()) == 7
    with pytest.raises(LookupError):
        await within(1, broken())


async def test_what_waits_is_answered_with_what_it_waited_for() -> None:
    async def several() -> list[int]:
        found = []
        for number in range(3):
            await asyncio.sleep(0)
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_result, number)
            found.append(await future)
        return found

    assert await within(10, several()) == [0, 1, 2]


async def test_a_failure_of_what_it_waits_for_reaches_it() -> None:
    async def catching() -> str:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, LookupError("lost"))
        try:
            await future
        except LookupError as lost:
            await asyncio.sleep(0)
            return str(lost)
        return "found"

    assert await within(10, catching()) == "lost"


async def test_what_takes_too_long_is_cancelled_and_told_so() -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(TimeoutError):
        await within(0.01, endless())
    assert ended == ["cancelled"]


async def test_a_cancellation_from_outside_stays_one() -> None:
    task = asyncio.get_running_loop().create_task(within(10, asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
