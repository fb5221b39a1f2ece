"""Batch resolvers: all parents of one level in, a value or a failure for each parent out.

A field written with `batched` is an ordinary Strawberry field for graphql-core: calls that come in the same turn of
the event loop are collected and answered by one call of the function. A compiled plan finds the function under
`__batched__` and calls it with a whole level at once.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, cast, get_args

import strawberry

Value = TypeVar("Value")

Each: TypeAlias = Sequence[Value | Exception]
"""What a batch resolver returns: one item per parent, in the parents' order; an exception fails that parent alone."""

BatchFunction: TypeAlias = Callable[..., Any]


class Collecting(Protocol):
    """A context in which calls can be collected: one `Batches` per operation or subscription event."""

    @property
    def batches(self) -> Batches:
        """Where this operation's calls are collected."""
        ...


class _Pending:
    __slots__ = ("arguments", "function", "futures", "info", "parents")

    def __init__(self, function: BatchFunction, info: strawberry.Info, arguments: dict[str, Any]) -> None:
        self.function = function
        self.info = info
        self.arguments = arguments
        self.parents: list[Any] = []
        self.futures: list[asyncio.Future[Any]] = []


class Batches:
    """Collects the calls of one operation; equal field of one document, one batch per turn of the event loop."""

    __slots__ = ("_pending", "_running")

    def __init__(self) -> None:
        self._pending: dict[tuple[BatchFunction, int], _Pending] = {}
        self._running: set[asyncio.Task[None]] = set()

    def load(
        self, function: BatchFunction, parent: Any, info: strawberry.Info, arguments: dict[str, Any]
    ) -> asyncio.Future[Any]:
        """The answer for one parent, asked together with those of its level."""
        loop = asyncio.get_running_loop()
        key = (function, id(info._raw_info.field_nodes[0]))
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = _Pending(function, info, arguments)
            loop.call_soon(self._start, key)
        future: asyncio.Future[Any] = loop.create_future()
        pending.parents.append(parent)
        pending.futures.append(future)
        return future

    def _start(self, key: tuple[BatchFunction, int]) -> None:
        task = asyncio.get_running_loop().create_task(_answer(self._pending.pop(key)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def call(
    function: BatchFunction, parents: Sequence[Any], info: strawberry.Info, arguments: dict[str, Any]
) -> Any:
    """Ask a batch function once; it may be async or not. Raises ValueError where it breaks its promise of length."""
    values = function(parents, info, **arguments)
    if inspect.isawaitable(values):
        values = await values
    if len(values) != len(parents):
        raise ValueError(f"{function.__qualname__} answered {len(values)} values for {len(parents)} parents")
    return values


async def _answer(pending: _Pending) -> None:
    """Give every waiting future its own value or failure; a future that was cancelled meanwhile is left alone."""
    try:
        values = await call(pending.function, pending.parents, pending.info, pending.arguments)
    except Exception as failure:
        values = [failure] * len(pending.futures)
    for future, value in zip(pending.futures, values, strict=True):
        if future.done():
            continue
        if isinstance(value, Exception):
            future.set_exception(value)
        else:
            future.set_result(value)


def batched(function: BatchFunction) -> BatchFunction:
    """Make a per-parent resolver of `function(parents, info, **arguments) -> Each[T]`; the field's type is T."""

    async def resolve(self: Any, info: strawberry.Info[Any], **arguments: Any) -> Any:
        return await cast(Collecting, info.context).batches.load(function, self, info, arguments)

    signature = inspect.signature(function)
    parents, *others = signature.parameters.values()
    result = _item_type(signature.return_annotation)
    itself = parents.replace(name="self", annotation=inspect.Parameter.empty)
    resolve.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[itself, *others], return_annotation=result
    )
    resolve.__annotations__ = {other.name: other.annotation for other in others} | {"return": result}
    resolve.__name__, resolve.__qualname__ = function.__name__, function.__qualname__
    resolve.__module__, resolve.__doc__ = function.__module__, function.__doc__
    resolve.__batched__ = function  # type: ignore[attr-defined]
    return resolve


def _item_type(annotation: Any) -> Any:
    """T of `Each[T]`, whether the annotation is text (postponed) or a type."""
    if isinstance(annotation, str):
        if not (annotation.startswith("Each[") and annotation.endswith("]")):
            raise TypeError("A batch resolver must say that it returns Each[T].")
        return annotation[len("Each[") : -1]
    return get_args(get_args(annotation)[0])[0]
