"""A bound on how long something may take, which costs nothing where it never has to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from time import monotonic
from types import coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")


async def within(seconds: float, asked: Coroutine[Any, Any, Value]) -> Value:
    """What it answers. Raises TimeoutError where it takes longer; a timer is only set once it waits for something."""
    began = monotonic()
    try:
        awaited = asked.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    async with asyncio.timeout(seconds - (monotonic() - began)):
        return await _rest(asked, awaited)


@coroutine
def _rest(asked: Coroutine[Any, Any, Value], awaited: Any) -> Generator[Any, Any, Value]:
    """Wait for what it waits for, and go on; as `await asked`, had it not been begun already."""
    while True:
        thrown: BaseException | None = None
        sent: Any = None
        try:
            sent = yield awaited
        except GeneratorExit:
            asked.close()
            raise
        except BaseException as error:
            thrown = error
        try:
            awaited = asked.send(sent) if thrown is None else asked.throw(thrown)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


def called_off() -> bool:
    """Whether the running task itself is being cancelled, and not only something of others for which it waited."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
