"""KBO with the mirror in front of it: reads from the extract where it is fresh enough, everything else from KBO.

What decides an appointment never comes from the mirror: a decision goes straight through, whatever is in the extract.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from datasources.kbo import EnterpriseAnswer, FunctionsAnswer, Kbo
from datasources.kbo_mirror.facts import Mark, Mirrored
from datasources.kbo_mirror.kept_facts import KeptFacts
from datasources.outages import Clock
from datasources.readings import Freshness, Reading, SourceUnavailable
from datasources.register.database import Database
from datasources.register.failures import RegisterFailure

_log = logging.getLogger(__name__)

_LOOK_AGAIN: Final = 30.0
"""Seconds during which a mirror found empty is not asked again."""


class MirrorOrder(StrEnum):
    """Who is asked first for what is only read. KBO_FIRST keeps the mirror for when KBO is out of reach."""

    MIRROR_FIRST = "mirror-first"
    KBO_FIRST = "kbo-first"


@dataclass(frozen=True, slots=True)
class MirrorPolicy:
    """Who is asked first, and until which age an extract is asked first at all.

    `kept` is how many enterprises' facts stay in memory; each use is first confirmed by the database.
    """

    order: MirrorOrder = MirrorOrder.MIRROR_FIRST
    fresh: timedelta = timedelta(days=45)
    kept: int = 10_000


class Now(Protocol):
    """The moment it is, aware, UTC."""

    def __call__(self) -> datetime:
        """Now."""
        ...


class ExtractInUse(Protocol):
    """Whoever can say which readings are of an extract, and whether it would still be read from."""

    def mark_of(self, number: EnterpriseNumber, reading: Reading[EnterpriseFacts]) -> Mark | None:
        """As `MirrorKbo.mark_of`."""
        ...

    def reads_from(self, read_at: datetime) -> bool:
        """As `MirrorKbo.reads_from`."""
        ...


class NoExtract:
    """Nothing is ever read from an extract."""

    def mark_of(self, number: EnterpriseNumber, reading: Reading[EnterpriseFacts]) -> Mark | None:
        """None."""
        return None

    def reads_from(self, read_at: datetime) -> bool:
        """Never."""
        return False


class MirrorKbo:
    """`datasources.kbo.Kbo` before another one."""

    def __init__(
        self,
        inner: Kbo,
        database: Database,
        now: Now,
        policy: MirrorPolicy | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._inner = inner
        self._database = database
        self._now = now
        self._policy = policy or MirrorPolicy()
        self._kept = KeptFacts(self._policy.kept)
        self._clock = clock
        self._empty_until: float | None = None

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        """From the mirror where it may, the rest from KBO; and from the mirror, stale, where KBO is out of reach."""
        wanted = list(dict.fromkeys(numbers))
        if freshness is Freshness.DECIDE or not wanted:
            return await self._inner.enterprises(wanted, freshness)
        if self._policy.order is MirrorOrder.KBO_FIRST:
            return await self._beside(wanted, None)
        stored = await self._stored(wanted)
        if stored is None:
            return await self._inner.enterprises(wanted, freshness)
        if self._now() - stored.read_at > self._policy.fresh:
            return await self._beside(wanted, stored)
        lacking = [number for number in wanted if number not in stored.readings or _nameless(stored.readings[number])]
        if not lacking:
            return stored.readings
        return {**stored.readings, **await self._beside(lacking, stored)}

    async def functions_in(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, FunctionsAnswer]:
        """From KBO: the extract has no functions."""
        return await self._inner.functions_in(numbers, freshness)

    async def functions_of(
        self, persons: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, FunctionsAnswer]:
        """From KBO: the extract has no functions."""
        return await self._inner.functions_of(persons, freshness)

    async def functions_of_in(
        self, pairs: Collection[tuple[NationalNumber, EnterpriseNumber]], freshness: Freshness = Freshness.READ
    ) -> Mapping[tuple[NationalNumber, EnterpriseNumber], FunctionsAnswer]:
        """From KBO: the extract has no functions."""
        return await self._inner.functions_of_in(pairs, freshness)

    def mark_of(self, number: EnterpriseNumber, reading: Reading[EnterpriseFacts]) -> Mark | None:
        """The mark of the extract from which this was read; None where it is of elsewhere, or held here no more."""
        return None if reading.stale or _nameless(reading) else self._kept.mark_of(number, reading)

    def reads_from(self, read_at: datetime) -> bool:
        """Whether enterprises that an extract of this day has by name would be read from it now, and KBO not asked."""
        looks = self._empty_until is None or self._clock() >= self._empty_until
        first = self._policy.order is MirrorOrder.MIRROR_FIRST
        return looks and first and self._now() - read_at <= self._policy.fresh

    async def _beside(
        self, numbers: Sequence[EnterpriseNumber], stored: Mirrored | None
    ) -> dict[EnterpriseNumber, EnterpriseAnswer]:
        """KBO's answers; the mirror's for those that could not be had. `stored` None: not looked yet."""
        answers = dict(await self._inner.enterprises(numbers, Freshness.READ))
        lost = [number for number, answer in answers.items() if isinstance(answer, SourceUnavailable)]
        if lost:
            stored = stored or await self._stored(lost)
        if lost and stored is not None:
            readings = stored.readings
            answers.update({number: replace(readings[number], stale=True) for number in lost if number in readings})
        return answers

    async def _stored(self, numbers: Sequence[EnterpriseNumber]) -> Mirrored | None:
        """What the mirror has, in one statement. One out of reach has nothing: KBO is asked as if there were none."""
        if self._empty_until is not None and self._clock() < self._empty_until:
            return None
        try:
            async with self._database.reading() as session:
                stored = await self._kept.mirrored(session, numbers, on_postgresql=self._database.is_postgresql)
        except RegisterFailure as failure:
            _log.warning("The mirror of KBO cannot be read: %s", failure.reason)
            return None
        self._empty_until = self._clock() + _LOOK_AGAIN if stored is None else None
        return stored


def _nameless(reading: Reading[EnterpriseFacts]) -> bool:
    """Every enterprise has a name; the rows of one without were cut off, or skipped."""
    return reading.value is None or not reading.value.names
