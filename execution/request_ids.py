"""Names for requests: random enough that no two are alike, and no secret."""

from __future__ import annotations

import os
from random import Random

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_random = Random()  # noqa: S311  # a name, not a secret
os.register_at_fork(after_in_child=_random.seed)


def new_request_id() -> str:
    """Thirty-two random letters: an id with digits might look like a person's number, and be masked in part."""
    return f"{_random.getrandbits(128):032x}".translate(_LETTERS)
