"""Which extract may follow the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from datasources.kbo_mirror.meta import ExtractKind, ExtractMeta
from datasources.kbo_mirror.problems import OutOfSequence


@dataclass(frozen=True, slots=True)
class InUse:
    """The extract in use; `snapshot` is a day's ordinal."""

    slot: int
    number: int
    snapshot: int


def check_follows(meta: ExtractMeta, in_use: InUse | None) -> None:
    """A full extract may be of the same number or any later one; an update goes with exactly the one before it.

    Raises OutOfSequence.
    """
    if in_use is None:
        if meta.kind is ExtractKind.UPDATE:
            raise OutOfSequence("An update needs a full extract before it, and there is none yet.")
        return
    snapshot = date.fromordinal(in_use.snapshot)
    if meta.kind is ExtractKind.UPDATE and meta.number != in_use.number + 1:
        raise OutOfSequence(
            f"Update {meta.number} goes with extract {meta.number - 1}, and extract {in_use.number} is in use."
        )
    if meta.number < in_use.number or meta.snapshot < snapshot:
        raise OutOfSequence(
            f"Extract {meta.number} of {meta.snapshot} is older than the one in use, "
            f"which is number {in_use.number} of {snapshot}."
        )
