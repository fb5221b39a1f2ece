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

    What is asked in one turn of the event loop is one question, whether by `load` or by `load_many`. A cancelled asker
    never cancels the others who wait for the same key, and a failure of `ask` itself fails its own question alone.
    `watched`, where somebody sets it, is told how many keys each question has.
    """

    __slots__ = ("_answers", "_ask", "_asking", "_gathered", "_last", "_single", "_task", "watched")

    def __init__(self, ask: Ask[Key, Value]) -> None:
        self._ask = ask
        self._answers: dict[Key, Value | Exception] = {}
        self._asking: dict[Key, asyncio.Task[None]] = {}
        self.watched: Watched | None = None
        self._gathered: list[Key] = []
        self._task: asyncio.Task[None] | None = None
        self._last: tuple[list[Key], list[Value | Exception]] = [], []
        self._single: DataLoader[Key, Value | Exception] | None = None

    async def load(self, key: Key) -> Value:
        """The value under one key; raises the failure the source gave for it."""
        if key not in self._answers:
            if self._single is None:
                self._single = DataLoader(self._collected, cache=False)
            await asyncio.shield(self._single.load(key))
        answer = self._answers[key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def load_many(self, keys: Iterable[Key]) -> list[Value | Exception]:
        """A value or a failure for each key, in order; raises for none of them."""
        wanted = list(keys)
        same, found = self._last
        if wanted == same:  # the next field of a level asks for the same, which is told without hashing any key
            return list(found)
        answers = self._answers
        missing = [key for key in wanted if key not in answers]
        if missing:
            await self._fetch(missing)
        found = [answers[key] for key in wanted]
        self._last = wanted, found
        return list(found)

    @property
    def answered(self) -> Mapping[Key, Value | Exception]:
        """What was answered so far in this operation; nothing is asked."""
        return self._answers

    def prime(self, key: Key, value: Value) -> None:
        """Make a value known that came along with another answer."""
        self._answers.setdefault(key, value)

    def prime_many(self, values: Mapping[Key, Value]) -> None:
        """Make many values known at once, where none is."""
        self._answers = {**values, **self._answers}

    def forget(self, key: Key) -> None:
        """Ask again next time."""
        self._answers.pop(key, None)
        self._last = [], []

    async def _collected(self, keys: list[Key]) -> list[Value | Exception]:
        self._single = None  # it knows us: a circle would keep every answer of an operation until garbage is collected
        return await self.load_many(keys)

    async def _fetch(self, missing: list[Key]) -> None:
        asking = self._asking
        flying = {asking[key] for key in missing if key in asking} if asking else set()
        new = dict.fromkeys(key for key in missing if key not in asking)
        if new:
            if self._task is None:
                self._task = asyncio.get_running_loop().create_task(self._answer())
            self._gathered += new
            asking.update(dict.fromkeys(new, self._task))
            flying.add(self._task)
        for task in flying:
            await asyncio.shield(task)

    async def _answer(self) -> None:
        keys, self._gathered, self._task = self._gathered, [], None
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
