"""What is asked about mandates and delegations, as of now or of another moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from btb.authority import Deed
from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Contact, Delegation, DelegationId, Mandate, MandateId, MandateStatus
from datasources.register import charts as register
from resolvers import admission, disclosures
from resolvers.context import Context


async def versions(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[int | Exception]:
    """How many changes each enterprise's mandates have seen. Public: it names nobody."""
    charts = await context.loaders.chart.load_many(numbers)
    return [chart if isinstance(chart, Exception) else chart.version for chart in charts]


async def chiefs(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Mandate | Exception | None]:
    """The chief of each enterprise, suspended or not."""
    found = [
        each if isinstance(each, Exception) else each.chief(context.moment) for each in await charts(context, numbers)
    ]
    await disclosures.of_mandates(context, (each for each in found if isinstance(each, Mandate)))
    return found


async def co_chiefs(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Sequence[Mandate] | Exception]:
    """The co-chiefs of each enterprise, suspended or not."""
    found: list[Sequence[Mandate] | Exception] = [
        each if isinstance(each, Exception) else each.co_chiefs(context.moment)
        for each in await charts(context, numbers)
    ]
    return await _disclosed(context, found)


async def in_office(
    context: Context, numbers: Sequence[EnterpriseNumber], domain: str | None, at: datetime | None
) -> list[Sequence[Mandate] | Exception]:
    """Everybody in office in each enterprise at a moment, chief first; with a domain, those who may manage it."""
    answers: list[Sequence[Mandate] | Exception] = []
    found_charts = await charts(context, numbers, at)
    moment = at or context.moment  # only now: what was read is not in the future of whoever read it
    for chart in found_charts:
        if isinstance(chart, Exception):
            answers.append(chart)
        else:
            found = chart.in_office(moment) if domain is None else chart.managing(domain, moment)
            answers.append(admission.visible(context, found))
    return await _disclosed(context, answers)


async def _disclosed(
    context: Context, answers: list[Sequence[Mandate] | Exception]
) -> list[Sequence[Mandate] | Exception]:
    shown = (mandate for each in answers if not isinstance(each, Exception) for mandate in each)
    await disclosures.of_mandates(context, shown)
    return answers


async def charts(
    context: Context, numbers: Sequence[EnterpriseNumber], at: datetime | None = None
) -> list[Chart | Exception]:
    """The chart of each enterprise for a reader admitted to it: as it is, or as it had been recorded at a moment."""
    admitted = await admission.to_enterprises(context, Deed.READ_MANDATES, numbers)
    found = await _charts(context, numbers, at)
    return [refused or chart for refused, chart in zip(admitted, found, strict=True)]


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
    refused = await admission.to_mandates(context, Deed.READ_CONTACT, mandates)
    return [
        None if isinstance(each, admission.NotAdmitted) or not any_contact(mandate) else each or mandate.contact
        for each, mandate in zip(refused, mandates, strict=True)
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
    asked = [mandate for mandate in mandates if isinstance(mandate, Mandate)]
    verdicts = iter(await admission.to_mandates(context, Deed.READ_MANDATES, asked))
    answers: list[Mandate | Exception | None] = []
    for mandate in mandates:
        refused = next(verdicts) if isinstance(mandate, Mandate) else None
        if not isinstance(mandate, Mandate):
            answers.append(mandate)
        elif isinstance(refused, admission.NotAdmitted):
            answers.append(None)
        else:
            answers.extend([refused] if refused is not None else admission.visible(context, [mandate]) or [None])
    await disclosures.of_mandates(context, (each for each in answers if isinstance(each, Mandate)))
    return answers


async def full_charts(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Chart | Exception]:
    """As `charts`, with every mandate that ever was."""
    admitted = await admission.to_enterprises(context, Deed.READ_MANDATES, numbers)
    async with context.house.database.reading() as session:
        found = await register.charts(session, set(numbers), full=True)
    for chart in found.values():
        context.present.reach_what(chart.mandates)
    return [refused or found[number] for refused, number in zip(admitted, numbers, strict=True)]


async def _charts(
    context: Context, numbers: Sequence[EnterpriseNumber], at: datetime | None
) -> list[Chart | Exception]:
    if at is None or at >= context.moment:
        return await context.loaders.chart.load_many(numbers)
    async with context.house.database.reading() as session:
        past = await register.charts_as_of(session, set(numbers), at)
    return [past[number] for number in numbers]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
