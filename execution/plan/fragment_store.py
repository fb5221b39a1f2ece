"""Serialised entities in memory, up to a number of bytes: those used least recently go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, NamedTuple

BESIDE = 1_000
"""Bytes that a fragment takes beside its text: its key, what it rests on, and its place; measured, and rounded up."""


class Fragment(NamedTuple):
    """One entity as it was answered, and a note of what its bytes rest on."""

    text: bytes
    note: Any


class FragmentStore:
    """Fragments by key. `size` is what they take, by our own reckoning."""

    __slots__ = ("_items", "_most", "size")

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: OrderedDict[Hashable, Fragment] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._items)

    def find(self, key: Hashable) -> Fragment | None:
        """What is kept under this key, which is now the most recently used."""
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def keep(self, key: Hashable, fragment: Fragment) -> None:
        """In place of what was kept under this key; room is made where there is none, but not by letting go of all."""
        before = self._items.pop(key, None)
        if before is not None:
            self.size -= BESIDE + len(before.text)
        if BESIDE + len(fragment.text) > self._most:
            return
        self._items[key] = fragment
        self.size += BESIDE + len(fragment.text)
        while self.size > self._most:
            _, forgotten = self._items.popitem(last=False)
            self.size -= BESIDE + len(forgotten.text)
