"""One class restores order: a mapping from the datasource becomes one answer per key, in the order asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from aiodataloader import DataLoader

Key = TypeVar("Key")
Value = TypeVar("Value")

Watched: TypeAlias = Callable[[float], None]
Ask: TypeAlias = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value | Exception]]]


class ByKey(Generic[Key, Value]):
    """Asks each key once per operation. `ask` returns a mapping with every key, a failure under it where it has none.

    `load` collects the keys of one turn of the event loop; `load_many` asks for a whole level at once. A cancelled
    asker never cancels the others who wait for the same key, and a failure of `ask` itself fails only its own keys.
    `watched`, where somebody sets it, is told how many keys each batch has.
    """

    __slots__ = ("_answers", "_ask", "_asking", "_single", "watched")

    def __init__(self, ask: Ask[Key, Value]) -> None:
        self._ask = ask
        self._answers: dict[Key, Value | Exception] = {}
        self._asking: dict[Key, asyncio.Task[None]] = {}
        self.watched: Watched | None = None
        self._single: DataLoader[Key, Value | Exception] = DataLoader(self._collected, cache=False)

    async def load(self, key: Key) -> Value:
        """The value under one key; raises the failure the source gave for it."""
        if key not in self._answers:
            await asyncio.shield(self._single.load(key))
        answer = self._answers[key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def load_many(self, keys: Iterable[Key]) -> list[Value | Exception]:
        """A value or a failure for each key, in order; raises for none of them."""
        wanted = list(keys)
        answers = self._answers
        missing = {key for key in wanted if key not in answers}
        if missing:
            await self._fetch(missing)
        return [answers[key] for key in wanted]

    def prime(self, key: Key, value: Value) -> None:
        """Make a value known that came along with another answer."""
        self._answers.setdefault(key, value)

    def forget(self, key: Key) -> None:
        """Ask again next time."""
        self._answers.pop(key, None)

    async def _collected(self, keys: list[Key]) -> list[Value | Exception]:
        return await self.load_many(keys)

    async def _fetch(self, missing: set[Key]) -> None:
        flying = {self._asking[key] for key in missing if key in self._asking}
        new = [key for key in missing if key not in self._asking]
        if new:
            task = asyncio.get_running_loop().create_task(self._answer(new))
            self._asking.update(dict.fromkeys(new, task))
            flying.add(task)
        for task in flying:
            await asyncio.shield(task)

    async def _answer(self, keys: list[Key]) -> None:
        if self.watched is not None:
            self.watched(len(keys))
        try:
            answers = await self._ask(keys)
            self._answers.update({key: answers[key] for key in keys})
        except Exception as failure:
            self._answers.update(dict.fromkeys(keys, failure))
        finally:
            for key in keys:
                del self._asking[key]
