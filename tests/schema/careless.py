"""Sources that forget one thing on which an answer rests: whoever compares must find each of them out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from datasources.confirming import confirmed
from execution.plan import fragments as generic
from resolvers import fragments
from resolvers.context import Context
from resolvers.fragments import Note, Rests
from schema import fragments as declared
from schema.fragments import KeptEnterprises


class Timeless(KeptEnterprises):
    """Dates say the same for ever."""

    def notes(self, context: Context, rests: Rests, keys: Sequence[Mapping[str, Any]]) -> Sequence[Note | None]:
        found = super().notes(context, rests, keys)
        return [None if note is None else replace(note, since=None, until=None) for note in found]


class Changeless(KeptEnterprises):
    """Nobody's mandates ever change."""

    def notes(self, context: Context, rests: Rests, keys: Sequence[Mapping[str, Any]]) -> Sequence[Note | None]:
        found = super().notes(context, rests, keys)
        return [None if note is None else replace(note, change=None) for note in found]


class OneExtract(KeptEnterprises):
    """One extract says what every other says."""

    async def hold(self, context: Context, notes: Sequence[Note]) -> Sequence[bool]:
        async with context.house.database.reading() as session:
            extract = (await confirmed(session, ())).extract
        assert extract is not None
        return await super().hold(context, [replace(note, extract=extract) for note in notes])


class NoReader(KeptEnterprises):
    """Everybody is shown the same."""

    def reader(self, context: Context, rests: Rests) -> Hashable | None:
        return context.language


class OneReach(KeptEnterprises):
    """A client is shown the same whatever its token opens and its system serves."""

    def reader(self, context: Context, rests: Rests) -> Hashable | None:
        found = fragments.reader(context, rests)
        return found[:2] if isinstance(found, tuple) else found


class NoLanguage(KeptEnterprises):
    """Everybody reads one language."""

    def reader(self, context: Context, rests: Rests) -> Hashable | None:
        found = fragments.reader(context, rests)
        return found[1:] if isinstance(found, tuple) else None if found is None else ()


class Discreet(KeptEnterprises):
    """What is shown from memory is not written down."""

    async def shown(self, context: Context, notes: Sequence[Note]) -> None:
        return


def _no_variables(patch: pytest.MonkeyPatch) -> KeptEnterprises:
    patch.setattr(generic, "told_apart", lambda values, without: ())
    return KeptEnterprises()


def _applications(patch: pytest.MonkeyPatch) -> KeptEnterprises:
    """A field is declared that reads a table which no note names."""
    more = {"Domain.applications": Rests.CHART, "Application.code": Rests.CHART}
    patch.setattr(declared, "DECLARED", {**declared.DECLARED, **more})
    return KeptEnterprises()


def _old_extracts(patch: pytest.MonkeyPatch) -> KeptEnterprises:
    """An extract too old to be asked first is believed all the same."""
    patch.setattr("datasources.kbo_mirror.source.MirrorKbo.reads_from", lambda *_: True)
    return KeptEnterprises()


CARELESS: dict[str, tuple[Callable[[pytest.MonkeyPatch], KeptEnterprises], tuple[str, ...]]] = {
    "the moment": (lambda _: Timeless(), ("everybody in office", "the chief line")),
    "the last change": (lambda _: Changeless(), ("as the benchmark asks",)),
    "the extract": (lambda _: OneExtract(), ("facts",)),
    "the age of the extract": (_old_extracts, ("facts",)),
    "the reader": (lambda _: NoReader(), ("managing a domain", "everybody in office")),
    "what the reader's token opens": (lambda _: OneReach(), ("everybody in office",)),
    "the language": (lambda _: NoLanguage(), ("facts",)),
    "the disclosures": (lambda _: Discreet(), ("the chief line",)),
    "the variables": (_no_variables, ("name in a language", "delegations by page")),
    "what a field reads": (_applications, ("applications",)),
}
"""What is forgotten, by whom, and the documents by which that shows soon."""
