"""What became of the rows of each file: counted, and a few of those skipped named by line and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

MOST_SAMPLES: Final = 5
"""Lines named for each reason in each file."""


@dataclass(slots=True)
class Tally:
    """One file. `elsewhere` are rows of establishments and branches, and addresses that are no seat; `orphans` are rows
    about an enterprise that is not in the extract. `restored` is what a spreadsheet took and reads one way only;
    without what is `mended` a row was kept.
    """

    file: str
    rows: int = 0
    kept: int = 0
    elsewhere: int = 0
    orphans: int = 0
    restored: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[int]] = field(default_factory=dict)

    def reject(self, line: int, reason: str) -> None:
        """Count a row that breaks the format."""
        self.rejected[reason] += 1
        lines = self.samples.setdefault(reason, [])
        if len(lines) < MOST_SAMPLES:
            lines.append(line)

    @property
    def rejections(self) -> int:
        """Rows that break the format, for whatever reason."""
        return self.rejected.total()

    def sentences(self) -> list[str]:
        """What whoever runs the import should know of this file."""
        told = [f"{self.file}: {self.kept:,} of {self.rows:,} rows kept"]
        if self.elsewhere:
            told.append(f"{self.elsewhere:,} about establishments, branches or other addresses")
        if self.orphans:
            told.append(f"{self.orphans:,} about enterprises that are not in the extract")
        lines = [", ".join(told) + "."]
        lines += [f"  {count:,} read as they were meant: {what}." for what, count in self.restored.items()]
        lines += [f"  {count:,} kept without what could not be read: {what}." for what, count in self.mended.items()]
        for reason, count in self.rejected.most_common():
            where = ", ".join(str(line) for line in self.samples[reason])
            lines.append(f"  {count:,} skipped: {reason} (line {where}{', …' if count > MOST_SAMPLES else ''}).")
        return lines
