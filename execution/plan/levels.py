"""Waiting for one level: every field of it is started before any is awaited, so that loaders see them together."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from typing import Any

from strawberry.execution import optimized_is_awaitable

from execution.plan.calls import Deferred
from execution.plan.positions import Running
from execution.plan.signals import Aside, Reason


async def arrived(running: Running, *fields: tuple[Deferred, list[Any]]) -> list[Sequence[Any]]:
    """For each field the values of its parents, in order. Everything started has ended when this returns or raises."""
    started: list[list[Any]] = []
    waiting: list[tuple[list[Any], int, Any]] = []
    try:
        for field, parents in fields:
            values = field.start(parents, running) if parents else []
            started.append(values)
            for place, value in enumerate(values):
                if type(value) is not list and optimized_is_awaitable(value):
                    waiting.append((values, place, value))
    except BaseException:
        _drop(started)
        raise
    if waiting:
        await _fill(waiting)
    return [
        _of_whole(values, parents) if field.whole and parents else values
        for (field, parents), values in zip(fields, started, strict=True)
    ]


async def _fill(waiting: list[tuple[list[Any], int, Any]]) -> None:
    """Put values where awaitables are."""
    if len(waiting) == 1:
        ((values, place, value),) = waiting
        values[place] = await value
        return
    found = await asyncio.gather(*(value for _, _, value in waiting), return_exceptions=True)
    for (values, place, _), result in zip(waiting, found, strict=True):
        if isinstance(result, BaseException):
            raise result if isinstance(result, Aside) else Aside(Reason.RAISED)
        values[place] = result


def _of_whole(values: list[Any], parents: list[Any]) -> Sequence[Any]:
    (found,) = values
    if type(found) is not list and type(found) is not tuple:
        raise Aside(Reason.VALUE)
    if len(found) != len(parents):
        raise Aside(Reason.VALUE)
    return found


def _drop(started: list[list[Any]]) -> None:
    for values in started:
        for value in values:
            if inspect.iscoroutine(value):
                value.close()
