"""Holds the log against itself and the charts against the log, and says exactly where something is off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import select

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from datasources.register.among import among
from datasources.register.changes import chained, change_row, current_head
from datasources.register.charts import charts, replayed_charts
from datasources.register.database import Database, ReadSession
from datasources.register.payloads import change_of
from datasources.register.rows import delegation_row, mandate_row
from datasources.register.tables import changes, delegations, enterprises, mandates

_PAGE = 500
_UNREADABLE = (ValueError, KeyError, TypeError)
"""How a payload fails that was not written by us, and changes that do not follow on each other."""

_LOOKS = 3
"""A chart written between two readings looks wrong once; one that is wrong looks so every time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is off: at a position of the log or in an enterprise's chart, in a sentence for operators."""

    what: str
    position: int | None = None
    enterprise: EnterpriseNumber | None = None

    def __str__(self) -> str:
        place = f"position {self.position}" if self.position is not None else f"enterprise {self.enterprise}"
        return f"{place}: {self.what}"


async def findings(database: Database) -> AsyncIterator[Finding]:
    """Everything that is off, while others may be writing. Nothing at all: the register is whole."""
    async for finding in log_findings(database):
        yield finding
    async for finding in chart_findings(database):
        yield finding


async def log_findings(database: Database) -> AsyncIterator[Finding]:
    """Gaps, broken chain, columns that say something else than the payload, versions that do not follow."""
    async with database.reading() as session:
        end = await current_head(session)
    position, previous, versions = 0, bytes(32), dict[str, int]()
    while position < end.position:
        statement = select(changes).where(changes.c.position > position, changes.c.position <= end.position)
        async with database.reading() as session:
            rows = (await session.execute(statement.order_by(changes.c.position).limit(_PAGE))).mappings().all()
        if not rows:
            break
        for row in rows:
            if row["position"] != position + 1:
                yield Finding(f"positions {position + 1} to {row['position'] - 1} are missing", row["position"])
            for what in _row_findings(row, previous, versions):
                yield Finding(what, row["position"])
            position, previous = row["position"], row["hash"]
    if position != end.position:
        yield Finding(f"the log ends here, but its head is at {end.position}", position)
    elif previous != end.hash:
        yield Finding("the head has another hash than the last change", position)


def _row_findings(row: Mapping[Any, Any], previous: bytes, versions: dict[str, int]) -> Iterator[str]:
    if row["previous_hash"] != previous:
        yield "the chain is broken: this change does not follow the one before it"
    if row["hash"] != chained(row["previous_hash"], row["payload"].encode()):
        yield "the hash is not that of the payload"
    try:
        change = change_of(row["payload"], row["position"])
    except _UNREADABLE:
        yield "the payload cannot be read"
        return
    said = change_row(change, row["position"], row["payload"].encode(), row["previous_hash"], row["hash"])
    differing = sorted(name for name, value in said.items() if row[name] != value)
    if differing:
        yield f"columns differ from the payload: {', '.join(differing)}"
    before = versions.get(change.enterprise.digits, 0)
    if change.enterprise_version != before + 1:
        yield f"the enterprise's version is {change.enterprise_version} and follows {before}"
    versions[change.enterprise.digits] = change.enterprise_version


async def chart_findings(database: Database) -> AsyncIterator[Finding]:
    """Charts that are not what the log, replayed, makes of them."""
    after = EnterpriseNumber("")
    while True:
        statement = select(enterprises.c.number).where(enterprises.c.number > after)
        async with database.reading() as session:
            numbers = (await session.scalars(statement.order_by(enterprises.c.number).limit(_PAGE))).all()
        if not numbers:
            return
        for number, what in (await _compared(database, numbers)).items():
            for sentence in what:
                yield Finding(sentence, enterprise=number)
        after = numbers[-1]


async def _compared(database: Database, numbers: Sequence[EnterpriseNumber]) -> Mapping[EnterpriseNumber, list[str]]:
    wrong: dict[EnterpriseNumber, list[str]] = {number: [] for number in numbers}
    for _ in range(_LOOKS):
        async with database.reading() as session:
            stored = await charts(session, list(wrong), full=True)
            replayed = await _replayed(session, list(wrong))
            beside = await _columns_beside(session, replayed)
        wrong = {
            number: what
            for number in wrong
            if (what := [*chart_differences(stored[number], replayed[number]), *beside.get(number, ())])
        }
        if not wrong:
            break
    return wrong


async def _replayed(session: ReadSession, numbers: list[EnterpriseNumber]) -> Mapping[EnterpriseNumber, Chart | None]:
    """The charts the log makes; where it cannot be replayed, one by one, with None for those that are to blame."""
    try:
        return await replayed_charts(session, numbers)
    except _UNREADABLE:
        if len(numbers) == 1:
            return {numbers[0]: None}
        alone: dict[EnterpriseNumber, Chart | None] = {}
        for number in numbers:
            alone.update(await _replayed(session, [number]))
        return alone


async def _columns_beside(
    session: ReadSession, replayed: Mapping[EnterpriseNumber, Chart | None]
) -> Mapping[EnterpriseNumber, list[str]]:
    """What differs in columns that no chart is read from: they find what is due, and keep two from one domain."""
    held = [mandate for chart in replayed.values() if chart is not None for mandate in chart.mandates]
    told: dict[Any, dict[str, Any]] = {mandate.id: mandate_row(mandate) for mandate in held}
    told |= {each.id: delegation_row(mandate, each) for mandate in held for each in mandate.delegations}
    found: dict[EnterpriseNumber, list[str]] = {}
    for kind, table, names in _BESIDE:
        columns = [table.c[name] for name in ("id", "enterprise", *names)]
        statement = select(*columns).where(among(table.c.enterprise, EnterpriseNumber, "numbers"))
        for row in (await session.execute(statement, {"numbers": list(replayed)})).mappings():
            expected = told.get(row["id"])
            differing = [] if expected is None else [name for name in names if row[name] != expected[name]]
            if differing:
                sentence = f"{kind} {row['id']} has other columns than the log makes: {', '.join(differing)}"
                found.setdefault(row["enterprise"], []).append(sentence)
    return found


_BESIDE: Final = (("mandate", mandates, ("due_at",)), ("delegation", delegations, ("mandate", "person", "due_at")))


def chart_differences(stored: Chart, replayed: Chart | None) -> Iterator[str]:
    """What differs between two charts of one enterprise; `replayed` is None where the log makes no chart."""
    if replayed is None:
        yield "its changes cannot be replayed"
        return
    if stored.version != replayed.version:
        yield f"the stored version is {stored.version}, the log makes it {replayed.version}"
    here = {mandate.id: mandate for mandate in stored.mandates}
    there = {mandate.id: mandate for mandate in replayed.mandates}
    for identity in sorted(here.keys() | there.keys()):
        kept, told = here.get(identity), there.get(identity)
        if kept is None or told is None:
            yield f"mandate {identity} is {'missing' if kept is None else 'unknown to the log'}"
        elif kept != told:
            differing = [one.name for one in fields(Mandate) if getattr(kept, one.name) != getattr(told, one.name)]
            yield f"mandate {identity} differs from the log: {', '.join(differing)}"
