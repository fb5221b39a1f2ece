"""Ids of what is written in order: made one after the other, they stand beside each other in an index.

A random id goes to a page of its own in every index that begins with it, and in a register of a million mandates that
page is seldom at hand. Persons' ids tell nothing and stay random (decision 0004); when a mandate or a change was
written stands beside it anyway.
"""

from __future__ import annotations

import os
import time
from uuid import UUID

_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
_CHANCE = (1 << 74) - 1
_LOW = (1 << 62) - 1
_BYTES = 10
_AT_ONCE = 100

_left: list[bytes] = []
"""Chance for the next ids: the system is asked for that of many together, which costs as much as that of one."""
os.register_at_fork(after_in_child=_left.clear)


def new_id() -> UUID:
    """An id of version 7 (RFC 9562): the milliseconds since 1970, then 74 bits of chance."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(_chance()) & _CHANCE
    return UUID(int=(milliseconds << 80) | _VERSION_AND_VARIANT | (chance >> 62 << 64) | (chance & _LOW))


def _chance() -> bytes:
    """Given to nobody else, in whatever thread; a process that was forked has chance of its own."""
    try:
        return _left.pop()
    except IndexError:
        many = os.urandom(_BYTES * _AT_ONCE)
        _left.extend(many[at : at + _BYTES] for at in range(_BYTES, len(many), _BYTES))
        return many[:_BYTES]
