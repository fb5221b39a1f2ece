"""Words that were perhaps meant: which to look at, and how far each is from what was typed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 4
_LONG: Final = 8
_FAR: Final = 9


@dataclass(frozen=True, slots=True)
class Halves:
    """What a word with a typing error still begins or ends with: an error spoils one part only.

    Two errors are allowed in a word of eight letters or more; they are missed where one is in its first third and the
    other in its last.
    """

    beginning: str
    ending: str
    shortest: int
    longest: int

    @classmethod
    def of(cls, word: str) -> Halves:
        """The parts of a word of at least four letters."""
        allowed = errors_allowed(word)
        length = len(word)
        part = length // 3 if length >= _FAR else length // 2
        return cls(word[:part], word[-part:], length - allowed, length + allowed)


def errors_allowed(word: str) -> int:
    """How many letters may be wrong, missing, too many or swapped."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < _LONG else 2


def distance(one: str, other: str, most: int) -> int | None:
    """Letters changed, missing, added, or swapped with their neighbour; None where there are more than `most`."""
    if abs(len(one) - len(other)) > most:
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
    if not one or not other:
        far = len(one) + len(other)
    elif len(one) > most + 1 and len(other) > most + 1 and not _shares(one, other, most):
        return None
    else:
        far = _aligned(one, other)
    return far if far <= most else None


def _shares(one: str, other: str, most: int) -> bool:
    """Whether enough letters are common for the words to be near: cheap, before the table is filled."""
    return len(set(one) - set(other)) <= most and len(set(other) - set(one)) <= most


def _aligned(one: str, other: str) -> int:
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
