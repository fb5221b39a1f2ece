"""Ask once per operation: a typed bundle, made afresh for each operation and each event of a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from btb.chart import Chart
from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Delegation, DelegationId, Mandate, MandateId
from btb.persons import PersonFacts, PersonId
from datasources.kbo import Functions, Kbo
from datasources.persons import PersonRegister
from datasources.readings import Reading
from datasources.register.consultations import Shown
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from datasources.register.persons import PersonDirectory
from loaders import charts, consultations, enterprises, persons
from loaders.batching import ByKey, Watched
from loaders.consultations import Reader
from loaders.present import Present

__all__ = ["NAMES", "ByKey", "Loaders", "Present", "Reader", "Watched", "fresh_loaders"]


@dataclass(frozen=True, slots=True)
class Loaders:
    """Every loader, by the noun it answers with."""

    enterprise: ByKey[EnterpriseNumber, Reading[EnterpriseFacts]]
    functions_in: ByKey[EnterpriseNumber, Reading[Functions]]
    functions_of: ByKey[NationalNumber, Reading[Functions]]
    person: ByKey[NationalNumber, Reading[PersonFacts]]
    person_id: ByKey[NationalNumber, PersonId]
    national_number: ByKey[PersonId, NationalNumber]
    chart: ByKey[EnterpriseNumber, Chart]
    mandate: ByKey[MandateId, Mandate | None]
    delegation: ByKey[DelegationId, tuple[Mandate, Delegation] | None]
    mandates_of_person: ByKey[PersonId, tuple[Mandate, ...]]
    disclosure: ByKey[Shown, bool]


NAMES = tuple(field.name for field in fields(Loaders))


def fresh_loaders(
    kbo: Kbo,
    register: PersonRegister,
    directory: PersonDirectory,
    database: Database,
    kept: KeptCharts,
    reader: Reader,
    watched: Mapping[str, Watched],
) -> Loaders:
    """Loaders that have asked nothing yet; who is named in `watched` tells there how many keys each batch has."""
    loaders = Loaders(
        enterprise=enterprises.facts(kbo),
        functions_in=enterprises.functions_in(kbo),
        functions_of=enterprises.functions_of(kbo),
        person=persons.facts(register, directory),
        person_id=persons.ids(directory),
        national_number=persons.national_numbers(directory),
        chart=charts.charts(database, kept, reader.present),
        mandate=charts.mandates(database, reader.present),
        delegation=charts.delegations(database, reader.present),
        mandates_of_person=charts.mandates_of_person(database, reader.present),
        disclosure=consultations.disclosures(database, reader),
    )
    for name, told in watched.items():
        getattr(loaders, name).watched = told
    return loaders
