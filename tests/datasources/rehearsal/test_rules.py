"""The rules of representation, fed through the real adapter, find whom the town intends."""

from __future__ import annotations

from datetime import date

import pytest

from btb.enterprises import EnterpriseStatus
from btb.representation import RepresentationPolicy, representatives
from datasources.magda.registry import magda
from datasources.magda.settings import MagdaSettings
from datasources.magda.transports import AsgiTransport
from datasources.readings import Reading
from datasources.rehearsal import RehearsalApp, Town

EVERY_STATUS_IN_BEING = frozenset(
    {EnterpriseStatus.ACTIVE, EnterpriseStatus.ANNOUNCED, EnterpriseStatus.JURIDICALLY_CREATED}
)


@pytest.mark.parametrize("not_yet_active", [False, True])
async def test_every_enterprise_is_represented_by_whom_the_town_intends(
    app: RehearsalApp, town: Town, not_yet_active: bool
) -> None:
    source = magda(MagdaSettings("http://town", allow_test_numbers=True, chunk=100), AsgiTransport(app))
    numbers = [enterprise.number for enterprise in town.enterprises]
    facts = {number: read.value for number, read in (await source.kbo.enterprises(numbers)).items() if read.value}
    functions = await source.kbo.functions_in(numbers)
    policy = RepresentationPolicy(statuses=EVERY_STATUS_IN_BEING) if not_yet_active else RepresentationPolicy()
    for day in (date(2021, 6, 29), date(2021, 6, 30), date(2026, 3, 2), date(2099, 1, 1)):
        for number in numbers:
            held = functions[number]
            assert isinstance(held, Reading)
            found = representatives(facts[number], held.value or (), day, policy=policy, companies=facts)
            intended = town.legal_representatives_of(number, day, as_kbo_says=True, not_yet_active=not_yet_active)
            assert {one.holder for one in found} == intended, town.enterprise(number).handle
