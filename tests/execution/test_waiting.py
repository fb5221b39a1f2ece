"""A gate and an inbox do for one connection what asyncio's event and queue do."""

from __future__ import annotations

import asyncio

import pytest

from execution.waiting import Gate, Inbox


async def test_all_who_wait_at_a_gate_pass_when_it_opens_although_it_is_shut_again_at_once() -> None:
    gate = Gate()
    await gate.wait()
    gate.clear()
    waiting = [asyncio.ensure_future(gate.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    waiting.pop().cancel()
    gate.set()
    gate.clear()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    assert not gate.is_set()


async def test_what_arrives_is_read_in_order_whether_somebody_waits_or_not() -> None:
    inbox = Inbox[int]()
    inbox.put_nowait(1)
    inbox.put_nowait(2)
    assert [await inbox.get(), await inbox.get(), inbox.empty()] == [1, 2, True]
    waiting = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(3)
    inbox.put_nowait(4)
    assert [await waiting, await inbox.get()] == [3, 4]


async def test_a_reader_who_gave_up_takes_nothing_with_them() -> None:
    inbox = Inbox[int]()
    gone = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    inbox.put_nowait(1)
    assert await inbox.get() == 1
