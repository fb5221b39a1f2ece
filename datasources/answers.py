"""Answers kept for a while, and equal questions in flight asked once, between the loaders and a source.

A read is answered from what is kept while its time lives, else asked; where the source is out of reach an older answer
stands in for it and says so. A decision is always asked, and never answered from what is kept; it does leave its answer
behind. Reads wait for reads and decisions for decisions, never across: a read in flight may be older than the decision.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeAlias, TypeVar

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.persons import PersonFacts
from datasources.kbo import EnterpriseAnswer, Functions, FunctionsAnswer, Kbo
from datasources.outages import Clock
from datasources.persons import PersonAnswer, PersonRegister
from datasources.readings import Freshness, NumberCancelled, Reading, SourceFailure, SourceUnavailable

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Answer: TypeAlias = Reading[Value] | SourceFailure
Ask: TypeAlias = Callable[[Collection[Key], Freshness], Awaitable[Mapping[Key, Answer[Value]]]]


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How many answers of one kind of question are kept, how long a read may use one, and how long one may stand in.

    Seconds. `entries` bounds the memory: the answers used least recently go first. 0 entries keeps nothing.
    """

    entries: int = 100_000
    seconds: float = 60.0
    stale_seconds: float = 24 * 3600.0


class AnswerObserver(Protocol):
    """Told how questions were answered, for metrics: `kept`, `joined`, `asked` or `stale`."""

    def answered(self, kind: str, how: str, count: int) -> None:
        """So many keys of one kind of question were answered that way."""
        ...


class Unobserved:
    """Nobody is counting."""

    def answered(self, kind: str, how: str, count: int) -> None:
        """Counted by nobody."""


class Answers(Generic[Key, Value]):
    """The answers to one kind of question."""

    def __init__(
        self,
        kind: str,
        ask: Ask[Key, Value],
        policy: AnswerPolicy,
        clock: Clock = time.monotonic,
        observer: AnswerObserver | None = None,
    ) -> None:
        self._kind = kind
        self._ask = ask
        self._policy = policy
        self._clock = clock
        self._observer: AnswerObserver = observer or Unobserved()
        self._kept: OrderedDict[Key, tuple[float, Reading[Value]]] = OrderedDict()
        self._flights: dict[Freshness, dict[Key, asyncio.Task[Mapping[Key, Answer[Value]]]]] = {
            freshness: {} for freshness in Freshness
        }

    def __len__(self) -> int:
        return len(self._kept)

    async def answers(self, keys: Collection[Key], freshness: Freshness) -> dict[Key, Answer[Value]]:
        """An answer for every key. A cancelled asker leaves the question running for the others and for the shelf."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Answer[Value]] = {}
        if freshness is Freshness.READ:
            for key in wanted:
                kept = self._lookup(key, self._policy.seconds)
                if kept is not None:
                    found[key] = kept
        flights = self._flights[freshness]
        missing = [key for key in wanted if key not in found]
        new = [key for key in missing if key not in flights]
        if new:
            flight = asyncio.ensure_future(self._fly(new, freshness))
            flights.update(dict.fromkeys(new, flight))
        for how, count in (("kept", len(found)), ("joined", len(missing) - len(new)), ("asked", len(new))):
            if count:
                self._observer.answered(self._kind, how, count)
        by_flight = {key: flights[key] for key in missing}
        for flight in dict.fromkeys(by_flight.values()):
            await asyncio.shield(flight)
        for key, flight in by_flight.items():
            found[key] = self._or_stale(key, flight.result()[key], freshness)
        return {key: found[key] for key in wanted}

    async def close(self) -> None:
        """Give up the questions in flight."""
        flying = {flight for flights in self._flights.values() for flight in flights.values()}
        for flight in flying:
            flight.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    async def _fly(self, keys: list[Key], freshness: Freshness) -> Mapping[Key, Answer[Value]]:
        asked_at = self._clock()
        try:
            answered = await self._ask(keys, freshness)
            for key in keys:
                self._learn(key, answered[key], asked_at)
            return answered
        finally:
            for key in keys:
                del self._flights[freshness][key]

    def _learn(self, key: Key, answer: Answer[Value], asked_at: float) -> None:
        """Keep the answer that was asked for last: a slow read must not put its older answer over a decision's."""
        if isinstance(answer, NumberCancelled):
            self._kept.pop(key, None)
        if isinstance(answer, SourceFailure) or not self._policy.entries:
            return
        kept = self._kept.get(key)
        if kept is not None and kept[0] > asked_at:
            return
        self._kept[key] = (asked_at, answer)
        self._kept.move_to_end(key)
        while len(self._kept) > self._policy.entries:
            self._kept.popitem(last=False)

    def _lookup(self, key: Key, seconds: float) -> Reading[Value] | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        age = self._clock() - kept[0]
        if age >= self._policy.stale_seconds and age >= self._policy.seconds:
            del self._kept[key]
        if age >= seconds:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def _or_stale(self, key: Key, answer: Answer[Value], freshness: Freshness) -> Answer[Value]:
        if freshness is Freshness.DECIDE or not isinstance(answer, SourceUnavailable):
            return answer
        older = self._lookup(key, self._policy.stale_seconds)
        if older is None:
            return answer
        self._observer.answered(self._kind, "stale", 1)
        return replace(older, stale=True)


