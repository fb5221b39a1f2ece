"""How well a name answers what was typed, from 0 to 1. Pure; both texts are folded."""

from __future__ import annotations

from collections.abc import Sequence

from datasources.kbo_mirror.near import SHORTEST, distance, errors_allowed

_BEGINS = 0.85
_NEAR = (1.0, 0.7, 0.5)


def score(asked: str, name: str) -> float:
    """1 for the same name, above 0.9 for one that begins so, less for words in it, least for words nearly in it."""
    if asked == name:
        return 1.0
    share = len(asked) / max(len(name), len(asked))
    if name.startswith(asked):
        whole_words = name[len(asked)] == " "
        return round((0.93 if whole_words else 0.9) + 0.06 * share, 4)
    asked_words, words = asked.split(), name.split()
    if not asked_words:
        return 0.0
    matched = sum(_best(word, words) for word in asked_words) / len(asked_words)
    return round(0.75 * matched + 0.1 * share * matched, 4)


def _best(asked: str, words: Sequence[str]) -> float:
    if asked in words:
        return 1.0
    if any(word.startswith(asked) for word in words):
        return _BEGINS
    most = errors_allowed(asked)
    if not most:
        return 0.0
    found = [distance(asked, word, most) for word in words if len(word) >= SHORTEST - 1]
    nearest = min((each for each in found if each is not None), default=None)
    return 0.0 if nearest is None else _NEAR[nearest]
