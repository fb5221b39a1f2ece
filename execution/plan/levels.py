"""Waiting for one level: every field of it is started before any is awaited, so that loaders see them together."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine, Sequence
from typing import Any

from strawberry.execution import optimized_is_awaitable

from execution.plan.calls import Deferred
from execution.plan.positions import Running
from execution.plan.signals import Aside, Reason


def begun(running: Running, *fields: tuple[Deferred, list[Any]]) -> list[Any] | Coroutine[Any, Any, list[Any]]:
    """For each field the values of its parents, in order; what is to be awaited for them, where they are not all here.

    Everything started has ended when the values are there, or when something is raised.
    """
    found: list[Any] = []
    waiting: list[tuple[list[Any], int, Any]] = []
    wrong = False
    try:
        for field, parents in fields:
            values = field.start(parents, running) if parents else []
            found.append(values)
            if not field.whole:
                for place, value in enumerate(values):
                    if type(value) is not list and optimized_is_awaitable(value):
                        waiting.append((values, place, value))
            elif type(values) is not list and optimized_is_awaitable(values):
                waiting.append((found, len(found) - 1, values))
            elif not _of_each(values, parents):
                wrong = True
    except BaseException:
        _drop(found)
        raise
    if waiting:
        return _arrived(fields, found, waiting)
    if wrong:
        raise Aside(Reason.VALUE)
    return found


async def _arrived(
    fields: Sequence[tuple[Deferred, list[Any]]], found: list[Any], waiting: list[tuple[list[Any], int, Any]]
) -> list[Any]:
    """The same once all is here."""
    if len(waiting) == 1:
        ((values, place, value),) = waiting
        values[place] = await value
    else:
        await _fill(waiting)
    for (field, parents), values in zip(fields, found, strict=True):
        if field.whole and not _of_each(values, parents):
            raise Aside(Reason.VALUE)
    return found


async def _fill(waiting: list[tuple[list[Any], int, Any]]) -> None:
    """Put values where awaitables are."""
    found = await asyncio.gather(*(value for _, _, value in waiting), return_exceptions=True)
    for (values, place, _), result in zip(waiting, found, strict=True):
        if isinstance(result, BaseException):
            raise result if isinstance(result, Aside) else Aside(Reason.RAISED)
        values[place] = result


def _of_each(values: Any, parents: list[Any]) -> bool:
    return (type(values) is list or type(values) is tuple) and len(values) == len(parents)


def _drop(found: list[Any]) -> None:
    for values in found:
        for value in values if type(values) is list else [values]:
            if inspect.iscoroutine(value):
                value.close()
