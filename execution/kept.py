"""What is kept, up to a number or a weight: the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Kept(Generic[Item]):
    """A bounded mapping. `None` is not kept: it means that nothing is known."""

    __slots__ = ("_items", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: OrderedDict[Hashable, Item] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def find(self, key: Hashable) -> Item | None:
        """What is kept under this key, which is now the most recently used."""
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def keep(self, key: Hashable, item: Item) -> None:
        """Keep it, and let go of the one unused for longest where there are too many."""
        self._items[key] = item
        self._items.move_to_end(key)
        if len(self._items) > self._most:
            self._items.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Let go of what is kept under this key, if anything."""
        self._items.pop(key, None)


class Weighed(Kept[Item]):
    """The same for what is not all of one size. `size` is what everything weighs, by `weigh` of its key and itself."""

    __slots__ = ("_weigh", "size")

    def __init__(self, most: int, weigh: Callable[[Any, Item], int]) -> None:
        super().__init__(most)
        self._weigh = weigh
        self.size = 0

    def keep(self, key: Hashable, item: Item) -> None:
        """In place of what was kept under this key; room is made where there is none, but not by letting go of all."""
        self.forget(key)
        weight = self._weigh(key, item)
        if weight > self._most:
            return
        self._items[key] = item
        self.size += weight
        while self.size > self._most:
            self.size -= self._weigh(*self._items.popitem(last=False))

    def forget(self, key: Hashable) -> None:
        """Let go of it, and of its weight."""
        before = self._items.pop(key, None)
        if before is not None:
            self.size -= self._weigh(key, before)
