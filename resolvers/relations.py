"""How whoever asks is related to an enterprise: as legal representative, by mandate, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from btb.actors import Citizen
from btb.chart import Chart
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import AccessManagerRole, Mandate, MandateStatus
from btb.representation import LegalRepresentation
from resolvers import enterprises
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Relation:
    """A citizen and one enterprise. `unknown` is the failure where KBO could not be asked whether they represent it."""

    representation: LegalRepresentation | None = None
    mandates: tuple[Mandate, ...] = ()
    unknown: Exception | None = None

    @property
    def roles(self) -> frozenset[AccessManagerRole]:
        """The roles held now."""
        return frozenset(mandate.role for mandate in self.mandates)

    @property
    def represents(self) -> bool:
        """Whether it is known that they represent it."""
        return self.representation is not None


STRANGER = Relation()


async def relations(context: Context, numbers: Sequence[EnterpriseNumber]) -> list[Relation]:
    """The relation of whoever asks to each enterprise; strangers to all where nobody logged in."""
    actor = context.actor
    if not isinstance(actor, Citizen):
        return [STRANGER] * len(numbers)
    represented = await representations(context, actor.national_number, numbers)
    charts = await context.loaders.chart.load_many(numbers)
    return [
        _relation(context, actor, represented.get(number), chart) for number, chart in zip(numbers, charts, strict=True)
    ]


async def representations(
    context: Context, person: NationalNumber, numbers: Sequence[EnterpriseNumber] | None = None
) -> dict[EnterpriseNumber, LegalRepresentation | Exception]:
    """Which of these enterprises (of all, where None) a person represents today, by which function.

    An enterprise whose facts cannot be had stands there with the failure; where KBO cannot say which functions the
    person holds, every enterprise named does.
    """
    (reading,) = await context.loaders.functions_of.load_many([person])
    if isinstance(reading, Exception):
        if numbers is None:
            raise reading
        return dict.fromkeys(numbers, reading)
    held = {function.held_in for function in reading.value or ()}
    wanted = sorted(held if numbers is None else held & set(numbers))
    found = await enterprises.legal_representatives(context, wanted)
    mine: dict[EnterpriseNumber, LegalRepresentation | Exception] = {}
    for number, each in zip(wanted, found, strict=True):
        if isinstance(each, Exception):
            mine[number] = each
        else:
            mine.update((number, fact) for fact in each if fact.holder == person)
    return mine


def _relation(
    context: Context, actor: Citizen, represented: LegalRepresentation | Exception | None, chart: Chart | Exception
) -> Relation:
    if isinstance(chart, Exception):
        return Relation(unknown=chart)
    mandates = tuple(
        mandate
        for mandate in chart.in_office(context.moment)
        if actor.is_named(mandate.person) and mandate.status(context.moment) is MandateStatus.ACTIVE
    )
    if isinstance(represented, Exception):
        return Relation(mandates=mandates, unknown=represented)
    return Relation(representation=represented, mandates=mandates)
