"""Charts, mandates and delegations of the register, asked once per operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import Delegation, DelegationId, Mandate, MandateId
from btb.persons import PersonId
from datasources.register import charts as register
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from loaders.batching import ByKey
from loaders.present import Present


def charts(database: Database, kept: KeptCharts, present: Present) -> ByKey[EnterpriseNumber, Chart]:
    """The mandates of an enterprise that have not ended, and its version; empty for one nobody registered."""

    async def ask(numbers: Sequence[EnterpriseNumber]) -> Mapping[EnterpriseNumber, Chart]:
        async with database.reading() as session:
            found = await kept.charts(session, numbers)
        for chart in found.values():
            present.reach_what(chart.mandates)
        return found

    return ByKey(ask)


def mandates(database: Database, present: Present) -> ByKey[MandateId, Mandate | None]:
    """One mandate, ended ones included; None under an id that no mandate has."""

    async def ask(ids: Sequence[MandateId]) -> Mapping[MandateId, Mandate | None]:
        async with database.reading() as session:
            found = await register.mandates_by_id(session, ids)
        present.reach_what(found.values())
        return {each: found.get(each) for each in ids}

    return ByKey(ask)


def delegations(database: Database, present: Present) -> ByKey[DelegationId, tuple[Mandate, Delegation] | None]:
    """One delegation with its mandate, ended ones included; None under an id that no delegation has."""

    async def ask(ids: Sequence[DelegationId]) -> Mapping[DelegationId, tuple[Mandate, Delegation] | None]:
        async with database.reading() as session:
            found = await register.delegations_by_id(session, ids)
        present.reach_what(mandate for mandate, _ in found.values())
        return {each: found.get(each) for each in ids}

    return ByKey(ask)


def mandates_of_person(database: Database, present: Present) -> ByKey[PersonId, tuple[Mandate, ...]]:
    """Every mandate of a person that has not ended, in whatever enterprise."""

    async def ask(persons: Sequence[PersonId]) -> Mapping[PersonId, tuple[Mandate, ...]]:
        async with database.reading() as session:
            found = await register.mandates_of_persons(session, persons)
        for held in found.values():
            present.reach_what(held)
        return {person: found.get(person, ()) for person in persons}

    return ByKey(ask)
