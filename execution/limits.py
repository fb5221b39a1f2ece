"""How large a document may be, measured in one pass over it, before it is validated.

Each fragment is measured once; a spread adds the stored measure and sums saturate, so that nested fragments cost no
more than their text. Cycles and unknown fragments count nothing here: validation reports them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from execution.errors import CostExceeded, LimitExceeded

SATURATED = 10**9
_INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask.

    Counts are of the expanded operation (fragments written out), but `characters`, `tokens`, `directives`, `fragments`
    and `introspections`, which are of the document: a comment or a text is one token, and takes time by its length.
    `repeats` is how often one response name may stand in one selection set: comparing them is quadratic.
    `introspections` is how often `__schema` may stand there, which has no cost but takes time. `deadline` is in
    seconds, per operation and per subscription event. `cost` is in weighed objects; `assumed_list_size` stands for a
    list whose size nothing tells. `list_items` bounds every list in the variables. `at_once` is how many queries and
    mutations run together, the others waiting their turn within their deadline; 0 for any number.
    """

    characters: int = 65_536
    tokens: int = 1_000
    depth: int = 12
    introspection_depth: int = 16
    introspections: int = 2
    fields: int = 500
    root_fields: int = 10
    aliases: int = 30
    directives: int = 20
    fragments: int = 30
    repeats: int = 20
    cost: int = 25_000
    assumed_list_size: int = 10
    list_items: int = 1_000
    errors: int = 20
    deadline: float = 5.0
    at_once: int = 8
    cached_documents: int = 1_000
    cached_document_characters: int = 16_384


@dataclass(frozen=True, slots=True)
class Measure:
    """How large one operation is."""

    depth: int
    fields: int
    aliases: int
    root_fields: int
    introspection_depth: int
    introspections: int
    repeats: int
    directives: int
    fragments: int


class _Ruler:
    """One pass over a document."""

    __slots__ = ("directives", "fragments", "introspection_depth", "introspections", "memo", "repeats")

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self.memo: dict[str, tuple[int, int, int, int]] = {}
        self.directives = 0
        self.introspection_depth = self.introspections = 0
        self.repeats = 0

    def measure(self, selection_set: SelectionSetNode) -> tuple[int, int, int, int]:
        """Depth, fields, aliases, and fields of the first level only."""
        depth = fields = aliases = width = 0
        names: dict[str, int] = {}
        for node in selection_set.selections:
            if node.directives:
                self.directives += len(node.directives)
            if isinstance(node, FieldNode):
                alias = node.alias
                name = node.name.value
                response_name = alias.value if alias else name
                names[response_name] = names.get(response_name, 0) + 1
                width += 1
                fields += 1
                if alias:
                    aliases += 1
                inner = 0
                if node.selection_set:
                    inner, more_fields, more_aliases, _ = self.measure(node.selection_set)
                    fields += more_fields
                    aliases += more_aliases
                    if name in _INTROSPECTION:
                        self.introspections += name == "__schema"
                        self.introspection_depth = max(self.introspection_depth, inner + 1)
                        inner = 0
                if inner >= depth:
                    depth = inner + 1
            elif isinstance(node, (FragmentSpreadNode, InlineFragmentNode)):
                found = self._spread(node) if isinstance(node, FragmentSpreadNode) else self.measure(node.selection_set)
                depth = max(depth, found[0])
                fields += found[1]
                aliases += found[2]
                width += found[3]
        if len(names) < len(selection_set.selections):
            self.repeats = max(self.repeats, max(names.values(), default=0))
        return depth, min(fields, SATURATED), min(aliases, SATURATED), min(width, SATURATED)

    def _spread(self, node: FragmentSpreadNode) -> tuple[int, int, int, int]:
        name = node.name.value
        known = self.memo.get(name)
        if known is None:
            self.memo[name] = known = (0, 0, 0, 0)
            if fragment := self.fragments.get(name):
                self.memo[name] = known = self.measure(fragment.selection_set)
        return known


def measured(document: DocumentNode, operation: OperationDefinitionNode) -> Measure:
    """Measure one operation of a document; its directives are those of the whole document."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    ruler = _Ruler(fragments)
    depth, fields, aliases, width = ruler.measure(operation.selection_set)
    for name, fragment in fragments.items():
        if name not in ruler.memo:
            ruler.memo[name] = (0, 0, 0, 0)
            ruler.measure(fragment.selection_set)
    for definition in document.definitions:
        if isinstance(definition, (OperationDefinitionNode, FragmentDefinitionNode)):
            ruler.directives += len(definition.directives or ())
            ruler.directives += sum(len(each.directives or ()) for each in definition.variable_definitions or ())
            if isinstance(definition, OperationDefinitionNode) and definition is not operation:
                ruler.measure(definition.selection_set)
    return Measure(
        depth,
        fields,
        aliases,
        width,
        ruler.introspection_depth,
        ruler.introspections,
        ruler.repeats,
        ruler.directives,
        len(fragments),
    )


def excesses(measure: Measure, limits: Limits) -> Iterator[LimitExceeded]:
    """One coded error for each limit that an operation passes."""
    for name in (
        "depth",
        "introspection_depth",
        "introspections",
        "fields",
        "root_fields",
        "aliases",
        "directives",
        "fragments",
        "repeats",
    ):
        count, limit = getattr(measure, name), getattr(limits, name)
        if count > limit:
            yield limit_exceeded(name, limit)


def limit_exceeded(name: str, limit: int) -> LimitExceeded:
    """The refusal for one limit, which says which one it was and how much is allowed."""
    words = name.replace("_", " ")
    return LimitExceeded(
        f"The operation exceeds the limit for {words}: {limit}.", extensions={"limit": limit, "of": name}
    )


def cost_exceeded(cost: int, limit: int) -> CostExceeded:
    """The refusal by computed cost, which says both figures so that a client can plan."""
    message = f"The operation costs {cost}; one operation may cost {limit}."
    return CostExceeded(message, extensions={"cost": cost, "limit": limit})


_LEAVES = frozenset((str, int, float, bool, type(None)))


def list_too_long(value: object, longest: int) -> bool:
    """Whether a JSON value holds, at any depth, a list longer than this."""
    level = [value]
    while level:
        below: list[object] = []
        for found in level:
            inner: Iterable[object] = ()
            if isinstance(found, dict):
                inner = found.values()
            elif isinstance(found, list):
                if len(found) > longest:
                    return True
                inner = found
            for each in inner:
                if type(each) not in _LEAVES:
                    below.append(each)
        level = below
    return False
