"""Names for requests: random enough that no two are alike, and no secret."""

from __future__ import annotations

import os
from random import Random

LENGTH, TOGETHER = 32, 64
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_random = Random()  # noqa: S311  # a name, not a secret
_made: list[str] = []


def new_request_id() -> str:
    """Thirty-two random letters: an id with digits might look like a person's number, and be masked in part."""
    if not _made:
        letters = f"{_random.getrandbits(4 * LENGTH * TOGETHER):0{LENGTH * TOGETHER}x}".translate(_LETTERS)
        _made.extend(letters[start : start + LENGTH] for start in range(0, len(letters), LENGTH))
    return _made.pop()


def _begin_anew() -> None:
    """A child of this process makes names of its own."""
    _random.seed()
    _made.clear()


os.register_at_fork(after_in_child=_begin_anew)
