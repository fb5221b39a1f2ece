"""`_entities` and `_service` of a federated subgraph, in place of Strawberry's own.

Every representation is answered in its place: by an entity, by null where there is none, or by an error of its own.
What a caller sent is never changed, never used as an entity and never repeated. Types are resolved concurrently; a type
that has `resolve_references` gets all its keys at once.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import strawberry
from graphql import GraphQLObjectType
from strawberry.federation.schema import FederationAny, Schema
from strawberry.federation.schema_directives import Key, Requires
from strawberry.printer import print_schema

from execution.errors import Translate, never_translated
from execution.keys import BadRepresentation, FieldSet, SchemaFault, coerced_fields, field_set, has_all, plain_key, same
from execution.limits import limit_exceeded
from execution.straight import straighten

KeyValues: TypeAlias = dict[str, Any]
Admission: TypeAlias = Callable[[Any, str, KeyValues], Awaitable[None] | None]
"""Called as `admit(context, typename, key)` before an entity is resolved; raises a CodedError where it may not be."""


def open_to_all(context: Any, typename: str, key: KeyValues) -> None:
    """The default admission: the reference resolvers decide."""


@dataclass(frozen=True, slots=True)
class EntitySettings:
    """How `_entities` answers: at most `cap` representations (1000 at most) at once, each admitted first."""

    cap: int = 500
    admit: Admission = open_to_all
    translate: Translate = field(default=never_translated)

    def __post_init__(self) -> None:
        if not 1 <= self.cap <= 1_000:
            raise ValueError("The cap of _entities must be between 1 and 1000.")


class Entity:
    """One entity type: its keys, and the function that finds its entities by them."""

    __slots__ = (
        "_accepts_any",
        "_definition",
        "_known",
        "_parameters",
        "_takes_info",
        "batch",
        "keys",
        "name",
        "origin",
        "others",
        "plain_key",
        "single",
    )

    def __init__(self, type_: GraphQLObjectType, definition: Any) -> None:
        self.name = type_.name
        self._definition = definition
        self.origin: type = definition.origin
        keys = [each for each in definition.directives or () if isinstance(each, Key)]
        self.keys = tuple(field_set(type_, str(each.fields), "key") for each in keys if each.resolvable is not False)
        self.plain_key = plain_key(self.keys[0]) if self.keys else None
        for each in keys:
            field_set(type_, str(each.fields), "key")
        self.others = tuple(
            field_set(type_, str(directive.fields), "requires")
            for each in definition.fields
            for directive in each.directives
            if isinstance(directive, Requires)
        )
        sets = (*self.keys, *self.others)
        self._known = frozenset(each.name for fields in sets for each in fields.fields) | {"__typename"}
        self.batch: Any = getattr(self.origin, "resolve_references", None)
        self.single: Any = getattr(self.origin, "resolve_reference", None)
        resolver: Any = self.batch or self.single
        found = inspect.signature(resolver).parameters if resolver else {}
        self._takes_info = "info" in found
        self._parameters = frozenset(found) - {"info"}
        self._accepts_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in found.values())

    def check(self) -> None:
        """Raise SchemaFault where the type could not answer a representation that the schema promises to answer."""
        if not self.keys:
            return
        if self.batch is None and self.single is None:
            raise SchemaFault(f'{self.name} @key(fields: "{self.keys[0].text}"): the type has no reference resolver.')
        if self.batch is None and not self._accepts_any:
            for key in self.keys:
                self._check_parameters(key)

    def _check_parameters(self, key: FieldSet) -> None:
        given = {each.python_name for each in key.fields}
        if missing := given - self._parameters:
            what = f"the reference resolver has no parameter {min(missing)}"
            raise SchemaFault(f'{self.name} @key(fields: "{key.text}"): {what}.')
        known = inspect.signature(self.single).parameters
        given |= {each.python_name for other in self.others for each in other.fields}
        for name in self._parameters - given:
            if known[name].default is inspect.Parameter.empty:
                what = f"the reference resolver needs {name}, which this key does not have"
                raise SchemaFault(f'{self.name} @key(fields: "{key.text}"): {what}.')

    def key_of(self, representation: KeyValues, translate: Translate) -> KeyValues:
        """The coerced key values (and required fields) of a representation, by their Python names."""
        key = next((each for each in self.keys if has_all(representation, each.fields)), None)
        if key is None:
            raise BadRepresentation("The representation has not the fields of any key of its type.")
        if not self._known.issuperset(representation):
            raise BadRepresentation("The representation has a field that is in no key of its type.")
        values = coerced_fields(representation, key.fields, translate)
        for other in self.others:
            values |= coerced_fields(representation, other.fields, translate)
        return values

    async def all_of(self, info: strawberry.Info, keys: Sequence[KeyValues]) -> list[Any]:
        """A value, None or an exception for each key, in order."""
        if self.batch is not None:
            found = self.batch(info, list(keys)) if self._takes_info else self.batch(list(keys))
            values = found if type(found) is list or not inspect.isawaitable(found) else await found
            if len(values) != len(keys):
                raise ValueError(f"{self.name} answered {len(values)} entities for {len(keys)} keys")
        else:
            values = await self._one_by_one(info, keys)
        origin = self.origin
        return [value if type(value) is origin else self._checked(value, info) for value in values]

    async def _one_by_one(self, info: strawberry.Info, keys: Sequence[KeyValues]) -> list[Any]:
        """Started in order before any is awaited, so that loaders see them together."""
        values: list[Any] = [self._started(info, key) for key in keys]
        waiting = [index for index, value in enumerate(values) if inspect.isawaitable(value)]
        if waiting:
            arrived = await asyncio.gather(*(values[index] for index in waiting), return_exceptions=True)
            for index, value in zip(waiting, arrived, strict=True):
                values[index] = value
        return values

    def _started(self, info: strawberry.Info, key: KeyValues) -> Any:
        given = key if self._accepts_any else {name: key[name] for name in key.keys() & self._parameters}
        try:
            return self.single(**given, info=info) if self._takes_info else self.single(**given)
        except Exception as error:
            return error

    def _checked(self, value: Any, info: strawberry.Info) -> Any:
        """An entity of another type would be answered under the wrong name: a fault of ours, not an answer."""
        if value is None or isinstance(value, (self.origin, Exception)):
            return value
        is_type_of = self._definition.is_type_of
        if is_type_of is not None and is_type_of(value, info):
            return value
        return TypeError(f"The reference resolver of {self.name} answered a {type(value).__name__}")


class SubgraphSchema(Schema):
    """A Strawberry federation schema whose `_entities` keeps to this room's rules and whose SDL is printed once.

    Raises SchemaFault where a key's field does not exist or a resolvable entity has no resolver for it.
    """

    def __init__(self, *arguments: Any, entities: EntitySettings | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.entity_settings = entities or EntitySettings()
        self.entities = {
            type_.name: Entity(type_, definition)
            for type_ in getattr(self._schema.type_map.get("_Entity"), "types", ())
            if (definition := type_.extensions.get("strawberry-definition"))
        }
        for entity in self.entities.values():
            entity.check()
        self._plain_keys = {
            name: entity.plain_key for name, entity in self.entities.items() if entity.plain_key is not None
        }
        straighten(self)
        self._schema.type_map["_Service"].fields["sdl"].resolve = lambda _source, _info: self.sdl  # type: ignore[attr-defined]

    @cached_property
    def sdl(self) -> str:
        """The subgraph's definition, printed once."""
        return print_schema(self)

    async def entities_resolver(  # type: ignore[override]
        self, info: strawberry.Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """One item per representation, in its place; exceptions among them become errors of that place alone."""
        settings = self.entity_settings
        admit = settings.admit
        if len(representations) > settings.cap:
            raise limit_exceeded("representations", settings.cap)
        if admit is open_to_all and (alike := same(representations, self._plain_keys)) is not None:
            return await self._found(info, *alike)
        answers: list[Any] = [None] * len(representations)
        groups: dict[str, tuple[list[int], list[KeyValues]]] = {}
        for index, representation in enumerate(representations):
            try:
                name, key = self.read(representation)
                if admit is not open_to_all:
                    admitted = admit(info.context, name, key)
                    if inspect.isawaitable(admitted):
                        await admitted
            except Exception as error:
                answers[index] = error
                continue
            if name not in groups:
                groups[name] = [], []
            places, keys = groups[name]
            places.append(index)
            keys.append(key)
        found = await asyncio.gather(*(self._found(info, name, keys) for name, (_, keys) in groups.items()))
        for (places, _), values in zip(groups.values(), found, strict=True):
            for index, value in zip(places, values, strict=True):
                answers[index] = value
        return answers

    def read(self, representation: Any) -> tuple[str, KeyValues]:
        """The type and key that a representation names. Raises BadRepresentation, or what its key's types raise."""
        try:
            name = representation["__typename"]
            return name, self._plain_keys[name](representation)
        except Exception:  # it may fit all the same; where it does not, what follows meets the same and says why
            return self._read_closely(representation)

    def _read_closely(self, representation: Any) -> tuple[str, KeyValues]:
        name = representation.get("__typename") if isinstance(representation, dict) else None
        if not isinstance(name, str):
            raise BadRepresentation("A representation is an object with a __typename.")
        entity = self.entities.get(name)
        if entity is None or not entity.keys:
            raise BadRepresentation("The representation's type is no entity that this subgraph resolves.")
        return name, entity.key_of(representation, self.entity_settings.translate)

    async def _found(self, info: strawberry.Info, name: str, keys: list[KeyValues]) -> list[Any]:
        """What is at these keys; where asking itself failed, that failure in each place."""
        try:
            return await self.entities[name].all_of(info, keys)
        except Exception as error:
            return [error] * len(keys)
