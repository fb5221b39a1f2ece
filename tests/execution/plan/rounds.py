"""A property that is asked again, each time with other examples."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import getrandbits

from hypothesis import seed, settings


def rounds(asked: Callable[[], None], enough: Callable[[], bool]) -> None:
    """Ask until it is enough; where Hypothesis is to be predictable, every run asks the same.

    The seed is ours: a property without one is asked the same in every round of such a run.
    """
    predictable = settings.get_current_profile_name() == "ci"
    for turn in count():
        if enough():
            return
        seed(turn if predictable else getrandbits(64))(asked)()
