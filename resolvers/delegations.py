"""An enterprise's delegations, page by page, oldest grant first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import Delegation, Mandate, MandateStatus
from resolvers import admission, disclosures, mandates
from resolvers.context import Context
from resolvers.pages import placed, within

MOST = 200
"""How many delegations one page may hold."""


@dataclass(frozen=True, slots=True)
class DelegationPage:
    """One page; `total` counts everything that was asked, before and behind it too."""

    delegations: tuple[tuple[Mandate, Delegation], ...]
    total: int
    has_next: bool
    has_previous: bool


async def pages(
    context: Context,
    numbers: Sequence[EnterpriseNumber],
    domain: str | None,
    statuses: Collection[MandateStatus],
    first: int,
    after: str | None,
) -> list[DelegationPage | Exception]:
    """One page for each enterprise, of the delegations that stand so now. Raises PageRefused."""
    within(first, MOST)
    behind = None if after is None else placed(after)
    if MandateStatus.ENDED in statuses:
        charts = await mandates.full_charts(context, numbers)
    else:
        charts = await mandates.charts(context, numbers)
    answers = [
        chart if isinstance(chart, Exception) else _page(context, chart, domain, statuses, first, behind)
        for chart in charts
    ]
    shown = (mandate for each in answers if isinstance(each, DelegationPage) for mandate, _ in each.delegations)
    await disclosures.of_mandates(context, shown)
    return answers


def _page(
    context: Context,
    chart: Chart,
    domain: str | None,
    statuses: Collection[MandateStatus],
    first: int,
    behind: tuple[datetime, UUID] | None,
) -> DelegationPage:
    asked = sorted(
        (
            (mandate, delegation)
            for mandate in admission.visible(context, chart.mandates)
            for delegation in mandate.delegations
            if (domain is None or delegation.domain == domain)
            and mandate.delegation_status(delegation, context.moment) in statuses
        ),
        key=lambda pair: (pair[1].granted_at, pair[1].id),
    )
    rest = [pair for pair in asked if behind is None or (pair[1].granted_at, pair[1].id) > behind]
    return DelegationPage(tuple(rest[:first]), len(asked), len(rest) > first, len(rest) < len(asked))
