"""Which fields an enterprise's kept answer may hold, and on what each rests beside the enterprise's number.

Whatever does not stand here is never kept, nor is any answer in which it stands: a new field costs time until somebody
has thought about it. A field may stand here only where nothing but what it rests on, the language, the moment, the
arguments and the reader's class can alter a byte of it, and where reading it leaves no trace but disclosures. An
argument is declared beside its field: `accessManagers(at:)` reads the log and `delegations(statuses:)` what has ended,
so neither does stand here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Final

from resolvers import fragments
from resolvers.context import Context
from resolvers.fragments import Note, Rests

_NOTHING: Final = Rests(0)


def _fields(type_: str, rests: Rests, names: str) -> Iterator[tuple[str, Rests]]:
    return ((f"{type_}.{name}", rests) for name in names.split())


DECLARED: Final[Mapping[str, Rests]] = MappingProxyType(
    dict(
        [
            *_fields("Enterprise", _NOTHING, "enterpriseNumber"),
            *_fields("Enterprise", Rests.KBO, "name name(language:) status kind juridicalForm juridicalSituation"),
            *_fields("Enterprise", Rests.KBO, "startDate address source"),
            *_fields("Enterprise", Rests.CHART, "version chiefAccessManager coChiefAccessManagers"),
            *_fields("Enterprise", Rests.CHART, "accessManagers accessManagers(domain:)"),
            *_fields("Enterprise", Rests.CHART, "delegations delegations(domain:) delegations(first:)"),
            *_fields("Enterprise", Rests.CHART, "delegations(after:)"),
            *_fields("CodeLabel", _NOTHING, "code label label(language:)"),
            *_fields("Address", _NOTHING, "street houseNumber box postalCode municipality countryCode"),
            *_fields("SourceReading", _NOTHING, "source readAt stale"),
            *_fields("AccessManager", Rests.CHART, "id person role affiliation contact status validFrom validUntil"),
            *_fields("AccessManager", Rests.CHART, "appointedAt appointedBy suspendedAt endedAt endReason domains"),
            *_fields("AccessManager", Rests.CHART, "delegations delegations(statuses:)"),
            *_fields("Delegation", Rests.CHART, "id domain accessManager status validFrom validUntil grantedAt"),
            *_fields("Delegation", Rests.CHART, "grantedBy endedAt endReason"),
            *_fields("Contact", Rests.CHART, "email phone"),
            *_fields("Person", Rests.CHART, "id"),
            *_fields("Actor", Rests.CHART, "kind person client"),
            *_fields("Domain", _NOTHING, "code name name(language:)"),
            *_fields("DelegationConnection", Rests.CHART, "edges pageInfo totalCount"),
            *_fields("DelegationEdge", Rests.CHART, "cursor node"),
            *_fields("PageInfo", Rests.CHART, "hasNextPage hasPreviousPage startCursor endCursor"),
        ]
    )
)

_KEPT: Final = "Enterprise"
"""The only type whose answers are kept: its number names the one chart and the facts that all of it rests on."""


class KeptEnterprises:
    """`execution.plan.FragmentSource` of this schema."""

    def rests(self, typename: str, coordinates: frozenset[str]) -> Rests | None:
        """On what these fields rest; every enterprise on KBO, which says whether it exists."""
        if typename != _KEPT or not DECLARED.keys() >= coordinates:
            return None
        return reduce(or_, (DECLARED[each] for each in coordinates), Rests.KBO)

    def reader(self, context: Context, rests: Rests) -> Hashable | None:
        """As `resolvers.fragments.reader`."""
        return fragments.reader(context, rests)

    def when(self, context: Context) -> Hashable:
        """The one moment of the operation."""
        return context.moment

    async def hold(self, context: Context, notes: Sequence[Note]) -> Sequence[bool]:
        """As `resolvers.fragments.hold`."""
        return await fragments.hold(context, notes)

    def notes(self, context: Context, rests: Rests, keys: Sequence[Mapping[str, Any]]) -> Sequence[Note | None]:
        """As `resolvers.fragments.notes`, by the keys of representations."""
        return fragments.notes(context, rests, [key["enterprise_number"] for key in keys])

    async def shown(self, context: Context, notes: Sequence[Note]) -> None:
        """As `resolvers.fragments.shown`."""
        await fragments.shown(context, notes)
