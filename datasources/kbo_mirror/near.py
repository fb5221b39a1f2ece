"""Words that were perhaps meant: which to look at, and how far each is from what was typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 4
_LONG: Final = 8
_FAR: Final = 9
_MEASURED: Final = 400
"""Words whose distance is measured letter by letter: those first that share the most letters."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What a word with typing errors still begins or ends with, and how long it may be.

    Errors within one half leave the other as it is. Two of them, one in each half, leave the first or the last third,
    but where one is in the first third and the other in the last.
    """

    beginning: str
    ending: str
    shortest: int
    longest: int

    @classmethod
    def of(cls, word: str) -> tuple[Ends, ...]:
        """Where to look for a word of at least four letters, most likely first."""
        allowed, length = errors_allowed(word), len(word)
        parts = (length // 2, length // 3) if length >= _FAR else (length // 2,)
        return tuple(cls(word[:part], word[-part:], length - allowed, length + allowed) for part in parts)


def nearest(word: str, others: Iterable[str], most: int) -> list[str]:
    """Those of the others that are near, the nearest first; at most so many. The word itself is not among them."""
    allowed, letters = errors_allowed(word), frozenset(word)
    likely: list[tuple[int, str]] = []
    for other in others:
        # Letters that only one of the two has are errors: told quickly, and most words end here.
        lacking, added = len(letters.difference(other)), len(frozenset(other) - letters)
        if lacking <= allowed and added <= allowed:
            likely.append((lacking + added, other))
    likely.sort()
    marked = [(far, other) for _, other in likely[:_MEASURED] if (far := distance(word, other, allowed))]
    return [other for _, other in sorted(marked)[:most]]


def errors_allowed(word: str) -> int:
    """How many letters may be wrong, missing, too many or swapped."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < _LONG else 2


def distance(one: str, other: str, most: int) -> int | None:
    """Letters changed, missing, added, or swapped with their neighbour; None where there are more than `most`."""
    if abs(len(one) - len(other)) > most or len(set(one).difference(other)) > most:
        return None
    start = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        start += 1
    one, other = one[start:], other[start:]
    end = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        end += 1
    if end:
        one, other = one[:-end], other[:-end]
    far = _aligned(one, other, most) if one and other else len(one) + len(other)
    return far if far <= most else None


def _aligned(one: str, other: str, most: int) -> int:
    """The distance, looked for only where it can be within `most`; anything larger where it is not."""
    beyond, width = most + 1, len(other)
    before: list[int] = []
    last: list[int] = [*range(min(width, most) + 1), *([beyond] * (width - most))]
    for i, left in enumerate(one, 1):
        row = [min(i, beyond)] + [beyond] * width
        for j in range(max(1, i - most), min(width, i + most) + 1):
            right = other[j - 1]
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row[j] = cost
        if min(row) > most:
            return beyond
        before, last = last, row
    return last[-1]
