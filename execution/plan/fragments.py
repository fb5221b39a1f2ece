"""Fragments: of entities whose facts have not changed the serialised answers are joined, the others are read anew.

A gateway asks for the same entities again and again. What one was answered is kept under the document, its variables,
the representation and whoever reads, with a note of everything else that its bytes rest on. Before it is answered
again, the source of the facts says whether each note still holds; what reading it anew would have written down is
written down. Anything unusual, and everything nobody declared, is read as if nothing were kept.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from graphql.execution.values import VariableValues

from execution.entities import SubgraphSchema, open_to_all
from execution.kept import Kept, Weighed
from execution.operation import Prepared
from execution.plan.figures import Figures
from execution.plan.fragment_store import Fragment, Head, Key, lean, weight
from execution.plan.queries import CompiledQueries
from execution.plan.shapes import Declared, Shape, Shapes, told_apart
from execution.plan.signals import Reason
from execution.straight import Made
from execution.time_limit import called_off


class FragmentSource(Declared, Protocol):
    """Whoever knows on what answers rest, and what the present state of it is. Notes are its own, opaque here."""

    def reader(self, context: Any, rests: Any) -> Hashable | None:
        """All of the request that may alter an answer resting on this; None where nothing is kept for its reader."""
        ...

    def when(self, context: Any) -> Hashable:
        """The moment of which the request's answer is; it may move while facts are read."""
        ...

    async def hold(self, context: Any, notes: Sequence[Any]) -> Sequence[bool]:
        """Whether what was answered under each note would be answered now, to the byte."""
        ...

    def notes(self, context: Any, rests: Any, keys: Sequence[Mapping[str, Any]]) -> Sequence[Any | None]:
        """On what the answers just read for these keys rest, as that reading itself met it; None: not to be kept."""
        ...

    async def shown(self, context: Any, notes: Sequence[Any]) -> None:
        """Do what reading these anew would have done beside answering. Raises where they may not be answered."""
        ...


@dataclass(slots=True)
class FragmentFigures:
    """Since the start of the process.

    Entities answered from memory, read anew, and of these not to be kept; requests for which the source could not say
    what holds, so that everything was read anew.
    """

    kept: int = 0
    read: int = 0
    unkept: int = 0
    unconfirmed: int = 0


@dataclass(slots=True)
class _Asked:
    """The representations of one request, where each is known under a key, and what memory has under it."""

    shape: Shape
    representations: list[Any]
    keys: list[Key]
    held: list[Fragment | None] = field(default_factory=list)


