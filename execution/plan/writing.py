"""Writes the function of one document: what is plain inline, what must be asked for level by level.

The written function has this form, for `{ shop { code products { name } } }` with `products` a batch resolver:

    async def run(R):
        q5 = []; d5 = []                     # parents that wait for their level, and their answers
        v = R.root                           # nothing; the event, where this is a subscription
        v2 = F3(v)                           # shop
        if type(v2) is not T4 and type(v2) not in PLAIN: learn(v2)
        v6 = v2.code
        if type(v6) is not str: v6 = L7(v6)
        q5.append(v2)
        v2 = O8(v6, None)                    # a record: its class knows the keys that the document wants
        d5.append(v2)
        root = O9(v2)
        [s10] = s if type(s := begun(R, (C11, q5))) is list else await s  # level 1: products
        for d12, v13 in zip(d5, s10): ...    # and d12.f1 = v13
        return written_out(O14(root))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from strawberry import Schema

from execution.fields import attribute_of, hands_event_on, resolver_of
from execution.operation import Prepared
from execution.plan.bounds import Bounds, Spent
from execution.plan.classes import Classes, PlainClasses
from execution.plan.leaves import Leaf
from execution.plan.positions import Position
from execution.plan.records import Records
from execution.plan.selection import Selections
from execution.plan.signals import Unplannable
from execution.plan.source import Lines, Source
from execution.plan.waiting import Queue, arguments_by_name, deferred

DEEPEST = 12
"""Indentations after which a value is written by a function of its own; Python allows twenty loops in loops."""


class Writer:
    """Writes one plan. Used once."""

    def __init__(self, schema: Schema, classes: Classes, plain: PlainClasses, records: Records, bounds: Bounds) -> None:
        self._schema = schema
        self._classes = classes
        self._plain = plain
        self._bounds = bounds
        self._source = Source(plain, records)
        self._preparation: list[str] = []
        self._leaves: dict[Any, Leaf] = {}
        self._levels: list[list[Queue]] = []
        self._kept = False

    def plan(self, prepared: Prepared, conditions: Mapping[str, Any]) -> Callable[[Any], Any]:
        """The document's function. Raises Unplannable."""
        self._spent = Spent(self._bounds)
        self._prepared = prepared
        self._selections = Selections(self._schema._schema, prepared, conditions)
        root = self._schema._schema.get_root_type(prepared.type)
        assert root is not None, "the document was validated"
        main = Lines(0)
        main.write("v = R.root")
        if prepared.type is OperationType.SUBSCRIPTION:
            self._event(main, root, self._selections.root(root))
        else:
            self._fields_of(main, root, self._selections.root(root), "v", "root")
        for level, queues in enumerate(self._levels, 1):
            main.level = level
            self._level(main, queues)
        main.write(f"return written_out({self._source.record(['data'])}(root))")
        return self._source.compiled(self._preparation, main.text())

    def _event(self, at: Lines, root: GraphQLObjectType, fields: Mapping[str, list[FieldNode]]) -> None:
        """The only field of a subscription has the event itself as its value."""
        ((key, nodes),) = fields.items()  # validated, and the source began
        if not hands_event_on(definition := root.fields[nodes[0].name.value]):
            raise Unplannable
        self._spent.field()
        self._kept = True
        self._value(at, definition.type, nodes, "v")
        at.write(f"root = {self._source.record([key])}(v)")

    def _level(self, at: Lines, queues: list[Queue]) -> None:
        names = [self._source.fresh("s") for _ in queues]
        asked = ", ".join(f"({queue.call}, q{queue.parents})" for queue in queues)
        at.write(f"[{', '.join(names)}] = s if type(s := begun(R, {asked})) is list else await s")
        for queue, name in zip(queues, names, strict=True):
            value, answer = self._source.fresh("v"), self._source.fresh("d")
            at.write(f"for {answer}, {value} in zip(d{queue.parents}, {name}):")
            at.indentation += 1
            self._kept = False
            self._value(at, queue.type_, queue.nodes, value)
            at.write(f"{answer}.f{queue.place} = {value}")
            at.indentation -= 1

    def _value(self, at: Lines, type_: GraphQLOutputType, nodes: list[FieldNode], value: str) -> None:
        """Statements that replace the value under this name by what is answered for it."""
        if self._kept:
            at.write(f"if type({value}) is COROUTINE: raise ASIDE(VALUE)")
        nullable = not isinstance(type_, GraphQLNonNull)
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if is_leaf_type(type_):
            for statement in self._leaf(type_).statements(value, nullable):
                at.write(statement)
        else:
            if nullable:
                at.write(f"if {value} is not None:")
            at.indentation += nullable
            self._present(at, type_, nodes, value)
            at.indentation -= nullable

    def _present(self, at: Lines, type_: Any, nodes: list[FieldNode], value: str) -> None:
        """The same for what must be a list or an object; None is refused with whatever else is neither."""
        if at.indentation >= DEEPEST:
            self._by_function(at, type_, nodes, value)
        elif isinstance(type_, GraphQLList):
            item, made = self._source.fresh("v"), self._source.fresh("o")
            wrong = f"raise ASIDE(NULL if {value} is None else VALUE)"
            at.write(f"if type({value}) is not list and type({value}) is not tuple: {wrong}")
            at.write(f"{made} = []")
            at.write(f"for {item} in {value}:")
            at.indentation += 1
            self._value(at, type_.of_type, nodes, item)
            at.write(f"{made}.append({item})")
            at.indentation -= 1
            at.write(f"{value} = {made}")
        elif is_object_type(type_):
            self._object(at, type_, nodes, value)
        elif is_abstract_type(type_):
            self._abstract(at, type_, nodes, value)

    def _leaf(self, type_: Any) -> Leaf:
        leaf = self._leaves.get(type_)
        if leaf is None:
            leaf = self._leaves[type_] = Leaf(type_, self._plain, self._source.bind)
        return leaf

    def _by_function(self, at: Lines, type_: Any, nodes: list[FieldNode], value: str) -> None:
        """The value is made by a function of its own: Python reads only so many indentations and loops in loops."""
        name, given = self._source.fresh("f"), self._source.fresh("v")
        inner = Lines(at.level)
        inner.write(f"def {name}({given}):")
        inner.indentation += 1
        self._present(inner, type_, nodes, given)
        inner.write(f"return {given}")
        self._source.function(inner)
        at.write(f"{value} = {name}({value})")

    def _object(self, at: Lines, type_: GraphQLObjectType, nodes: list[FieldNode], value: str) -> None:
        required, usual = self._classes.required(type_), self._classes.usual(type_)
        if required is not None:
            class_ = self._source.bind("T", required)
            at.write(f"if type({value}) is not {class_}: raise ASIDE(NULL if {value} is None else VALUE)")
            at.write(f"if hasattr({value}, CAST): raise ASIDE(VALUE)")
        elif usual is not None:
            class_ = self._source.bind("T", usual)
            at.write(f"if type({value}) is not {class_} and type({value}) not in PLAIN: learn({value})")
        else:
            at.write(f"if type({value}) not in PLAIN: learn({value})")
        self._fields_of(at, type_, self._selections.below(type_, nodes), value, value)

    def _abstract(self, at: Lines, type_: Any, nodes: list[FieldNode], value: str) -> None:
        kind = self._source.fresh("t")
        at.write(f"if hasattr({value}, CAST): raise ASIDE(VALUE)")
        at.write(f"{kind} = type({value})")
        word = "if"
        for possible, class_ in self._classes.possible(type_):
            at.write(f"{word} {kind} is {self._source.bind('T', class_)}:")
            at.indentation += 1
            self._fields_of(at, possible, self._selections.below(possible, nodes), value, value)
            at.indentation -= 1
            word = "elif"
        at.write("else: raise ASIDE(VALUE)" if word == "elif" else "raise ASIDE(VALUE)")

    def _fields_of(
        self, at: Lines, type_: GraphQLObjectType, fields: Mapping[str, list[FieldNode]], value: str, answer: str
    ) -> None:
        """Statements that make the answer of one object and bind it to `answer`."""
        members: list[str] = []
        waiting: str | None = None
        for place, nodes in enumerate(fields.values()):
            self._spent.field()
            if nodes[0].name.value == "__typename":
                members.append(self._source.bind("K", type_.name))
                continue
            if nodes[0].name.value.startswith("__"):
                raise Unplannable
            position = Position(self._schema, self._prepared, type_, nodes)
            read = self._read(position, value)
            if read is None:
                waiting = waiting or self._waiting()
                call = self._source.bind("C", deferred(self._schema, position))
                self._queue(at.level, Queue(waiting, call, place, position.definition.type, nodes))
                members.append("None")
                continue
            own = self._source.fresh("v")
            at.write(f"{own} = {read}")
            self._kept = attribute_of(position.field) is not None and self._prepared.type is OperationType.SUBSCRIPTION
            self._value(at, position.definition.type, nodes, own)
            members.append(own)
        if waiting is not None:
            at.write(f"q{waiting}.append({value})")
        at.write(f"{answer} = {self._source.record(tuple(fields))}({', '.join(members)})")
        if waiting is not None:
            at.write(f"d{waiting}.append({answer})")

    def _read(self, position: Position, value: str) -> str | None:
        """The expression that gives a field's value at once, or None where it must be asked for."""
        attribute = attribute_of(position.field)
        if attribute is not None:
            return f"{value}.{attribute}"
        resolver = resolver_of(position.field)
        if resolver is None or resolver.is_async or resolver.batch is not None or resolver.parent_names:
            return None
        function = self._source.bind("F", resolver.function)
        given = [value] if resolver.takes_self else []
        if resolver.info_name is not None or position.arguments.constant is None:
            named = self._source.fresh("n")
            self._preparation.append(f"{named} = {self._source.bind('N', arguments_by_name(position, resolver))}(R)")
            given.append(f"**{named}")
        elif position.arguments.constant:
            given.append(f"**{self._source.bind('A', position.arguments.constant)}")
        return f"{function}({', '.join(given)})"

    def _waiting(self) -> str:
        """Two lists: parents that wait for their level, and their answers, which all fields of one place share."""
        number = self._source.fresh("")
        self._preparation.append(f"q{number} = []; d{number} = []")
        return number

    def _queue(self, level: int, queue: Queue) -> None:
        while len(self._levels) <= level:
            self._levels.append([])
        self._levels[level].append(queue)
