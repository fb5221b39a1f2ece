"""Changes that break clients, made to an SDL on purpose: a check that does not notice them would notice nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from graphql import TypeDefinitionNode, parse, print_ast

Edit = Callable[[Any], Any]
"""One type's definition with something changed."""


def _without(member: str, part: str) -> Edit:
    def edited(definition: Any) -> Any:
        kept = tuple(each for each in getattr(definition, part) if each.name.value != member)
        return replace(definition, **{part: kept})

    return edited


def _field(name: str, edit: Edit) -> Edit:
    def edited(definition: Any) -> Any:
        fields = (edit(each) if each.name.value == name else each for each in definition.fields)
        return replace(definition, fields=tuple(fields))

    return edited


_REASON = parse("type T { f(reason: ID!): ID }", no_location=True).definitions[0].fields[0].arguments  # type: ignore[attr-defined]

PLANTED: Final[Mapping[str, tuple[str, Edit]]] = MappingProxyType(
    {
        "Domain.name": ("Domain", _without("name", "fields")),
        "Enterprise.version": ("Enterprise", _field("version", lambda it: replace(it, type=it.type.type))),
        "ChangeType.CHIEF_APPOINTED": ("ChangeType", _without("CHIEF_APPOINTED", "values")),
        "Query.enterprise": ("Query", _field("enterprise", lambda it: replace(it, arguments=it.arguments + _REASON))),
    }
)
"""By what each is about: a field gone, a field that may be null, a value gone, an argument that must be given."""


def planted(sdl: str, coordinate: str) -> str:
    """The SDL with one of the changes made."""
    name, edit = PLANTED[coordinate]
    document = parse(sdl, no_location=True)
    definitions = (edit(each) if _is(each, name) else each for each in document.definitions)
    return print_ast(replace(document, definitions=tuple(definitions)))


def _is(definition: Any, name: str) -> bool:
    """Whether this is a type of that name; the schema itself has none."""
    return isinstance(definition, TypeDefinitionNode) and definition.name.value == name
