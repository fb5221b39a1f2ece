"""Facts that were read before, answered again as long as the database says that the same extract is in use.

An extract does not change while it is in use, and an update of it leaves another mark. Each question reads the mark, in
the statement that reads the facts still lacking; where it is another one, everything is read anew. Nothing is believed
that the database did not just confirm.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.facts import Mark, Mirrored, mirrored
from datasources.readings import Reading
from datasources.register.database import ReadSession


class KeptFacts:
    """Facts of at most `most` enterprises of one extract; those used least recently go. 0 keeps nothing."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._mark: Mark | None = None
        self._readings: OrderedDict[str, Reading[EnterpriseFacts]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._readings)

    async def mirrored(
        self, session: ReadSession, numbers: Sequence[EnterpriseNumber], *, on_postgresql: bool
    ) -> Mirrored | None:
        """As `datasources.kbo_mirror.facts.mirrored`."""
        mark = self._mark
        known = {number: kept for number in numbers if (kept := self._readings.get(number.digits)) is not None}
        lacking = [number for number in numbers if number not in known] if known else numbers
        read = await mirrored(session, lacking, on_postgresql=on_postgresql)
        if read is not None and known and read.mark != mark:
            known = {}
            read = await mirrored(session, numbers, on_postgresql=on_postgresql)
        if read is None:
            return None
        self._keep(read)
        for number in known:
            if number.digits in self._readings:  # another question may have let go of it meanwhile
                self._readings.move_to_end(number.digits)
        return Mirrored(read.read_at, read.mark, known | read.readings) if known else read

    def mark_of(self, number: EnterpriseNumber, reading: Reading[EnterpriseFacts]) -> Mark | None:
        """The mark of the extract of which this very reading is; None where it is held no more, or is of elsewhere."""
        return self._mark if self._readings.get(number.digits) is reading else None

    def _keep(self, read: Mirrored) -> None:
        if read.mark != self._mark:
            self._mark = read.mark
            self._readings.clear()
        for number, reading in read.readings.items():
            self._readings[number.digits] = reading
        while len(self._readings) > self._most:
            self._readings.popitem(last=False)