class FragmentedQueries:
    """The executor that an Engine takes, around compiled queries. `most` is in bytes. One per schema and process.

    A schema that admits representations one by one (`EntitySettings.admit`) is refused: kept ones would pass unasked.
    """

    def __init__(self, compiled: CompiledQueries, schema: SubgraphSchema, source: FragmentSource, most: int) -> None:
        if schema.entity_settings.admit is not open_to_all:
            raise ValueError("Fragments are not kept where each representation is admitted.")
        self.counted = FragmentFigures()
        self.store: Weighed[Fragment] = Weighed(most, weight)
        self._compiled = compiled
        self._schema = schema
        self._source = source
        self._shapes = Shapes(schema, source, compiled.settings)
        self._heads: Kept[Head] = Kept(compiled.settings.kept)

    @property
    def figures(self) -> Figures:
        """Those of the plans."""
        return self._compiled.figures

    async def event(self, prepared: Prepared, variables: VariableValues, context: Any, payload: Any) -> bytes | None:
        """Of an event nothing is kept."""
        return await self._compiled.event(prepared, variables, context, payload)

    async def mutation(
        self, prepared: Prepared, variables: VariableValues, context: Any, extensions: dict[str, Any]
    ) -> tuple[bytes | None, Made | None]:
        """By its plan: nothing is kept of one."""
        return await self._compiled.mutation(prepared, variables, context, extensions)

    async def __call__(self, prepared: Prepared, variables: VariableValues, context: Any) -> bytes | None:
        """The whole response, or None: the interpreter must answer."""
        known = self._shapes.of(prepared, variables.coerced)
        asked = None if known is None else self._asked(known, variables.coerced, context)
        if asked is None:
            return await self._compiled(prepared, variables, context)
        began = self._source.when(context)
        await self._confirm(asked, context)
        missing = [place for place, fragment in enumerate(asked.held) if fragment is None]
        if len(missing) == len(asked.held):
            return await self._whole(asked, prepared, variables, context, began)
        parts = [b"" if fragment is None else fragment.text for fragment in asked.held]
        if missing:
            some = _with(variables, asked.shape.variable, [asked.representations[place] for place in missing])
            answer = await self._compiled(prepared, some, context)
            if answer is None:
                return None
            if self._source.when(context) != began:  # what was read is of later than what is kept may be
                return await self._compiled(prepared, variables, context)
            read = self._keep(asked, missing, answer, context)
            if read is None:
                return await self._compiled(prepared, variables, context)
            for place, part in zip(missing, read, strict=True):
                parts[place] = part
        try:
            await self._source.shown(context, [each.note for each in asked.held if each is not None])
        except (Exception, CancelledError):  # it may not be answered: whoever interprets it meets the same, says why
            if called_off():
                raise
            self.figures.aside[Reason.RAISED] += 1
            return None
        self.counted.kept += len(parts) - len(missing)
        return asked.shape.joined(parts)

    async def _whole(
        self, asked: _Asked, prepared: Prepared, variables: VariableValues, context: Any, began: Hashable
    ) -> bytes | None:
        """Nothing of it is kept."""
        answer = await self._compiled(prepared, variables, context)
        if answer is not None and self._source.when(context) == began:
            self._keep(asked, range(len(asked.keys)), answer, context)
        return answer

    async def _confirm(self, asked: _Asked, context: Any) -> None:
        """Look up what is kept, and let go of what does not hold any more."""
        store = self.store
        asked.held = held = [store.find(key) for key in asked.keys]
        notes = [fragment.note for fragment in held if fragment is not None]
        if not notes:
            return
        try:
            holding = iter(await self._source.hold(context, notes))
        except (Exception, CancelledError):  # whoever reads anew meets the same failure, and says why
            if called_off():
                raise
            self.counted.unconfirmed += 1
            asked.held = [None] * len(held)
            return
        asked.held = [each if each is not None and next(holding) else None for each in held]

    def _keep(self, asked: _Asked, places: Sequence[int], answer: bytes, context: Any) -> list[bytes] | None:
        """Keep what was read for these places; the parts of the answer, or None where it has no such parts."""
        parts = asked.shape.parted(answer)
        if parts is None or len(parts) != len(places):
            return None
        self.counted.read += len(parts)
        by_type: dict[str, list[tuple[Key, bytes, Mapping[str, Any]]]] = {}
        for place, part in zip(places, parts, strict=True):
            typename, key = self._schema.read(asked.representations[place])
            by_type.setdefault(typename, []).append((asked.keys[place], part, key))
        for typename, several in by_type.items():
            rests = asked.shape.rests[typename]
            notes = self._source.notes(context, rests, [key for _, _, key in several])
            for (under, part, _), note in zip(several, notes, strict=True):
                if note is None or part == b"null":
                    self.counted.unkept += 1
                else:
                    self.store.keep(lean(under), Fragment(part, note))
        return parts

    def _asked(self, known: Shape, values: Mapping[str, Any], context: Any) -> _Asked | None:
        """What is asked, where all of it is of types that can be kept, for a reader for whom something is."""
        representations = values.get(known.variable)
        others = told_apart(values, without=known.variable)
        if type(representations) is not list or others is None:
            return None
        if not 0 < len(representations) <= self._schema.entity_settings.cap:
            return None
        heads: dict[str, Head] = {}
        keys: list[Key] = []
        try:
            for each in representations:
                typename = each["__typename"]
                head = heads.get(typename)
                if head is None:
                    rests = known.rests[typename]
                    reader = self._source.reader(context, rests)
                    if reader is None:
                        return None
                    head = heads[typename] = self._head((known, typename, reader, others))
                keys.append((head, orjson.dumps(each)))
        except (LookupError, TypeError):  # of another type, or no representation at all
            return None
        return _Asked(known, representations, keys)

    def _head(self, of: Hashable) -> Head:
        head = self._heads.find(of)
        if head is None:
            head = Head()
            self._heads.keep(of, head)
        return head


def _with(variables: VariableValues, name: str, value: Any) -> VariableValues:
    """The same variables but for one, which stands nowhere within a value."""
    return VariableValues(variables.sources, {**variables.coerced, name: value})
