"""Ask once per operation: a typed bundle, made afresh for each operation and each event of a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TypeVar

from btb.chart import Chart
from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import Delegation, DelegationId, Mandate, MandateId
from btb.persons import PersonFacts, PersonId
from datasources.kbo import Functions, Kbo
from datasources.persons import PersonRegister
from datasources.readings import Reading
from datasources.register.consultation_rows import Shown
from datasources.register.database import Database
from datasources.register.kept_charts import KeptCharts
from datasources.register.persons import PersonDirectory
from loaders import charts, consultations, enterprises, persons
from loaders.batching import ByKey, Watched
from loaders.consultations import Reader
from loaders.present import Present

__all__ = ["NAMES", "ByKey", "Loaders", "Present", "Reader", "Watched"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class Loaders:
    """Every loader, by the noun it answers with; who is named in `watched` tells there how many keys each batch has.

    Each is made when it is first asked for: few operations need all of them, and a stream that waits needs none.
    """

    def __init__(
        self,
        kbo: Kbo,
        register: PersonRegister,
        directory: PersonDirectory,
        database: Database,
        kept: KeptCharts,
        reader: Reader,
        watched: Mapping[str, Watched],
    ) -> None:
        self._kbo, self._register = kbo, register
        self._directory, self._database, self._kept = directory, database, kept
        self._reader, self._watched = reader, watched

    @cached_property
    def enterprise(self) -> ByKey[EnterpriseNumber, Reading[EnterpriseFacts]]:
        """What the enterprise is, as the KBO says."""
        return self._told("enterprise", enterprises.facts(self._kbo))

    @cached_property
    def functions_in(self) -> ByKey[EnterpriseNumber, Reading[Functions]]:
        """Who holds a function in it."""
        return self._told("functions_in", enterprises.functions_in(self._kbo))

    @cached_property
    def functions_of(self) -> ByKey[NationalNumber, Reading[Functions]]:
        """Where somebody holds a function."""
        return self._told("functions_of", enterprises.functions_of(self._kbo))

    @cached_property
    def person(self) -> ByKey[NationalNumber, Reading[PersonFacts]]:
        """Who somebody is, as the register of persons says."""
        return self._told("person", persons.facts(self._register, self._directory))

    @cached_property
    def person_id(self) -> ByKey[NationalNumber, PersonId]:
        """Under which id we know somebody."""
        return self._told("person_id", persons.ids(self._directory))

    @cached_property
    def national_number(self) -> ByKey[PersonId, NationalNumber]:
        """Whom an id of ours means."""
        return self._told("national_number", persons.national_numbers(self._directory))

    @cached_property
    def chart(self) -> ByKey[EnterpriseNumber, Chart]:
        """The mandates in an enterprise."""
        return self._told("chart", charts.charts(self._database, self._kept, self._reader.present))

    @cached_property
    def mandate(self) -> ByKey[MandateId, Mandate | None]:
        """One mandate."""
        return self._told("mandate", charts.mandates(self._database, self._reader.present))

    @cached_property
    def delegation(self) -> ByKey[DelegationId, tuple[Mandate, Delegation] | None]:
        """One delegation, with the mandate it belongs to."""
        return self._told("delegation", charts.delegations(self._database, self._reader.present))

    @cached_property
    def mandates_of_person(self) -> ByKey[PersonId, tuple[Mandate, ...]]:
        """All mandates of one person."""
        return self._told("mandates_of_person", charts.mandates_of_person(self._database, self._reader.present))

    @cached_property
    def disclosure(self) -> ByKey[Shown, bool]:
        """That something of a person is shown, written down."""
        return self._told("disclosure", consultations.disclosures(self._database, self._reader))

    def _told(self, name: str, loader: ByKey[Key, Value]) -> ByKey[Key, Value]:
        loader.watched = self._watched.get(name)
        return loader


NAMES = tuple(name for name, each in vars(Loaders).items() if isinstance(each, cached_property))
