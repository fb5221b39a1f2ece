"""Tables in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.speed.measure import Figures
from benchmarks.speed.peers import OURS
from benchmarks.speed.results import Results
from benchmarks.speed.targets import Row, rows

BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
_ABOUT = (
    "Made by `make bench`; what is measured, how, and what it does not tell is in [the benchmarks](../README.md). "
    "Read ratios. *CPU* is the server's own processor time for one answer."
)


def markdown(memory: Results | None, postgresql: Results | None) -> str:
    """The whole page."""
    parts = ["# How fast\n", _ABOUT, "\n## What is to be reached\n", _promises(rows(memory, postgresql))]
    for title, results in (("Data in memory", memory), ("The service on PostgreSQL", postgresql)):
        if results is None:
            continue
        parts.append(f"\n## {title}\n")
        for question, by_server in results.figures.items():
            parts += [f"\n{question}: medians of {results.rounds} rounds\n", _figures(by_server)]
            parts += _from_memory(results, question)
        for name, by_server in results.crowds.items():
            parts += [f"\n{name[0].upper()}{name[1:]}: mixed questions and appointments\n", _crowds(by_server)]
            parts += _from_memory(results, name)
        if results.memory:
            parts += ["\nOne process\n", _processes(results)]
        said = ", ".join(f"{name} {version}" for name, version in results.versions.items())
        parts.append(f"\nOn {os.cpu_count()} cores, with {said}.\n")
    parts.append("![Answers a second](speed.png)")
    return "\n".join(parts) + "\n"


def quoted(document: str, memory: Results | None, postgresql: Results | None) -> str:
    """A document with the table of promises written anew between its two marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = _promises(rows(memory, postgresql))
    return f"{before}{BEGIN}\n{table}\n\nMeasured on {os.cpu_count()} cores.\n{END}{after}"


def _from_memory(results: Results, name: str) -> list[str]:
    """How much of it ours did not read anew: without this, a figure of a cache says nothing."""
    if name not in results.hits:
        return []
    return [f"\nOf the entities asked of ours here, {results.hits[name]:.1%} were answered from fragments, a cache.\n"]


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def _promises(found: Iterable[Row]) -> str:
    def bound(row: Row, value: float | None) -> str:
        return "–" if value is None else f"{'≥' if row.least else '≤'} {value:g}{row.unit}"

    return _table(
        ("work", "beside", "must", "aim", "reached", "by CPU", ""),
        (
            (
                row.work,
                row.beside,
                bound(row, row.must),
                bound(row, row.aim),
                f"**{row.said}**",
                "–" if row.by_cpu is None else f"{row.by_cpu:.2f}×",
                row.verdict,
            )
            for row in found
        ),
    )


def _figures(by_server: Mapping[str, Figures]) -> str:
    ours = by_server[OURS]
    return _table(
        ("server", "answers/s", "ours to it", "CPU µs", "ours to it by CPU", "p99 ms"),
        (
            (
                server,
                f"{each.rate:,.0f}",
                f"{ours.rate / each.rate:.2f}×",
                f"{each.cpu:,.0f}",
                f"{each.cpu / ours.cpu:.2f}×",
                f"{each.p99:.1f}",
            )
            for server, each in by_server.items()
        ),
    )


def _crowds(crowds: Mapping[str, Mapping[str, float]]) -> str:
    return _table(
        ("server", "answers/s", "p50 ms", "p95 ms", "p99 ms", "answers", "errors"),
        (
            (server, *(f"{each[name]:,.0f}" for name in ("rate", "p50", "p95", "p99", "answers", "errors")))
            for server, each in crowds.items()
        ),
    )


def _processes(results: Results) -> str:
    megabytes = [
        {server: f"{size / 1e6:,.0f}" for server, size in sizes.items()}
        for sizes in (results.memory, results.most_memory, results.last_memory)
    ]
    return _table(
        ("server", "memory under load, MB", "at most", "after all of this", "start to first answer, s"),
        (
            (server, *(sizes.get(server, "–") for sizes in megabytes), f"{seconds:.2f}")
            for server, seconds in results.starts.items()
        ),
    )
