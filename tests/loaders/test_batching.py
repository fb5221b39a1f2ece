"""A key is asked once per operation, and everybody who asked gets its own answer."""

import asyncio
import gc
import weakref
from collections.abc import Mapping, Sequence

import pytest

from loaders.batching import ByKey


class Source:
    """Answers the key times ten, fails for negative keys, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, keys: Sequence[int]) -> Mapping[int, int | Exception]:
        self.asked.append(sorted(keys))
        await self.gate.wait()
        return {key: key * 10 if key >= 0 else LookupError(str(key)) for key in reversed(keys)}


async def test_answers_come_in_the_order_asked_with_duplicates() -> None:
    source = Source()
    assert await ByKey(source.ask).load_many([3, 1, 3, 2]) == [30, 10, 30, 20]
    assert source.asked == [[1, 2, 3]]


async def test_single_questions_of_one_turn_are_one_question() -> None:
    source = Source()
    loader = ByKey(source.ask)
    assert await asyncio.gather(loader.load(1), loader.load(2), loader.load(1)) == [10, 20, 10]
    assert source.asked == [[1, 2]]


async def test_a_failure_fails_its_own_key_alone() -> None:
    loader = ByKey(Source().ask)
    good, bad = await loader.load_many([1, -1])
    assert good == 10
    assert isinstance(bad, LookupError)
    with pytest.raises(LookupError):
        await loader.load(-1)


async def test_a_key_in_flight_is_not_asked_again() -> None:
    source = Source()
    source.gate.clear()
    loader = ByKey(source.ask)
    first = asyncio.create_task(loader.load_many([1, 2]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(loader.load_many([2, 3]))
    await asyncio.sleep(0)
    source.gate.set()
    assert await first == [10, 20]
    assert await second == [20, 30]
    assert source.asked == [[1, 2], [3]]


async def test_what_several_ask_in_one_turn_is_one_question() -> None:
    source = Source()
    loader = ByKey(source.ask)
    asked = [[1, 2], [2, 3], [1, 2], []]
    assert await asyncio.gather(*map(loader.load_many, asked)) == [[10, 20], [20, 30], [10, 20], []]
    assert source.asked == [[1, 2, 3]]


async def test_an_answer_given_again_is_nobody_elses_list() -> None:
    loader = ByKey(Source().ask)
    first = await loader.load_many([1, -1])
    first.clear()
    assert (await loader.load_many([1, -1]))[0] == 10
    loader.forget(1)
    loader.prime(1, 7)
    assert (await loader.load_many([1, -1]))[0] == 7


async def test_a_cancelled_asker_does_not_cancel_the_others() -> None:
    source = Source()
    source.gate.clear()
    loader = ByKey(source.ask)
    impatient = asyncio.create_task(loader.load(1))
    patient = asyncio.create_task(loader.load(1))
    await asyncio.sleep(0)
    impatient.cancel()
    source.gate.set()
    assert await patient == 10
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_source_that_forgets_a_key_fails_those_keys_and_no_others() -> None:
    async def forgetful(keys: Sequence[int]) -> Mapping[int, int | Exception]:
        return {key: key for key in keys if key != 2}

    loader: ByKey[int, int] = ByKey(forgetful)
    assert await loader.load_many([1]) == [1]
    assert all(isinstance(answer, KeyError) for answer in await loader.load_many([2, 3]))


async def test_what_is_primed_is_not_asked() -> None:
    source = Source()
    loader = ByKey(source.ask)
    loader.prime(5, 7)
    assert await loader.load(5) == 7
    loader.forget(5)
    assert await loader.load(5) == 50
    assert source.asked == [[5]]


async def test_an_operations_answers_leave_with_it_and_wait_for_no_garbage_collector() -> None:
    source = Source()
    loader = ByKey(source.ask)
    assert await loader.load(1) == 10
    assert await loader.load_many([1, 2]) == [10, 20]
    await asyncio.sleep(0)  # the tasks that asked are put away by the event loop
    gc.disable()
    try:
        asked = weakref.ref(source)
        del loader, source
        assert asked() is None
    finally:
        gc.enable()
