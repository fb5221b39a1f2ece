"""One field of one document: its definition, its nodes, and what its resolver is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, NoReturn, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.values import VariableValues
from strawberry import Info, Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import _OperationContextAwareGraphQLResolveInfo as ResolveInfo

from execution.fields import strawberry_field
from execution.operation import Prepared
from execution.plan.arguments import Arguments
from execution.plan.signals import Aside, Reason
from execution.straight import Made


class Running:
    """One run of a plan: the context, the coerced variables, and of a subscription the event.

    Of a mutation the request's extensions, and what became of it.
    """

    __slots__ = ("context", "extensions", "made", "root", "variables")

    def __init__(self, context: Any, variables: VariableValues, root: Any = None, extensions: Any = None) -> None:
        self.context = context
        self.variables = variables
        self.root = root
        self.extensions = _UNKNOWN if extensions is None else extensions
        self.made: Made | None = None


class _Unknown:
    """Stands where a plan has nothing to tell; whoever looks at it makes the plan step aside."""

    __slots__ = ()

    def _looked(self, *_: Any) -> NoReturn:
        raise Aside(Reason.PATH)

    __bool__ = __contains__ = __eq__ = __getattr__ = __getitem__ = __hash__ = _looked
    __iter__ = __len__ = __ne__ = __repr__ = __str__ = _looked


_UNKNOWN: Any = _Unknown()


class _Told(Info[Any, Any]):
    """What a resolver is told; what graphql-core would tell is put together once somebody asks for it."""

    def __init__(self, position: Position, running: Running) -> None:
        self._field = position.field  # type: ignore[assignment]  # a resolver of its own has none
        self._position = position
        self._running = running

    @property
    def context(self) -> Any:
        return self._running.context

    @cached_property
    def _raw_info(self) -> Any:  # type: ignore[override]
        return self._position.raw_info(self._running)


class Position:
    """One field of one document: its definition, its nodes, and `info`: what Strawberry's resolvers are told in a run.

    That is one for all parents.
    """

    __slots__ = (
        "_info_class",
        "_prepared",
        "_schema",
        "arguments",
        "definition",
        "field",
        "info",
        "nodes",
        "parent_type",
    )

    def __init__(
        self, schema: Schema, prepared: Prepared, parent_type: GraphQLObjectType, nodes: list[FieldNode]
    ) -> None:
        definition = schema._schema.get_field(parent_type, nodes[0].name.value)
        assert definition is not None, "the document was validated"
        self._schema = schema
        self._prepared = prepared
        self.parent_type = parent_type
        self.nodes = nodes
        self.definition: GraphQLField = definition
        self.field = strawberry_field(schema, definition)
        self._info_class = schema.config.info_class
        self.info: Callable[[Running], Any] = partial(_Told, self) if self._info_class is Info else self._whole_info
        self.arguments = Arguments(schema, definition, self.field, nodes[0])

    def raw_info(self, running: Running, path: Any = _UNKNOWN) -> Any:
        """What graphql-core would tell, but for where its parent stands, and what the interpreter alone has."""
        return ResolveInfo(
            self.nodes[0].name.value,
            self.nodes,
            self.definition.type,
            self.parent_type,
            path,
            self._schema._schema,
            cast(Any, self._prepared.fragment_definitions),
            running.root,
            self._prepared.operation,
            cast(Any, running.variables.coerced),
            running.context,
            optimized_is_awaitable,
            None,
            _UNKNOWN,
            running.extensions,
        )

    def _whole_info(self, running: Running) -> Any:
        return self._info_class(_raw_info=self.raw_info(running), _field=cast(Any, self.field))

    def given(self, running: Running, info: Any = None) -> dict[str, Any]:
        """The arguments in this run."""
        constant = self.arguments.constant
        return self.arguments.of(running.variables, info) if constant is None else constant
