"""On what the serialised answer of an enterprise rests, and whether that is still so.

A note names the last change of the enterprise's chart and the KBO extract that its facts are of, as the reading that
was answered met them; the stretch of time in which the dates of that chart say the same; and of whom something was
shown, which is written down again each time. What may see depends on who asks is for clients alone: what ties a citizen
to an enterprise is more than can be confirmed at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto
from itertools import chain
from typing import Any

from btb.actors import Client
from btb.chart import unchanged
from btb.identifiers import EnterpriseNumber
from datasources.confirming import confirmed
from datasources.kbo_mirror.facts import Mark
from datasources.register.consultation_rows import Shown
from resolvers import admission, disclosures
from resolvers.context import Context


class Rests(Flag):
    """On what an answer rests: the facts KBO knows, the mandates of the enterprise's chart."""

    KBO = auto()
    CHART = auto()


@dataclass(frozen=True, slots=True)
class Note:
    """What one enterprise's answer rests on. Half-open from `since` to `until`; None where it does not end there."""

    extract: Mark
    change: Any | None = None
    since: datetime | None = None
    until: datetime | None = None
    shown: tuple[Shown, ...] = ()

    def at(self, moment: datetime) -> bool:
        """Whether dates say the same at this moment."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


def reader(context: Context, rests: Rests) -> Hashable | None:
    """The language, and where mandates are shown everything of a client that admission looks at.

    None where nothing is kept for whoever asks.
    """
    if Rests.CHART not in rests:
        return context.language
    actor = context.actor
    if not isinstance(actor, Client):
        return None
    return context.language, actor.client, actor.scopes, actor.system, actor.owner, admission.served_domains(context)


async def hold(context: Context, notes: Sequence[Note]) -> list[bool]:
    """Which of these would be noted again now, by what the database says in one statement. Raises RegisterFailure."""
    marks = [note.change for note in notes if note.change is not None]
    async with context.house.database.reading() as session:
        found = await confirmed(session, marks)
    if found.read_at is None or not context.house.extract.reads_from(found.read_at):
        return [False] * len(notes)
    extract, last, moment = found.extract, found.last, context.moment
    return [
        note.extract == extract and (note.change is None or note.change in last) and note.at(moment) for note in notes
    ]


def notes(context: Context, rests: Rests, numbers: Sequence[EnterpriseNumber]) -> list[Note | None]:
    """On what the answers rest that were just read for these enterprises; None where that cannot be confirmed later."""
    shown: dict[str, list[Shown]] = {}
    for one, written in context.loaders.disclosure.answered.items():
        if written is True and one.enterprise is not None:
            shown.setdefault(one.enterprise, []).append(one)
    return [_note(context, rests, number, tuple(shown.get(number.digits, ()))) for number in numbers]


def _note(context: Context, rests: Rests, number: EnterpriseNumber, shown: tuple[Shown, ...]) -> Note | None:
    reading = context.loaders.enterprise.answered.get(number)
    if reading is None or isinstance(reading, Exception):
        return None
    extract = context.house.extract.mark_of(number, reading)
    if extract is None:
        return None
    if Rests.CHART not in rests:
        return None if shown else Note(extract)
    chart = context.loaders.chart.answered.get(number)
    if chart is None or isinstance(chart, Exception):
        return None
    change = context.house.charts.mark_of(chart)
    return None if change is None else Note(extract, change, *unchanged(chart, context.moment), shown)


async def shown(context: Context, notes: Sequence[Note]) -> None:
    """Write down again what is shown of whom. Raises RegisterFailure, and then nothing may be shown."""
    await disclosures.again(context, chain.from_iterable([note.shown for note in notes]))
