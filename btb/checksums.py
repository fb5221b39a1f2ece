"""A checksum over mandates, so that whoever keeps a copy of the register can prove that it is complete.

It does not depend on an order, and one mandate can be taken out and put back in: whoever follows the feed keeps it up
to date change by change. `docs/feed.md` promises these lines to consumers: a line never changes its form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from btb.filters import EVERYTHING, ChangeFilter
from btb.mandates import AccessManagerRole, Mandate, Standing

_SPACE = 1 << 256


@dataclass(frozen=True, slots=True)
class Checksum:
    """How many mandates, and the sum of their hashes modulo 2^256."""

    mandates: int = 0
    total: int = 0

    def plus(self, line: str) -> Checksum:
        """With one mandate more."""
        return Checksum(self.mandates + 1, (self.total + _hash(line)) % _SPACE)

    @property
    def digest(self) -> str:
        """The sum as 64 hexadecimal digits."""
        return f"{self.total:064x}"


def line(mandate: Mandate, asked: ChangeFilter = EVERYTHING) -> str:
    """What a checksum says of one mandate: what was recorded, never what follows from the time of reading.

    Only delegations that have not ended, of the domains asked: a reader of some domains hears of no others. The period
    of an access manager is left out, for it follows from delegations that such a reader may not hear of.
    """
    domain_manager = mandate.role is AccessManagerRole.DOMAIN
    said = [
        str(mandate.id),
        mandate.enterprise.digits,
        mandate.role.value,
        str(mandate.person),
        "-" if domain_manager else _moment(mandate.valid_from),
        "-" if domain_manager else _moment(mandate.valid_until),
        _moment(mandate.suspended_at),
    ]
    entrusted = [
        ",".join((str(each.id), each.domain, _moment(each.valid_from), _moment(each.valid_until)))
        for each in mandate.delegations
        if each.standing is not Standing.ENDED and (asked.domains is None or each.domain in asked.domains)
    ]
    return " ".join((*said, *sorted(entrusted)))


def _hash(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest())


def _moment(moment: datetime | None) -> str:
    return "-" if moment is None else moment.isoformat().replace("+00:00", "Z")
