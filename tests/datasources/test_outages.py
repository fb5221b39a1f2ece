"""What stands before a source that may fail."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.outages import LEFT_ALONE, Breaker, NothingSent, OutagePolicy, Outlet, OutOfReach, Pace


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _fine() -> str:
    return "fine"


async def _fails() -> str:
    raise OutOfReach("broken")


async def _fail_times(outlet: Outlet, times: int) -> None:
    for _ in range(times):
        with pytest.raises(OutOfReach):
            await outlet.ask(_fails)


@given(st.floats(min_value=0.2, max_value=50), st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=100))
def test_no_second_ever_sees_more_starts_than_the_rate(rate: float, gaps: list[float]) -> None:
    """MAGDA counts within any 1000 ms, so an idle hour saves up nothing."""
    clock = Clock()
    pace = Pace(rate, clock)
    starts = []
    for gap in gaps:
        clock.now += gap
        starts.append(clock.now + pace.reserve())
    assert starts == sorted(starts)
    count = max(1, int(rate))
    for first, later in zip(starts, starts[count:], strict=False):
        assert later - first >= count / rate - 1e-6


def test_without_a_rate_nobody_waits() -> None:
    pace = Pace(None, Clock())
    assert [pace.reserve() for _ in range(1000)] == [0.0] * 1000


async def test_the_breaker_opens_after_five_failures_in_a_row() -> None:
    clock = Clock()
    outlet = Outlet(OutagePolicy(rate=None), clock)
    await _fail_times(outlet, 4)
    assert not outlet.breaker.open
    assert await outlet.ask(_fine) == "fine"
    await _fail_times(outlet, 5)
    assert outlet.breaker.open
    with pytest.raises(OutOfReach, match=LEFT_ALONE):
        await outlet.ask(_fine)


async def test_the_breaker_closes_with_the_first_answer_after_its_pause() -> None:
    clock = Clock()
    outlet = Outlet(OutagePolicy(rate=None, open_seconds=10), clock)
    await _fail_times(outlet, 5)
    clock.now += 10
    assert await outlet.ask(_fine) == "fine"
    assert not outlet.breaker.open


async def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    clock = Clock()
    outlet = Outlet(OutagePolicy(rate=None, open_seconds=10), clock)
    await _fail_times(outlet, 5)
    clock.now += 10
    with pytest.raises(OutOfReach, match="broken"):
        await outlet.ask(_fails)
    clock.now += 9
    with pytest.raises(OutOfReach, match=LEFT_ALONE):
        await outlet.ask(_fine)
    clock.now += 1
    assert await outlet.ask(_fine) == "fine"


async def test_one_probe_at_a_time_and_a_cancelled_one_makes_way() -> None:
    clock = Clock()
    outlet = Outlet(OutagePolicy(rate=None), clock)
    await _fail_times(outlet, 5)
    clock.now += 10
    probing = asyncio.Event()

    async def hangs() -> str:
        probing.set()
        await asyncio.Event().wait()
        return "never"

    probe = asyncio.create_task(outlet.ask(hangs))
    await probing.wait()
    with pytest.raises(OutOfReach, match=LEFT_ALONE):
        await outlet.ask(_fine)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert await outlet.ask(_fine) == "fine"


async def test_a_refusal_is_an_answer_to_the_breaker() -> None:
    outlet = Outlet(OutagePolicy(rate=None), Clock())

    async def refuses() -> str:
        raise LookupError

    await _fail_times(outlet, 4)
    with pytest.raises(LookupError):
        await outlet.ask(refuses)
    await _fail_times(outlet, 4)
    assert not outlet.breaker.open


def test_a_late_failure_does_not_prolong_the_pause() -> None:
    clock = Clock()
    breaker = Breaker(1, 10, clock)
    breaker.leave(probe=False, failed=True)
    clock.now += 9
    breaker.leave(probe=False, failed=True)
    clock.now += 1
    assert breaker.enter()


async def test_only_what_was_never_sent_is_tried_again_and_once() -> None:
    outlet = Outlet(OutagePolicy(rate=None), Clock())
    tries: list[int] = []

    async def unreachable() -> str:
        tries.append(1)
        raise NothingSent("no connection")

    with pytest.raises(NothingSent):
        await outlet.ask(unreachable)
    assert len(tries) == 2

    async def second_time_lucky() -> str:
        tries.append(1)
        if len(tries) == 3:
            raise NothingSent("no connection")
        return "fine"

    assert await outlet.ask(second_time_lucky) == "fine"

    async def broken() -> str:
        tries.append(1)
        raise OutOfReach("broken")

    tries.clear()
    with pytest.raises(OutOfReach):
        await outlet.ask(broken)
    assert len(tries) == 1


async def test_the_deadline_covers_the_retry_too() -> None:
    outlet = Outlet(OutagePolicy(rate=None, deadline=0.05))
    tries: list[int] = []

    async def first_refused_then_silent() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise NothingSent("no connection")
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(OutOfReach, match="in time"):
        await outlet.ask(first_refused_then_silent)


async def test_no_more_are_asked_at_once_than_there_are_places() -> None:
    outlet = Outlet(OutagePolicy(rate=None, concurrency=3))
    inside = most = 0

    async def counted() -> str:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        return "fine"

    await asyncio.gather(*(outlet.ask(counted) for _ in range(20)))
    assert most == 3


async def test_waiting_for_a_place_has_an_end() -> None:
    outlet = Outlet(OutagePolicy(rate=None, concurrency=1, longest_wait=0.02))
    entered = asyncio.Event()

    async def hangs() -> str:
        entered.set()
        await asyncio.Event().wait()
        return "never"

    holding = asyncio.create_task(outlet.ask(hangs))
    await entered.wait()
    with pytest.raises(OutOfReach, match="too many"):
        await outlet.ask(_fine)
    holding.cancel()


async def test_what_waits_for_its_turn_is_turned_away_once_the_breaker_opens() -> None:
    outlet = Outlet(OutagePolicy(rate=50.0, failures_to_open=1))
    for _ in range(50):
        await outlet.ask(_fine)
    asked: list[int] = []

    async def fails() -> str:
        asked.append(1)
        raise OutOfReach("broken")

    outcomes = await asyncio.gather(*(outlet.ask(fails) for _ in range(5)), return_exceptions=True)
    assert len(asked) == 1
    assert sorted(str(outcome) for outcome in outcomes) == sorted(["broken"] + [LEFT_ALONE] * 4)
