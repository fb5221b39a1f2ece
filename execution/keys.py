"""The keys of federated entities: field sets read from the schema, and values that are coerced by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
)
from graphql.utilities.validate_input_value import validate_input_value

from execution.errors import BadUserInput, CodedError, Translate, deliberate
from execution.plain_variables import Unfit, accepting


class BadRepresentation(CodedError):
    """A representation that is no object, names no entity of ours, or has not the fields of one of its keys."""

    code = "BAD_REPRESENTATION"


class SchemaFault(ValueError):
    """The schema itself is wrong; raised at start-up, never while answering."""


@dataclass(frozen=True, slots=True)
class KeyField:
    """One field of a field set; `inner` is empty for a leaf. `python_name` is what a reference resolver calls it."""

    name: str
    python_name: str
    type: Any
    inner: tuple[KeyField, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSet:
    """The fields of a `@key` or `@requires`, as the schema has them."""

    text: str
    fields: tuple[KeyField, ...]


def field_set(type_: GraphQLObjectType, text: str, directive: str) -> FieldSet:
    """Read a field set; raises SchemaFault, naming type and key, where a field does not exist."""
    try:
        operation = parse("{" + text + "}").definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        return FieldSet(text, tuple(_fields(type_, operation.selection_set)))
    except (GraphQLSyntaxError, LookupError) as error:
        reason = error.args[0] if isinstance(error, LookupError) else "it is not a field set"
        raise SchemaFault(f'{type_.name} @{directive}(fields: "{text}"): {reason}.') from None


def _fields(type_: Any, selection_set: SelectionSetNode) -> Iterator[KeyField]:
    for node in selection_set.selections:
        if not isinstance(node, FieldNode) or not isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            raise LookupError("it may hold fields only")
        name = node.name.value
        field = type_.fields.get(name)
        if field is None:
            raise LookupError(f"{type_.name} has no field {name} (keys are written as in GraphQL, in camel case)")
        named = get_named_type(field.type)
        if is_leaf_type(named) == bool(node.selection_set):
            raise LookupError(f"{type_.name}.{name} needs fields of its own exactly where it is an object")
        inner = tuple(_fields(named, node.selection_set)) if node.selection_set else ()
        definition = field.extensions.get("strawberry-definition")
        yield KeyField(name, getattr(definition, "python_name", name), field.type, inner)


def plain_key(key: FieldSet) -> Callable[[Mapping[str, Any]], dict[str, Any]] | None:
    """Reads a key of leaves from a representation that holds them, its `__typename`, and no more.

    It answers the values by their Python names, and raises anything at all where somebody must look more closely.
    None where a field of the key has fields of its own.
    """
    if any(each.inner for each in key.fields):
        return None
    fields = [(each.name, each.python_name, accepting(each.type)) for each in key.fields]
    size = len(fields) + 1

    def several(representation: Mapping[str, Any]) -> dict[str, Any]:
        if len(representation) != size:
            raise Unfit
        return {python_name: accept(representation[name]) for name, python_name, accept in fields}

    if len(fields) > 1:
        return several
    ((name, python_name, accept),) = fields

    def one(representation: Mapping[str, Any]) -> dict[str, Any]:
        if len(representation) != 2:
            raise Unfit
        return {python_name: accept(representation[name])}

    return one


def same(
    representations: Sequence[Any], plain: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]
) -> tuple[str, list[dict[str, Any]]] | None:
    """The type and the keys, where all are of one type and have plain keys, as gateways ask. None where not."""
    try:
        name = representations[0]["__typename"]
        read = plain[name]
        keys = [read(each) for each in representations if each["__typename"] == name]
    except Exception:  # each is read by itself then, and what is wrong with one is said in its place
        keys = []
    return (name, keys) if keys and len(keys) == len(representations) else None


def has_all(value: Mapping[str, Any], fields: tuple[KeyField, ...]) -> bool:
    """Whether an object has every field of a set, nested ones too, with any value but null where it must not be."""
    for field in fields:
        if field.name not in value:
            return False
        found = value[field.name]
        if found is None and is_non_null_type(field.type):
            return False
        if field.inner and isinstance(found, dict) and not has_all(found, field.inner):
            return False
    return True


def coerced_fields(value: Mapping[str, Any], fields: tuple[KeyField, ...], translate: Translate) -> dict[str, Any]:
    """The fields of a set by their Python names, each coerced as an argument of its type would be."""
    return {
        field.python_name: _coerced(value[field.name], field, field.type, translate)
        for field in fields
        if field.name in value
    }


def _coerced(value: Any, field: KeyField, type_: GraphQLOutputType, translate: Translate) -> Any:
    if not field.inner:
        return _coerced_leaf(value, field, type_, translate)
    if value is None and not is_non_null_type(type_):
        return None
    nullable: Any = get_nullable_type(type_)
    if is_list_type(nullable):
        if not isinstance(value, list):
            raise BadUserInput(f"The key field {field.name} must be a list.")
        return [_coerced(each, field, nullable.of_type, translate) for each in value]
    if not isinstance(value, dict) or not has_all(value, field.inner):
        raise BadUserInput(f"The key field {field.name} has not the fields of the key.")
    return coerced_fields(value, field.inner, translate)


def _coerced_leaf(value: Any, field: KeyField, type_: Any, translate: Translate) -> Any:
    coerced = coerce_input_value(value, type_)
    if coerced is not Undefined:
        return coerced
    reasons: list[GraphQLError] = []
    validate_input_value(value, type_, lambda error, _: reasons.append(error), True)
    meant = deliberate(reasons[0], translate) if reasons else None
    if meant is None:
        raise BadUserInput(f"The key field {field.name} does not fit its type {type_}.")
    raise CodedError(f"The key field {field.name}: {meant[0]}", code=meant[1])
