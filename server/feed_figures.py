"""How far behind each consuming system is: read from the register when the figures are asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from datasources.register.failures import RegisterFailure
from resolvers.acknowledgements import progress_in
from resolvers.context import House
from server.metrics import Metrics

log = logging.getLogger("btb.metrics")


class FeedFigures:
    """Fills `btb_feed_lag_changes`. At most every `kept_for` seconds, so that a crowd costs the database one question;
    where it does not answer, a system shows no figure rather than an old one."""

    def __init__(
        self, house: House, metrics: Metrics, *, kept_for: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._house, self._lag = house, metrics.feed_lag
        self._kept_for, self._clock = kept_for, clock
        self._looked_at: float | None = None
        metrics.watch_feed(lambda: house.feed.head, lambda: house.feed.followers)
        metrics.look_first(self.look)

    async def look(self) -> None:
        """Ask how far each system has confirmed the feed."""
        moment = self._clock()
        if self._looked_at is not None and moment - self._looked_at < self._kept_for:
            return
        self._looked_at = moment
        systems = tuple(self._house.systems)
        try:
            found = await progress_in(self._house, systems)
        except RegisterFailure as failure:
            log.warning("How far the systems are could not be read: %s", type(failure).__name__)
            self._lag.clear()
            return
        for system, progress in zip(systems, found, strict=True):
            self._lag.labels(system.code).set(progress.behind)
