"""How far an import is: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from datasources.kbo_mirror import loading

_EVERY: Final = 5.0
"""Seconds between two plain lines of one step."""
_MEBIBYTE: Final = 2**20


class Bars:
    """On a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def step(self, what: str, total: int | None) -> None:
        """A bar for the step; the one before is full."""
        if self._task is not None:
            task = self._progress.tasks[-1]
            self._progress.update(self._task, total=task.completed or 1, completed=task.completed or 1)
        self._task = self._progress.add_task(what, total=total)

    def advanced(self, size: int) -> None:
        """So much further."""
        if self._task is not None:
            self._progress.advance(self._task, size)


class Lines:
    """Where nobody draws bars: a log, a pipe."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._what = ""
        self._total: int | None = None
        self._done = 0
        self._began = self._said = clock()

    def step(self, what: str, total: int | None) -> None:
        """A line for the step."""
        self._what, self._total, self._done = what, total, 0
        self._began = self._said = self._clock()
        self._say(f"{what} ({total / _MEBIBYTE:,.1f} MiB)" if total else what)

    def advanced(self, size: int) -> None:
        """A line every few seconds."""
        self._done += size
        now = self._clock()
        if not self._total or now - self._said < _EVERY:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = (self._total - self._done) / rate
        self._say(f"{self._what}: {self._done / self._total:.0%}, {rate / _MEBIBYTE:.1f} MiB/s, {left:.0f} s left")


@contextmanager
def watched() -> Iterator[loading.Progress]:
    """What to tell, on the standard error."""
    if not sys.stderr.isatty():
        yield Lines(lambda line: click.echo(line, err=True))
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)
