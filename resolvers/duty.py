"""What becomes true without a request: recorded and announced by the register itself, by one replica at a time.

Time makes it true, or a national number that was replaced: what stands under an id that turned out to be another
person's is written under theirs. Every replica that looks learns of such ids, whichever has the duty.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from btb.identifiers import EnterpriseNumber
from btb.persons import Identity
from btb.uniting import united
from datasources.register import charts as register
from datasources.register import leases, recording, replacements
from datasources.register.failures import OutcomeUnknown, RegisterFailure, RegisterUnavailable
from datasources.register.ids import new_id
from resolvers.context import House

logger = logging.getLogger("btb.duty")

LEASE = "what time makes true"
HELD_FOR = timedelta(seconds=10)
_AT_ONCE = 200


class Duty:
    """Looks every `pause` seconds; where the register fails, looks again. Nothing is lost meanwhile: what is due stays
    due, and is announced later with the moment at which it truly took effect.
    """

    def __init__(self, house: House, holder: str, *, pause: float = 0.5) -> None:
        self._house = house
        self._holder = holder
        self._pause = pause

    async def keep(self) -> None:
        """Do what is due, for ever; give the lease back when cancelled."""
        try:
            while True:
                try:
                    await self.do()
                except Exception as failure:  # whatever it is, the next look may do better, and nobody else looks
                    logger.warning("What became true could not be recorded yet: %s", _said(failure))
                await asyncio.sleep(self._pause)
        finally:
            await asyncio.shield(self.give_back())

    async def do(self) -> int:
        """Record everything that is due now, if the duty is ours; answers how many changes."""
        house = self._house
        async with house.database.reading() as session:
            now = house.now()
            waiting = await register.enterprises_due(session, now, _AT_ONCE)
            people = await replacements.unsettled(session)
        house.directory.heed([each.identity for each in people])
        concerned: dict[EnterpriseNumber, tuple[Identity, ...]] = dict.fromkeys(waiting, ())
        for each in people:
            concerned.update({number: (*concerned.get(number, ()), each.identity) for number in each.enterprises})
        over = [each.former for each in people if each.until <= now and not each.enterprises]
        if not concerned and not over:
            return 0
        async with house.database.working() as session:
            if not await leases.try_hold(session, LEASE, self._holder, HELD_FOR):
                return 0
            if over:
                await replacements.settle(session, over, now)
        recorded = 0
        for enterprise, persons in concerned.items():
            try:
                recorded += await self._record(enterprise, persons)
            except (RegisterUnavailable, OutcomeUnknown):
                raise
            except Exception as failure:  # one enterprise that cannot be settled must not hold up all behind it
                logger.error("What became true for %s could not be recorded: %s", enterprise, _said(failure))
        return recorded

    async def _record(self, enterprise: EnterpriseNumber, persons: tuple[Identity, ...]) -> int:
        house = self._house
        async with house.database.working() as session:
            chart = await register.chart_locked(session, enterprise)
            changes = united(chart, persons, now=house.now(), new_id=new_id, policy=house.appointment_policy)
            if changes:
                changes = await recording.record(session, changes)
        if changes:
            house.feed.nudge()
        return len(changes)

    async def give_back(self) -> None:
        """Let another replica have the duty now."""
        try:
            async with self._house.database.working() as session:
                await leases.release(session, LEASE, self._holder)
        except RegisterFailure as failure:
            logger.warning("The duty was not given back, and ends by itself: %s", failure.reason)


def _said(failure: Exception) -> str:
    """What may be logged of a failure: our own reasons, and of anything else its type, for its text may hold data."""
    return failure.reason if isinstance(failure, RegisterFailure) else type(failure).__name__