class AnsweringKbo:
    """`datasources.kbo.Kbo` that keeps the answers of another; four kinds of question, each with its own shelf."""

    def __init__(
        self,
        inner: Kbo,
        policy: AnswerPolicy | None = None,
        clock: Clock = time.monotonic,
        observer: AnswerObserver | None = None,
    ) -> None:
        kept = policy or AnswerPolicy()
        self._enterprises: Answers[EnterpriseNumber, EnterpriseFacts] = Answers(
            "enterprises", inner.enterprises, kept, clock, observer
        )
        self._in: Answers[EnterpriseNumber, Functions] = Answers(
            "functions_in", inner.functions_in, kept, clock, observer
        )
        self._of: Answers[NationalNumber, Functions] = Answers(
            "functions_of", inner.functions_of, kept, clock, observer
        )
        self._of_in: Answers[tuple[NationalNumber, EnterpriseNumber], Functions] = Answers(
            "functions_of_in", inner.functions_of_in, kept, clock, observer
        )

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        """As the inner one, kept."""
        return await self._enterprises.answers(numbers, freshness)

    async def functions_in(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, FunctionsAnswer]:
        """As the inner one, kept."""
        return await self._in.answers(numbers, freshness)

    async def functions_of(
        self, persons: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, FunctionsAnswer]:
        """As the inner one, kept."""
        return await self._of.answers(persons, freshness)

    async def functions_of_in(
        self, pairs: Collection[tuple[NationalNumber, EnterpriseNumber]], freshness: Freshness = Freshness.READ
    ) -> Mapping[tuple[NationalNumber, EnterpriseNumber], FunctionsAnswer]:
        """As the inner one, kept."""
        return await self._of_in.answers(pairs, freshness)

    async def close(self) -> None:
        """Give up the questions in flight."""
        for shelf in (self._enterprises, self._in, self._of, self._of_in):
            await shelf.close()


class AnsweringPersons:
    """`datasources.persons.PersonRegister` that keeps the answers of another."""

    def __init__(
        self,
        inner: PersonRegister,
        policy: AnswerPolicy | None = None,
        clock: Clock = time.monotonic,
        observer: AnswerObserver | None = None,
    ) -> None:
        self._persons: Answers[NationalNumber, PersonFacts] = Answers(
            "persons", inner.persons, policy or AnswerPolicy(), clock, observer
        )

    async def persons(
        self, numbers: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, PersonAnswer]:
        """As the inner one, kept."""
        return await self._persons.answers(numbers, freshness)

    async def close(self) -> None:
        """Give up the questions in flight."""
        await self._persons.close()
