"""How one field of one document gets its values: read, called in place, or asked for a whole level.

Attribute    a plain attribute of the parent                 read in the generated code
InPlace      a plain function                                called in the generated code
Batch        a batch resolver                                one call for a level
Single       an async function                               one call per parent, awaited together
Whole        permissions, extensions, whatever else          the field's own resolver, as graphql-core calls it
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from keyword import iskeyword
from typing import Any, NoReturn, Protocol, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import _OperationContextAwareGraphQLResolveInfo as ResolveInfo
from strawberry.types.field import StrawberryField

from execution.operation import Prepared
from execution.plan.arguments import Arguments
from execution.plan.signals import Aside, Reason


class Running:
    """One run of a plan: the context and the coerced variables."""

    __slots__ = ("context", "variables")

    def __init__(self, context: Any, variables: VariableValues) -> None:
        self.context = context
        self.variables = variables


class _Unknown:
    """Stands where a plan has nothing to tell; whoever looks at it makes the plan step aside."""

    __slots__ = ()

    def _looked(self, *_: Any) -> NoReturn:
        raise Aside(Reason.PATH)

    __bool__ = __contains__ = __eq__ = __getattr__ = __getitem__ = __hash__ = _looked
    __iter__ = __len__ = __ne__ = __repr__ = __str__ = _looked


_UNKNOWN: Any = _Unknown()


class Position:
    """One field of one document: its definition, its nodes, and the information that resolvers are told."""

    __slots__ = ("_info_class", "_parent_type", "_prepared", "_schema", "arguments", "definition", "field", "nodes")

    def __init__(
        self, schema: Schema, prepared: Prepared, parent_type: GraphQLObjectType, nodes: list[FieldNode]
    ) -> None:
        definition = schema._schema.get_field(parent_type, nodes[0].name.value)
        assert definition is not None, "the document was validated"
        self._schema = schema
        self._prepared = prepared
        self._parent_type = parent_type
        self.nodes = nodes
        self.definition: GraphQLField = definition
        self.field = _strawberry_field(schema, definition)
        self._info_class = schema.config.info_class
        self.arguments = Arguments(schema, definition, self.field, nodes[0])

    def raw_info(self, running: Running) -> Any:
        """What graphql-core would tell, but for what depends on one parent or on the request's extensions."""
        return ResolveInfo(
            self.nodes[0].name.value,
            self.nodes,
            self.definition.type,
            self._parent_type,
            _UNKNOWN,
            self._schema._schema,
            cast(Any, self._prepared.fragment_definitions),
            None,
            self._prepared.operation,
            cast(Any, running.variables.coerced),
            running.context,
            optimized_is_awaitable,
            None,
            _UNKNOWN,
            _UNKNOWN,
        )

    def info(self, running: Running) -> Any:
        """What Strawberry's resolvers receive, one for all parents."""
        return self._info_class(_raw_info=self.raw_info(running), _field=cast(Any, self.field))

    def given(self, running: Running, info: Any = None) -> dict[str, Any]:
        """The arguments in this run."""
        constant = self.arguments.constant
        return self.arguments.of(running.variables, info) if constant is None else constant


class Deferred(Protocol):
    """A field whose values are asked for once its level is complete. `whole` says that one value holds them all."""

    whole: bool

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        """Values, or awaitables of values."""
        ...


class Batch:
    """A batch resolver."""

    whole = True
    __slots__ = ("_function", "_position")

    def __init__(self, position: Position, function: Callable[..., Any]) -> None:
        self._position = position
        self._function = function

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        info = self._position.info(running)
        return [self._function(parents, info, **self._position.given(running, info))]


class Single:
    """An async resolver."""

    whole = False
    __slots__ = ("_position", "_resolver")

    def __init__(self, position: Position, resolver: Resolver) -> None:
        self._position = position
        self._resolver = resolver

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        resolver = self._resolver
        info = self._position.info(running)
        named = dict(self._position.given(running, info))
        if resolver.info_name is not None:
            named[resolver.info_name] = info
        call = resolver.function
        if not resolver.parent_names:
            if resolver.takes_self:
                return [call(parent, **named) for parent in parents]
            return [call(**named) for _ in parents]
        started = []
        for parent in parents:
            alone = named | dict.fromkeys(resolver.parent_names, parent)
            started.append(call(parent, **alone) if resolver.takes_self else call(**alone))
        return started


class Whole:
    """A field with extensions or permissions, or one whose resolver was put there by hand."""

    whole = False
    __slots__ = ("_arguments", "_position", "_resolve")

    def __init__(self, schema: Schema, position: Position) -> None:
        self._position = position
        self._resolve = position.definition.resolve or schema._schema.field_resolver  # type: ignore[attr-defined]
        self._arguments = Arguments(schema, position.definition, None, position.nodes[0])

    def start(self, parents: Sequence[Any], running: Running) -> list[Any]:
        info = self._position.raw_info(running)
        resolve = self._resolve
        return [resolve(parent, info, **self._arguments.of(running.variables, None)) for parent in parents]


class Resolver:
    """What Strawberry knows of a resolver's parameters."""

    __slots__ = ("batch", "function", "info_name", "is_async", "parent_names", "takes_self")

    def __init__(self, field: StrawberryField) -> None:
        base = field.base_resolver
        assert base is not None
        self.function = cast(Callable[..., Any], base.wrapped_func)
        self.is_async = field.is_async or not inspect.isroutine(self.function)
        self.batch: Callable[..., Any] | None = getattr(self.function, "__batched__", None)
        self.takes_self = base.self_parameter is not None
        self.info_name = base.info_parameter.name if base.info_parameter else None
        parents = (base.parent_parameter, base.root_parameter)
        self.parent_names = tuple(each.name for each in parents if each)


def resolver_of(position: Position) -> Resolver | None:
    """The field's resolver where it is called as it stands; None where something stands around it."""
    field = position.field
    if field is None or field.base_resolver is None or field.extensions:
        return None
    return Resolver(field)


def attribute_of(position: Position) -> str | None:
    """The parent's attribute that is the field's value, where that is all there is to it."""
    field = position.field
    if field is None or not field.is_basic_field or field.default_resolver is not getattr:
        return None
    name = field.python_name
    return name if name.isidentifier() and not iskeyword(name) else None


def _strawberry_field(schema: Schema, definition: GraphQLField) -> StrawberryField | None:
    """The Strawberry field behind a definition, if its resolver is still the one that Strawberry gave it."""
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or type(field).get_result is not StrawberryField.get_result:
        return None
    if getattr(definition.resolve, "__module__", None) != "strawberry.schema.schema_converter":
        return None
    return None if schema.schema_converter._exception_handler_specs else field
