"""The whole schema asked by a plan and by graphql-core, over the rehearsal town, whose answers can be spoiled."""

from __future__ import annotations

import functools
import inspect
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import orjson
import pytest
from graphql import GraphQLObjectType, OperationType, StringValueNode
from hypothesis import strategies as st
from strawberry.types.field import StrawberryField

from datasources.readings import AuthenticSource, SourceUnavailable
from execution.batching import batched
from execution.hooks import RequestInfo
from execution.interpreter import executor, result_of
from execution.operation import Answer, OperationRequest
from execution.plan import CompiledQueries, PlanSettings
from execution.variables import coerced
from loaders.present import Present
from resolvers.context import Context
from schema.errors import translate
from server.contexts import loaders_of
from tests.execution.plan.world import SPOILED
from tests.schema.world import World

QUERY = frozenset({OperationType.QUERY})
SUBSCRIPTION = frozenset({OperationType.SUBSCRIPTION})
Told: TypeAlias = Callable[[Context], Any]
"""Makes an event for whoever hears it."""
ENTERPRISES = ("bakkerij", "brouwerij", "vervoer")
LANGUAGES = ("", "fr", "de;q=0.8", "en")


class Spoiled(Exception):
    """What a spoiled resolver raises."""


@dataclass(frozen=True)
class Mood:
    """Spoils `share` per mille of all values, by the object and the field alone: alike however they are asked for.

    The sources are out of reach for `gone` per mille of what they are asked, whenever they are asked it.
    """

    seed: int = 0
    share: int = 0
    gone: int = 0

    def of(self, field: str, parent: object, value: Any) -> Any:
        """The value, or what it is spoiled to; may raise."""
        if not self.share:
            return value
        draw = zlib.crc32(f"{self.seed} {field} {_identity(parent)}".encode())
        return value if draw % 1000 >= self.share else SPOILED[(draw // 1000) % len(SPOILED)](value)

    def each(self, field: str, parents: list[Any], values: Any) -> list[Any]:
        """The same for every parent of a batch, where an exception is a value."""
        spoiled = []
        for parent, value in zip(parents, values, strict=True):
            try:
                spoiled.append(self.of(field, parent, value))
            except Exception as broken:
                spoiled.append(broken)
        return spoiled

    def out_of_reach(self, key: object) -> bool:
        """Whether the sources do not answer for this key."""
        parts = key if isinstance(key, tuple) else (key,)
        return zlib.crc32(f"{self.seed} {[each.digits for each in parts]}".encode()) % 1000 < self.gone


MOOD = [Mood()]


class PartlyGone:
    """A source that does not answer for some of the keys that it is asked for."""

    def __init__(self, source: object, name: AuthenticSource) -> None:
        self._source, self._name = source, name

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._source, name)

        async def answered(keys: Any, *rest: Any, **named: Any) -> Any:
            mood, found = MOOD[0], await ask(keys, *rest, **named)
            gone = SourceUnavailable(self._name, "it is partly gone")
            return {key: gone if mood.out_of_reach(key) else answer for key, answer in found.items()}

        return answered


def _identity(parent: object) -> str:
    for name in ("enterprise_number", "person", "code"):
        if (found := getattr(parent, name, None)) is not None:
            return str(found)
    return str(getattr(getattr(parent, "mandate", None), "id", ""))


@contextmanager
def spoilable(world: World) -> Iterator[None]:
    """Every resolver of the schema's object types passes what it answers through the mood of the moment."""
    with pytest.MonkeyPatch.context() as patch:
        for type_ in world.app.engine.schema._schema.type_map.values():
            if not isinstance(type_, GraphQLObjectType):
                continue
            for definition in type_.fields.values():
                field = definition.extensions.get("strawberry-definition")
                if isinstance(field, StrawberryField) and field.base_resolver is not None:
                    base = field.base_resolver
                    if inspect.isfunction(base.wrapped_func) and not hasattr(base.wrapped_func, "__spoiled__"):
                        patch.setattr(base, "wrapped_func", _spoiling(base.wrapped_func, f"{type_.name}.{field.name}"))
        yield


def _spoiling(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    batch = getattr(function, "__batched__", None)
    if batch is not None:

        @functools.wraps(batch)
        async def several(parents: Any, info: Any, **named: Any) -> Any:
            values = batch(parents, info, **named)
            return MOOD[0].each(name, parents, await values if inspect.isawaitable(values) else values)

        made: Any = batched(several)
    elif inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*given: Any, **named: Any) -> Any:
            return MOOD[0].of(name, given[0] if given else None, await function(*given, **named))

        made = later
    else:

        @functools.wraps(function)
        def now(*given: Any, **named: Any) -> Any:
            return MOOD[0].of(name, given[0] if given else None, function(*given, **named))

        made = now
    made.__spoiled__ = True
    return made


class Asker:
    """Asks both ways, as one of several callers, at one moment."""

    def __init__(self, world: World, callers: dict[str, str | None]) -> None:
        self.world, self.callers = world, callers
        self.engine = world.app.engine
        self.plans = CompiledQueries(self.engine.schema, PlanSettings(interpreted_first=0, patience=10**9))
        self.outcomes: Counter[str] = Counter()
        self.documents: set[int] = set()

    async def compare(
        self, text: str, variables: dict[str, Any], caller: str, language: str, told: Told | None = None
    ) -> None:
        """Assert that a plan which answers says what graphql-core says: of a query, or of an event that is told."""
        self.documents.add(hash((text, str(variables))))
        prepared = self.engine.prepare(OperationRequest(text), QUERY if told is None else SUBSCRIPTION)
        if isinstance(prepared, Answer):
            self.outcomes["refused"] += 1
            return
        values = coerced(self.engine.schema._schema, prepared, variables, 5, translate)
        if isinstance(values, list):
            self.outcomes["refused"] += 1
            return
        token = self.callers[caller]
        headers = {"accept-language": language} | ({} if token is None else {"authorization": f"Bearer {token}"})
        given = await self.world.app.contexts(RequestInfo(headers, None, "/graphql", "POST", "sameness"))
        context, again = _anew(given), _anew(given)
        interpreter: Any = executor(self.engine.schema, prepared, values, again, {})
        if told is None:
            planned = await self.plans(prepared, values, context)
        else:
            planned = await self.plans.event(prepared, values, context, told(context))
            interpreter = interpreter.build_per_event_executor(told(again))
        if planned is None:
            self.outcomes["aside"] += 1
            return
        self.outcomes["answered"] += 1
        result = await result_of(interpreter, serially=False)
        said = f"{caller} {MOOD[0]}\n{text}\n{variables}\nplanned {planned!r}\n"
        assert not result.errors, f"{said}but {result.errors}"
        assert planned == orjson.dumps({"data": result.data}), f"{said}but {result.data}"


def _anew(context: Context) -> Context:
    """The same caller at the same moment, who has asked nothing yet, of sources as they are in this mood."""
    house: Any = context.house
    if MOOD[0].gone:
        kbo, persons = (
            PartlyGone(house.kbo, AuthenticSource.KBO),
            PartlyGone(house.persons, AuthenticSource.NATIONAL_REGISTER),
        )
        house = replace(house, kbo=kbo, persons=persons)
    present = Present(context.moment)
    loaders = loaders_of(house, context.actor, present, context.purpose)
    return replace(context, house=house, batches=type(context.batches)(), loaders=loaders, present=present)


def _text(*values: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(values).map(lambda value: StringValueNode(value=value))
