"""What an answer is made of: a class for each sequence of response keys, whose instances cost half a dictionary.

An instance holds its values as `f0`, `f1`, … and the class knows the keys that are written for them, ready quoted; the
collector need not know of it. What msgspec writes of strings, booleans, small integers, middling floats and None is
byte for byte what orjson writes, which writes the interpreter's answers; whatever else a scalar makes is written by
orjson, and put in as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from graphql import Undefined
from msgspec import Raw, defstruct
from msgspec.json import Encoder

from execution.kept import Kept
from execution.plan.signals import Aside, Reason

written_out = Encoder().encode
"""The bytes of an answer."""

FLOATS = "-1e16 < {v} < 1e16"
"""Floats that both write alike: of larger ones msgspec writes `1e16`, orjson `1e+16`."""


class Records:
    """The classes of one schema's answers, up to a number; a class takes some four kilobytes."""

    def __init__(self, most: int) -> None:
        self._classes: Kept[type] = Kept(most)

    def of(self, keys: Sequence[str]) -> type:
        """The class for objects with these keys, in order; it takes their values in that order."""
        name = tuple(keys)
        known = self._classes.find(name)
        if known is None:
            fields = [f"f{place}" for place in range(len(name))]
            renamed = dict(zip(fields, name, strict=True))
            known = defstruct("Record", [(each, Any) for each in fields], rename=renamed, gc=False)
            self._classes.keep(name, known)
        return known


def as_written(value: Any) -> Any:
    """What a leaf makes, to be written as orjson writes it. Raises Aside for nothing, or what orjson raises."""
    if type(value) is str or value is True or value is False or type(value) is Raw:
        return value
    if value is None or value is Undefined:
        raise Aside(Reason.NULL)
    return Raw(orjson.dumps(value))
