"""What one process remembers of the database for a while, because it is asked for again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Kept = TypeVar("Kept")


class Remembered(Generic[Kept]):
    """The last pairs used, bounded in number and, since another replica may alter them, in age."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._kept: OrderedDict[Any, tuple[float, Kept]] = OrderedDict()

    def __getitem__(self, key: Any) -> Kept | None:
        found = self._kept.get(key)
        if found is None or self._clock() >= found[0]:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def __setitem__(self, key: Any, value: Kept) -> None:
        self._kept[key] = (self._clock() + self._seconds, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
