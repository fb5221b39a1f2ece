"""Moods of a world: what may be wrong with the values that its resolvers find."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Broken(Exception):
    """What a spoiled resolver raises."""


class Odd(str):
    """Text that is not exactly text."""


class Many(list[Any]):
    """A list that is not exactly a list."""


def _raise() -> Any:
    raise Broken


SPOILED: list[Callable[[Any], Any]] = [
    lambda value: None,
    lambda value: _raise(),
    lambda value: Broken("as a value"),
    lambda value: 7,
    lambda value: "text",
    lambda value: Odd("odd"),
    lambda value: True,
    lambda value: 2.5,
    lambda value: float("nan"),
    lambda value: 2**31,
    lambda value: object(),
    lambda value: [],
    lambda value: [None],
    lambda value: [value, None],
    lambda value: [[value]],
    lambda value: Many([value]),
    lambda value: (each for each in (value,)),
    lambda value: {"name": "a mapping"},
    lambda value: {value} if isinstance(value, str) else value,
    lambda value: "\ud800",
    lambda value: 'Bakkerij "De Zon" \\ Liège\u2028\n',
    lambda value: 1e17,
    lambda value: 2**64,
]
"""What a value may become; a world adds values of its own."""


@dataclass(frozen=True)
class Mood:
    """Spoils `share` per mille of all values."""

    seed: int = 0
    share: int = 0

    def of(self, owner: object, name: str, value: Any) -> Any:
        """The value, or what it is spoiled to; may raise Broken."""
        number = getattr(owner, "number", 0)
        draw = zlib.crc32(f"{self.seed} {type(owner).__name__} {number} {name}".encode())
        if draw % 1000 >= self.share:
            return value
        return SPOILED[(draw // 1000) % len(SPOILED)](value)

    def item(self, owner: object, name: str, value: Any) -> Any:
        """The same for an item of a batch, where an exception is a value."""
        try:
            return self.of(owner, name, value)
        except Broken as broken:
            return broken


MOOD = [Mood()]
"""The mood of the world: attributes have no context to ask."""
