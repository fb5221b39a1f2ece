"""What a fragment is, under which key it is kept, and what it weighs."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

BESIDE = 1_000
"""Bytes that a fragment takes beside its text and its representation: what it rests on, and its place; measured, and
rounded up."""


class Head:
    """Stands for a shape, a type, a reader and the values of variables; told apart by being another object."""

    __slots__ = ()


Key: TypeAlias = tuple[Head, bytes]
"""And the representation, as orjson writes it."""


class Fragment(NamedTuple):
    """One entity as it was answered, and a note of what its bytes rest on."""

    text: bytes
    note: Any


def lean(key: Key) -> Key:
    """The same key, to be kept: what orjson wrote has the room of a thousand bytes and more."""
    head, representation = key
    return head, bytes(memoryview(representation))


def weight(key: Key, fragment: Fragment) -> int:
    """The bytes that one takes, by our own reckoning."""
    _, representation = key
    return BESIDE + len(representation) + len(fragment.text)
