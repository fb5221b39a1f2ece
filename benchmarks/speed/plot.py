"""Draws what was found; run by the peers' Python, which has matplotlib: `python -m benchmarks.speed.plot TO FROM…`."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

OURS, THEIRS = "#0a7d4b", "#8a9099"


def draw(to: Path, sources: list[Path]) -> None:
    """Answers a second by server, a panel for each question, ours marked."""
    found = [json.loads(source.read_text()) for source in sources]
    questions = [each for said in found for each in said["figures"].items()]
    hits = {name: share for said in found for name, share in said.get("hits", {}).items()}
    figure, panels = pyplot.subplots(len(questions), 1, figsize=(8, 2.3 * len(questions)), squeeze=False)
    for (name, by_server), panel in zip(questions, panels[:, 0], strict=True):
        rates = {server: statistics.median(each["rates"]) for server, each in by_server.items()}
        servers = sorted(rates, key=rates.__getitem__)
        colours = [OURS if server.startswith("ours") else THEIRS for server in servers]
        bars = panel.barh(servers, [rates[server] for server in servers], color=colours)
        panel.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
        cached = f" (ours: {hits[name]:.0%} from a cache)" if name in hits else ""
        panel.set_title(f"{name}: answers a second{cached}", loc="left", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
        panel.margins(x=0.1)
    figure.tight_layout()
    figure.savefig(to, dpi=110)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
