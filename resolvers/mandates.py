"""What is asked about mandates and delegations, as of now or of another moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Contact, Delegation, DelegationId, Mandate, MandateId, MandateStatus
from datasources.register import charts as register
from resolvers import admission
from resolvers.context import Context

_ORDER = {AccessManagerRole.CHIEF: 0, AccessManagerRole.CO_CHIEF: 1, AccessManagerRole.DOMAIN: 2}


async def versions(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[int | Exception]:
    """How many changes each enterprise's mandates have seen. Public: it names nobody."""
    charts = await context.loaders.chart.load_many(numbers)
    return [chart if isinstance(chart, Exception) else chart.version for chart in charts]


async def in_office(
    context: Context, numbers: Sequence[EnterpriseNumber], at: datetime | None = None
) -> list[list[Mandate] | Exception]:
    """Everybody with an active mandate in each enterprise, chief first, as the reader may see them."""
    moment = at or context.moment
    admitted = await admission.mandates_of(context, numbers)
    charts = await _charts(context, numbers, at)
    answers: list[list[Mandate] | Exception] = []
    for refused, mandates in zip(admitted, charts, strict=True):
        if refused is not None or isinstance(mandates, Exception):
            answers.append(refused or mandates)  # type: ignore[arg-type]
            continue
        active = [each for each in mandates if each.status(moment) is MandateStatus.ACTIVE]
        answers.append(sorted(admission.visible(context, active), key=lambda each: _ORDER[each.role]))
    return answers


async def managing(
    context: Context, numbers: Sequence[EnterpriseNumber], domain: str | None, at: datetime | None
) -> list[list[Mandate] | Exception]:
    """Those in office who may manage a domain at a moment: the chief line always may; all of them where no domain."""
    found = await in_office(context, numbers, at)
    if domain is None:
        return found
    moment = at or context.moment
    return [
        each
        if isinstance(each, Exception)
        else [mandate for mandate in each if domain in managed_domains(context, mandate, moment)]
        for each in found
    ]


def managed_domains(context: Context, mandate: Mandate, at: datetime) -> frozenset[str]:
    """The domains a mandate lets its holder manage at a moment: all for the chief line, none unless it is active."""
    if mandate.status(at) is not MandateStatus.ACTIVE:
        return frozenset()
    if mandate.role is not AccessManagerRole.DOMAIN:
        return frozenset(domain.code for domain in context.house.domains)
    return frozenset(
        delegation.domain
        for delegation in mandate.delegations
        if mandate.delegation_status(delegation, at) is MandateStatus.ACTIVE
    )


async def contacts(context: Context, mandates: Sequence[Mandate]) -> list[Contact | Exception | None]:
    """How each is reached, None where the reader may not know or there is nothing to know."""
    shown = await admission.contacts(context, mandates)
    return [
        verdict if isinstance(verdict, Exception) else mandate.contact if verdict and any_contact(mandate) else None
        for verdict, mandate in zip(shown, mandates, strict=True)
    ]


def any_contact(mandate: Mandate) -> bool:
    """Whether there is any way to reach the person."""
    return mandate.contact.email is not None or mandate.contact.phone is not None


async def by_ids(context: Context, ids: Sequence[str]) -> list[Mandate | Exception | None]:
    """Mandates by id, ended ones included; None alike for unknown and for not admitted."""
    keys = [_uuid(each) for each in ids]
    found = await context.loaders.mandate.load_many([MandateId(key) for key in keys if key is not None])
    answers = iter(found)
    mandates = [None if key is None else next(answers) for key in keys]
    return await _admitted(context, mandates)


async def delegations_by_ids(
    context: Context, ids: Sequence[str]
) -> list[tuple[Mandate, Delegation] | Exception | None]:
    """Delegations by id with their mandates, ended ones included; None alike for unknown and for not admitted."""
    keys = [_uuid(each) for each in ids]
    found = await context.loaders.delegation.load_many([DelegationId(key) for key in keys if key is not None])
    answers = iter(found)
    pairs = [None if key is None else next(answers) for key in keys]
    shown = await _admitted(context, [pair[0] if isinstance(pair, tuple) else pair for pair in pairs])
    return [
        (mandate, pair[1])
        if isinstance(pair, tuple) and isinstance(mandate, Mandate) and pair[1] in mandate.delegations
        else mandate
        if isinstance(mandate, Exception)
        else None
        for pair, mandate in zip(pairs, shown, strict=True)
    ]


async def _admitted(
    context: Context, mandates: Sequence[Mandate | Exception | None]
) -> list[Mandate | Exception | None]:
    numbers = sorted({mandate.enterprise for mandate in mandates if isinstance(mandate, Mandate)})
    verdicts = dict(zip(numbers, await admission.mandates_of(context, numbers), strict=True))
    answers: list[Mandate | Exception | None] = []
    for mandate in mandates:
        if not isinstance(mandate, Mandate):
            answers.append(mandate)
        elif isinstance(verdicts[mandate.enterprise], admission.NotAdmitted):
            answers.append(None)
        elif (failure := verdicts[mandate.enterprise]) is not None:
            answers.append(failure)
        else:
            answers.extend(admission.visible(context, [mandate]) or [None])
    return answers


async def _charts(
    context: Context, numbers: Sequence[EnterpriseNumber], at: datetime | None
) -> list[tuple[Mandate, ...] | Exception]:
    """Mandates by the chart of now, or for a moment in the past by the chart as it had been recorded then."""
    if at is None or at >= context.moment:
        charts = await context.loaders.chart.load_many(numbers)
        return [chart if isinstance(chart, Exception) else chart.mandates for chart in charts]
    async with context.house.database.reading() as session:
        past = await register.charts_as_of(session, set(numbers), at)
    return [past[number].mandates for number in numbers]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
