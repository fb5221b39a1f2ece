"""How long a list will be, as far as the arguments of its field tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from graphql import FieldNode, IntValueNode, ListValueNode, NullValueNode, ValueNode, VariableNode

from execution.limits import SATURATED

Size: TypeAlias = int | Callable[[Mapping[str, Any]], int]
"""How often something is repeated: known from the document, or told by the (coerced) variables."""


def size_of(node: FieldNode, slicing: Sequence[str], defaults: Mapping[str, Any], assumed: int) -> Size:
    """The largest of the slicing arguments that are given, or have a default; the assumed size where none is."""
    if not slicing:
        return assumed
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    known = 0
    told = False
    open_ends: list[tuple[str, int]] = []
    for name in slicing:
        default = _count(defaults.get(name))
        value = given.get(name)
        if isinstance(value, VariableNode):
            open_ends.append((value.name.value, assumed if default is None else default))
        else:
            count = default if value is None else _count_of_literal(value)
            if count is not None:
                known, told = max(known, count), True
    if not open_ends:
        return known if told else assumed
    if len(open_ends) == 1:
        ((only, otherwise),) = open_ends
        return lambda variables: max(known, _filled(variables.get(only), otherwise))
    return lambda variables: max(known, *(_filled(variables.get(name), other) for name, other in open_ends))


def _filled(value: Any, otherwise: int) -> int:
    count = _count(value)
    return otherwise if count is None else count


def _count(value: Any) -> int | None:
    """What a value says of a size: a number says itself, a list its length, anything else nothing."""
    if isinstance(value, int):
        return max(value, 0)
    return len(value) if isinstance(value, (list, tuple)) else None


def _count_of_literal(value: ValueNode) -> int | None:
    if isinstance(value, IntValueNode):
        return max(int(value.value), 0) if len(value.value) < 12 else SATURATED
    if isinstance(value, ListValueNode):
        return len(value.values)
    return None if isinstance(value, NullValueNode) else 1
