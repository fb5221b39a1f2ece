"""What a run found, as it is kept: plain values, one file for each setting."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import Figured, Figures
from benchmarks.speed.mixed import Served


@dataclass(slots=True)
class Results:
    """`figures` by question and server, `memory` and `starts` by server; `crowds`, by crowd and server, has the medians
    of its rounds, but all errors. `hits` is the share of entities that ours answered from memory, by question or crowd.
    `memory` is the median between stretches of load, `last_memory` after all of them, `most_memory` the highest ever.
    """

    rounds: int
    versions: dict[str, str]
    figures: Figured = field(default_factory=dict)
    crowds: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    starts: dict[str, float] = field(default_factory=dict)
    hits: dict[str, float] = field(default_factory=dict)
    last_memory: dict[str, float] = field(default_factory=dict)
    most_memory: dict[str, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Into a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        """From a file."""
        said: dict[str, Any] = json.loads(path.read_text())
        figures = {
            question: {server: Figures(**each) for server, each in by_server.items()}
            for question, by_server in said.pop("figures").items()
        }
        return cls(figures=figures, **said)


def crowd(rounds: list[Served]) -> dict[str, float]:
    """The medians of some rounds, and how many errors there were in all."""
    return {
        "rate": statistics.median(each.rate for each in rounds),
        "p50": statistics.median(each.percentile(0.5) for each in rounds),
        "p95": statistics.median(each.percentile(0.95) for each in rounds),
        "p99": statistics.median(each.percentile(0.99) for each in rounds),
        "answers": sum(len(each.questions) + len(each.appointed) for each in rounds),
        "errors": sum(len(each.errors) for each in rounds),
    }
