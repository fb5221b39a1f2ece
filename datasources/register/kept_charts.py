"""Charts that were read before and have not changed since, which the database itself says in the same statement.

A chart is what its enterprise's changes made of it. The last of them has a random id, so that id stands for the whole
chart: another replica's change, a restored backup, or another history under the same version all have another one. A
question names the ids it holds charts for; of enterprises still at one of them only the id is read, of all others
everything, in one statement and so of one moment. Nothing is believed that the database did not just confirm.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, String, and_, not_, or_, select, type_coerce

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from datasources.register.among import among
from datasources.register.charts import NOT_ENDED
from datasources.register.database import Session
from datasources.register.direct import Direct
from datasources.register.rows import DELEGATION_COLUMNS, MANDATE_COLUMNS, mandates_of_rows
from datasources.register.tables import changes, delegations, enterprises, mandates


def _statement() -> Select[Any]:
    last = and_(changes.c.enterprise == enterprises.c.number, changes.c.enterprise_version == enterprises.c.version)
    unknown = or_(changes.c.id.is_(None), not_(among(changes.c.id, UUID, "known")))
    wanted = and_(mandates.c.enterprise == enterprises.c.number, NOT_ENDED, unknown)
    joined = enterprises.outerjoin(changes, last).outerjoin(mandates, wanted)
    number, mark = type_coerce(enterprises.c.number, String), type_coerce(changes.c.id, String)
    return (
        select(number, enterprises.c.version, mark, *MANDATE_COLUMNS, *DELEGATION_COLUMNS)
        .select_from(joined.outerjoin(delegations, delegations.c.mandate == mandates.c.id))
        .where(among(enterprises.c.number, EnterpriseNumber, "numbers"))
    )


_CHARTS = Direct(_statement())


class _Kept(NamedTuple):
    """A chart, and the id of the change that made it so, as the engine's driver gives it."""

    mark: Any
    chart: Chart

    @property
    def size(self) -> int:
        """One for the chart, one for each mandate and delegation in it."""
        return 1 + sum(1 + len(mandate.delegations) for mandate in self.chart.mandates)


class KeptCharts:
    """Charts of one process; those used least recently go once they hold more than `most` mandates and delegations.

    `kept` and `read` count charts that the database confirmed, and those it was asked for whole. 0 keeps nothing.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._charts: OrderedDict[str, _Kept] = OrderedDict()
        self.kept = 0
        self.read = 0

    def __len__(self) -> int:
        return len(self._charts)

    async def charts(self, session: Session, numbers: Collection[EnterpriseNumber]) -> Mapping[EnterpriseNumber, Chart]:
        """Every enterprise's version and the mandates that have not ended, as `datasources.register.charts.charts`."""
        if not numbers:
            return {}
        mine = {number.digits: kept for number in numbers if (kept := self._charts.get(number.digits)) is not None}
        known = [kept.mark for kept in mine.values()]
        rows = await _CHARTS.rows(session, {"numbers": numbers, "known": known})
        found: dict[str, tuple[int, Any]] = {row[0]: (row[1], row[2]) for row in rows}
        held: dict[str, list[Mandate]] = {}
        for mandate in mandates_of_rows(rows, skip=3):
            held.setdefault(mandate.enterprise.digits, []).append(mandate)
        answer: dict[EnterpriseNumber, Chart] = {}
        for number in numbers:
            digits = number.digits
            version, mark = found.get(digits, (0, None))
            before = mine.get(digits)
            if before is not None and before.mark == mark:
                answer[number] = self._used(digits, before)
            else:
                chart = answer[number] = Chart(number, version, tuple(held.get(digits, ())))
                self._keep(digits, mark, chart)
        return answer

    def mark_of(self, chart: Chart) -> Any | None:
        """The id of the change that made this very chart so, as it was read with it; None where it is held no more."""
        kept = self._charts.get(chart.enterprise.digits)
        return kept.mark if kept is not None and kept.chart is chart else None

    def _used(self, digits: str, kept: _Kept) -> Chart:
        self.kept += 1
        if digits in self._charts:  # another question may have let go of it meanwhile
            self._charts.move_to_end(digits)
        return kept.chart

    def _keep(self, digits: str, mark: Any, chart: Chart) -> None:
        self.read += 1
        before = self._charts.pop(digits, None)
        if before is not None:
            self._held -= before.size
        if mark is None:
            return
        kept = self._charts[digits] = _Kept(mark, chart)
        self._held += kept.size
        while self._held > self._most:
            self._held -= self._charts.popitem(last=False)[1].size
