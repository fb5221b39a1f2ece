"""Apollo's federated tracing, version 1 (`ftv1`): how long an operation took, for a gateway that may know.

A protocol-buffers message `Trace` in base64 under `extensions.ftv1`. Only the operation and its root fields are in it:
fields are not timed one by one, which would cost more than it tells; and never a message, an argument or a key.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from graphql import FieldNode, GraphQLSchema, OperationType

from execution.operation import Prepared

_NANOSECONDS = 1_000_000_000


def federated_trace(schema: GraphQLSchema, prepared: Prepared, began: int, took: int) -> str:
    """The trace of an operation that began at `began` nanoseconds since 1970, and took `took`."""
    root = b"".join(_member(12, node) for node in _root_fields(schema, prepared, took))
    return b64encode(
        _member(3, _timestamp(began + took)) + _member(4, _timestamp(began)) + _number(11, took) + _member(14, root)
    ).decode()


def _root_fields(schema: GraphQLSchema, prepared: Prepared, took: int) -> Iterator[bytes]:
    """A node for each root field that stands in the operation itself; they share its time."""
    parent = schema.get_root_type(OperationType(prepared.type.value))
    assert parent is not None
    for field in prepared.operation.selection_set.selections:
        if not isinstance(field, FieldNode):
            continue
        name, shown = field.name.value, field.alias.value if field.alias else field.name.value
        known = parent.fields.get(name)
        node = _text(1, shown) + _text(3, str(known.type) if known else "String!")
        node += _number(9, took) + _text(13, parent.name)
        yield node + (_text(14, name) if shown != name else b"")


def _timestamp(nanoseconds: int) -> bytes:
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    return _number(1, seconds) + _number(2, rest)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _text(field: int, text: str) -> bytes:
    return _member(field, text.encode())


def _member(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
