"""Streams one file of an extract into one table: the next rows are read while the last ones are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from datasources.kbo_mirror.bulk import Bulk, stretches
from datasources.kbo_mirror.extract import Extract
from datasources.kbo_mirror.problems import TooMuchRejected
from datasources.kbo_mirror.records import Row
from datasources.kbo_mirror.report import Tally
from datasources.kbo_mirror.rows import Batch, Columns, batches


class Progress(Protocol):
    """Told how far an import is."""

    def step(self, what: str, total: int | None) -> None:
        """A step begins: so many bytes to read, or None where nobody can say."""
        ...

    def advanced(self, size: int) -> None:
        """So many bytes further."""
        ...


class Silent:
    """Nobody is watching."""

    def step(self, what: str, total: int | None) -> None:
        """Seen by nobody."""

    def advanced(self, size: int) -> None:
        """Seen by nobody."""


@dataclass(frozen=True, slots=True)
class Target:
    """A table and its columns, in the order of the rows. `staging`: it is a temporary one."""

    table: str
    columns: Sequence[str]
    staging: bool = False


_END: Final[list[Row]] = []


async def stream(
    extract: Extract,
    name: str,
    columns: Columns,
    convert: Callable[[Batch, Tally], list[Row]],
    to: Bulk,
    target: Target,
    progress: Progress,
) -> Tally:
    """Load one file. Raises ExtractUnreadable, and whatever the database raises."""
    tally = Tally(name)
    progress.step(name, extract.size(name))

    def converted() -> Iterator[list[Row]]:
        with extract.file(name) as opened:
            for batch in batches(opened, name, columns, tally, progress.advanced):
                yield convert(batch, tally)

    ahead = converted()
    async with stretches(to, staging=target.staging) as turn:
        rows = await asyncio.to_thread(next, ahead, _END)
        while rows is not _END:
            following = asyncio.ensure_future(asyncio.to_thread(next, ahead, _END))
            try:
                if rows:
                    await to.load(target.table, target.columns, rows)
            except BaseException:
                await asyncio.wait([following])
                following.exception()
                raise
            rows = await following
            await turn()
    return tally


def check_share(tallies: Sequence[Tally], most: float) -> None:
    """Raises TooMuchRejected where more than this share of any file's rows breaks the format."""
    for tally in tallies:
        if tally.rejections > most * tally.rows:
            share = tally.rejections / tally.rows
            raise TooMuchRejected(
                f"{share:.1%} of the rows of {tally.file} break the format, and at most {most:.1%} may."
            )
