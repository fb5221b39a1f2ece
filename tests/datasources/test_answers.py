"""Answers that are kept, joined, and stand in for a source out of reach."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import pytest

from btb.persons import PersonFacts
from datasources.answers import AnsweringKbo, AnsweringPersons, AnswerPolicy, Answers
from datasources.readings import (
    AuthenticSource,
    Freshness,
    NumberCancelled,
    Reading,
    SourceFailure,
    SourceRefused,
    SourceUnavailable,
)
from tests.datasources.magda.building import enterprise, person

READ, DECIDE = Freshness.READ, Freshness.DECIDE
NOW = datetime(2026, 11, 20, tzinfo=UTC)
KBO = AuthenticSource.KBO


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Counts what it is asked; answers "key.n" the n-th time, or fails as told, once its gate is open."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.times: dict[str, int] = {}
        self.failure: SourceFailure | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, keys: Collection[str], freshness: Freshness) -> Mapping[str, Reading[str] | SourceFailure]:
        self.asked.append(tuple(keys))
        numbered = {key: self.times.setdefault(key, 0) + 1 for key in keys}
        self.times |= numbered
        await self.gate.wait()
        if self.failure is not None:
            return dict.fromkeys(keys, self.failure)
        return {key: Reading(f"{key}.{number}", KBO, NOW) for key, number in numbered.items()}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Source:
    return Source()


class Counting:
    """Keeps how questions were answered."""

    def __init__(self) -> None:
        self.how: dict[str, int] = {}

    def answered(self, kind: str, how: str, count: int) -> None:
        self.how[how] = self.how.get(how, 0) + count


@pytest.fixture
def observer() -> Counting:
    return Counting()


@pytest.fixture
def kept(source: Source, clock: Clock, observer: Counting) -> Answers[str, str]:
    return Answers("words", source.ask, AnswerPolicy(entries=3, seconds=60, stale_seconds=600), clock, observer)


async def _values(kept: Answers[str, str], *keys: str, freshness: Freshness = READ) -> list[object]:
    answers = await kept.answers(keys, freshness)
    assert list(answers) == list(dict.fromkeys(keys))
    return [
        (answer.value, answer.stale) if isinstance(answer, Reading) else type(answer) for answer in answers.values()
    ]


async def test_reading_twice_is_asking_once(kept: Answers[str, str], source: Source, clock: Clock) -> None:
    assert await _values(kept, "a", "b", "a") == [("a.1", False), ("b.1", False)]
    clock.now += 59
    assert await _values(kept, "b", "c") == [("b.1", False), ("c.1", False)]
    assert source.asked == [("a", "b"), ("c",)]
    clock.now += 1
    assert await _values(kept, "b", "c") == [("b.2", False), ("c.1", False)]


async def test_nothing_asked_asks_nothing(kept: Answers[str, str], source: Source) -> None:
    assert await _values(kept) == []
    assert source.asked == []


async def test_equal_questions_in_flight_are_asked_once(
    kept: Answers[str, str], source: Source, observer: Counting
) -> None:
    source.gate.clear()
    asking = [asyncio.create_task(_values(kept, *keys)) for keys in (("a", "b"), ("b", "c"), ("a",))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*asking) == [
        [("a.1", False), ("b.1", False)],
        [("b.1", False), ("c.1", False)],
        [("a.1", False)],
    ]
    assert source.asked == [("a", "b"), ("c",)]
    assert observer.how == {"asked": 3, "joined": 2}


async def test_reads_and_decisions_never_share_a_flight(kept: Answers[str, str], source: Source) -> None:
    source.gate.clear()
    asking = [
        asyncio.create_task(_values(kept, "a", freshness=freshness)) for freshness in (READ, DECIDE, READ, DECIDE)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.gate.set()
    read, decided, read_too, decided_too = await asyncio.gather(*asking)
    assert read == read_too == [("a.1", False)]
    assert decided == decided_too == [("a.2", False)]


async def test_a_decision_is_always_asked_and_leaves_its_answer_behind(kept: Answers[str, str], source: Source) -> None:
    await _values(kept, "a")
    assert await _values(kept, "a", freshness=DECIDE) == [("a.2", False)]
    assert await _values(kept, "a") == [("a.2", False)]
    assert len(source.asked) == 2


async def test_an_older_answer_stands_in_for_a_read_and_says_so(
    kept: Answers[str, str], source: Source, clock: Clock, observer: Counting
) -> None:
    await _values(kept, "a")
    clock.now += 100
    source.failure = SourceUnavailable(KBO, "down")
    assert await _values(kept, "a", "b") == [("a.1", True), SourceUnavailable]
    assert observer.how["stale"] == 1
    clock.now += 500
    assert await _values(kept, "a") == [SourceUnavailable]
    assert len(kept) == 0


async def test_a_decision_never_gets_an_older_answer(kept: Answers[str, str], source: Source) -> None:
    await _values(kept, "a")
    source.failure = SourceUnavailable(KBO, "down")
    assert await _values(kept, "a", freshness=DECIDE) == [SourceUnavailable]
    assert await _values(kept, "a") == [("a.1", False)]


async def test_a_refusal_is_not_hidden_by_an_older_answer(
    kept: Answers[str, str], source: Source, clock: Clock
) -> None:
    await _values(kept, "a")
    clock.now += 100
    source.failure = SourceRefused(KBO, "no")
    assert await _values(kept, "a") == [SourceRefused]


async def test_a_cancelled_number_is_forgotten(kept: Answers[str, str], source: Source) -> None:
    await _values(kept, "a")
    source.failure = NumberCancelled(KBO, "cancelled")
    assert await _values(kept, "a", freshness=DECIDE) == [NumberCancelled]
    source.failure = SourceUnavailable(KBO, "down")
    assert await _values(kept, "a") == [SourceUnavailable]


async def test_failures_are_never_kept(kept: Answers[str, str], source: Source) -> None:
    source.failure = SourceUnavailable(KBO, "down")
    assert await _values(kept, "a") == [SourceUnavailable]
    source.failure = None
    assert await _values(kept, "a") == [("a.2", False)]


async def test_the_shelf_is_bounded_and_the_least_used_goes_first(kept: Answers[str, str], source: Source) -> None:
    await _values(kept, "a", "b", "c")
    await _values(kept, "a")
    await _values(kept, "d")
    assert len(kept) == 3
    await _values(kept, "a", "c", "d")
    assert source.asked == [("a", "b", "c"), ("d",)]
    await _values(kept, "b")
    assert source.asked[-1] == ("b",)


async def test_a_shelf_of_nothing_keeps_nothing(source: Source, clock: Clock) -> None:
    kept: Answers[str, str] = Answers("words", source.ask, AnswerPolicy(entries=0), clock)
    await _values(kept, "a")
    await _values(kept, "a")
    assert len(source.asked) == 2
    assert len(kept) == 0


async def test_a_cancelled_asker_cancels_nobody_else(kept: Answers[str, str], source: Source) -> None:
    source.gate.clear()
    first = asyncio.create_task(_values(kept, "a"))
    await asyncio.sleep(0)
    second = asyncio.create_task(_values(kept, "a"))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.gate.set()
    assert await second == [("a.1", False)]
    assert source.asked == [("a",)]


async def test_a_question_everybody_left_still_fills_the_shelf(kept: Answers[str, str], source: Source) -> None:
    source.gate.clear()
    asking = asyncio.create_task(_values(kept, "a"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    source.gate.set()
    assert await _values(kept, "a") == [("a.1", False)]
    assert source.asked == [("a",)]


async def test_a_slow_read_does_not_cover_a_decision_s_answer(
    kept: Answers[str, str], source: Source, clock: Clock
) -> None:
    source.gate.clear()
    reading = asyncio.create_task(_values(kept, "a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    held, source.gate = source.gate, asyncio.Event()
    source.gate.set()
    clock.now += 1
    assert await _values(kept, "a", freshness=DECIDE) == [("a.2", False)]
    held.set()
    assert await reading == [("a.1", False)]
    assert await _values(kept, "a") == [("a.2", False)]


async def test_a_bug_below_reaches_every_asker_and_is_not_kept(clock: Clock) -> None:
    async def broken(keys: Collection[str], freshness: Freshness) -> Mapping[str, Reading[str] | SourceFailure]:
        raise ZeroDivisionError

    kept: Answers[str, str] = Answers("words", broken, AnswerPolicy(), clock)
    for _ in range(2):
        outcomes = await asyncio.gather(_values(kept, "a"), _values(kept, "a", "b"), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError, ZeroDivisionError]


async def test_closing_gives_up_what_is_in_flight(kept: Answers[str, str], source: Source) -> None:
    source.gate.clear()
    asking = asyncio.create_task(_values(kept, "a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await kept.close()
    with pytest.raises(asyncio.CancelledError):
        await asking


class Registers:
    """Both Protocols; counts its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def _answers(self, kind: str, keys: Collection[object], value: object) -> dict[object, object]:
        self.calls.append(kind)
        return {key: Reading(value, KBO, NOW) for key in keys}

    async def enterprises(self, numbers, freshness=READ):  # type: ignore[no-untyped-def]
        return self._answers("enterprises", numbers, None)

    async def functions_in(self, numbers, freshness=READ):  # type: ignore[no-untyped-def]
        return self._answers("functions_in", numbers, ())

    async def functions_of(self, persons, freshness=READ):  # type: ignore[no-untyped-def]
        return self._answers("functions_of", persons, ())

    async def functions_of_in(self, pairs, freshness=READ):  # type: ignore[no-untyped-def]
        return self._answers("functions_of_in", pairs, ())

    async def persons(self, numbers, freshness=READ):  # type: ignore[no-untyped-def]
        return self._answers("persons", numbers, PersonFacts(person(1), (), (), deceased=False))


async def test_each_kind_of_question_has_its_own_shelf() -> None:
    registers = Registers()
    kbo, persons = AnsweringKbo(registers), AnsweringPersons(registers)
    one, somebody = enterprise(1234567), person(11)
    for _ in range(2):
        assert list(await kbo.enterprises([one])) == [one]
        assert list(await kbo.functions_in([one])) == [one]
        assert list(await kbo.functions_of([somebody])) == [somebody]
        assert list(await kbo.functions_of_in([(somebody, one)])) == [(somebody, one)]
        assert list(await persons.persons([somebody])) == [somebody]
    assert registers.calls == ["enterprises", "functions_in", "functions_of", "functions_of_in", "persons"]
    await kbo.close()
    await persons.close()
