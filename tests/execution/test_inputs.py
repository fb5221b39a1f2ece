"""What arguments are made into is what graphql-core and Strawberry make of them, errors included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import strawberry
from graphql import GraphQLArgument, GraphQLInputType, GraphQLObjectType, Undefined
from graphql.utilities import coerce_input_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField

from execution.inputs import Inputs, inputs_of
from execution.plain_variables import accepting
from schema.subgraph import build_schema
from tests.execution import input_toy
from tests.execution.input_toy import Sent


class Taken(NamedTuple):
    """One argument of one field, as each library knows it."""

    name: str
    definition: GraphQLArgument
    argument: StrawberryArgument


def arguments_of(schema: strawberry.Schema) -> Iterator[Taken]:
    for type_ in schema._schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType):
            continue
        for name, definition in type_.fields.items():
            field = definition.extensions.get("strawberry-definition")
            if isinstance(field, StrawberryField):
                for each in field.arguments:
                    known_as = schema.config.name_converter.from_argument(each)
                    yield Taken(f"{type_.name}.{name}({known_as})", definition.args[known_as], each)


TOY, WHOLE = input_toy.schema(), build_schema(allow_test_numbers=True)
EVERY = [(schema, each) for schema in (TOY, WHOLE) for each in arguments_of(schema)]
EACH = pytest.mark.parametrize(("schema", "taken"), EVERY, ids=[each.name for _, each in EVERY])
SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def outcome(make: Callable[[], Any]) -> Any:
    """What is made, or what is raised, in a form that tells two apart."""
    try:
        return told(make())
    except Exception as error:
        return type(error), str(error)


def told(value: Any) -> Any:
    """A value with the classes of everything in it, and dictionaries in their order."""
    if isinstance(value, dict):
        return dict, [(name, told(each)) for name, each in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [told(each) for each in value]
    inside = getattr(value, "__dict__", None)
    if inside and type(value).__module__.startswith(("tests.", "schema.", "strawberry.types.maybe")):
        return type(value), told(inside)
    return type(value), value, str(value)


def fitting(sent: Any, type_: GraphQLInputType) -> Any:
    """What graphql-core makes of it; Undefined where it does not fit."""
    try:
        return coerce_input_value(sent, type_)
    except StrawberryInputCoercionError:
        return Undefined


def library(schema: strawberry.Schema, taken: Taken, value: Any) -> Any:
    config = schema.config
    path = (config.name_converter.from_argument(taken.argument),)
    registry = schema.schema_converter.scalar_registry
    return convert_argument(value, taken.argument.type, registry, config, None, path=path)


@EACH
def test_a_resolver_takes_what_strawberry_makes(schema: strawberry.Schema, taken: Taken) -> None:
    make = inputs_of(schema).argument(taken.argument)

    @SOME
    @given(Sent(input_toy.FITTING, wrong=False).of(taken.definition.type))
    def alike(sent: Any) -> None:
        coerced = fitting(sent, taken.definition.type)
        if coerced is not Undefined:
            assert outcome(lambda: make(coerced, None)) == outcome(lambda: library(schema, taken, coerced))

    alike()


@EACH
def test_what_plainly_fits_is_coerced_as_graphql_core_does(schema: strawberry.Schema, taken: Taken) -> None:
    type_: GraphQLInputType = taken.definition.type
    accept = accepting(type_)

    @SOME
    @given(Sent(input_toy.FITTING).of(type_))
    def alike(sent: Any) -> None:
        try:
            made = accept(sent)
        except Exception:
            return
        assert told(made) == told(coerce_input_value(sent, type_))

    alike()


@pytest.mark.parametrize("value", [None, strawberry.UNSET], ids=str)
@EACH
def test_nothing_is_taken_as_strawberry_takes_it(schema: strawberry.Schema, taken: Taken, value: Any) -> None:
    make = inputs_of(schema).argument(taken.argument)
    assert outcome(lambda: make(value, None)) == outcome(lambda: library(schema, taken, value))


def test_what_fits_is_seldom_left_to_graphql_core() -> None:
    tried = accepted = 0

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(EVERY).flatmap(lambda each: st.tuples(st.just(each[1]), _fits(each[1]))))
    def count(drawn: tuple[Taken, Any]) -> None:
        nonlocal tried, accepted
        taken, sent = drawn
        if fitting(sent, taken.definition.type) is Undefined:
            return
        tried += 1
        try:
            accepting(taken.definition.type)(sent)
        except Exception:
            return
        accepted += 1

    count()
    assert accepted > tried / 2 > 20


def _fits(taken: Taken) -> st.SearchStrategy[Any]:
    return Sent(input_toy.FITTING, wrong=False).of(taken.definition.type)


def test_a_type_that_makes_its_own_values_is_left_to_strawberry() -> None:
    inputs = Inputs(TOY)
    by_name = {taken.name: taken.argument.type for schema, taken in EVERY if schema is TOY}
    without = {name for name, type_ in by_name.items() if inputs.converter(type_) is None}
    assert without == {"Query.odd(node)", "Query.odd(nodes)", "Query.odd(referring)"}


def test_a_default_list_is_copied_for_each_resolver() -> None:
    taken = next(each for _, each in EVERY if each.name == "Query.plain(names)")
    convert = inputs_of(TOY).converter(taken.argument.type)
    shared = ["1"]
    assert convert is not None
    assert convert(shared) == shared
    assert convert(shared) is not shared
