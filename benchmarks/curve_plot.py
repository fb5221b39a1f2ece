"""Draws `results/register-curve.json`, with a Python that has matplotlib: `python -m benchmarks.curve_plot`."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """One line for each engine: the cost beside that of an empty register, over the mandates stored."""
    found = json.loads((RESULTS / "register-curve.json").read_text())
    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.axhspan(0.8, 1.2, color="0.92")
    for engine, colour in (("sqlite", "tab:orange"), ("postgres", "tab:blue")):
        sizes = [max(1, point["mandates"]) for point in found[engine]]
        axes.plot(sizes, [point["ratio"] for point in found[engine]], "o-", color=colour, label=engine)
    axes.set_xscale("log")
    axes.set_ylim(0, 2)
    axes.set_xlabel("mandates stored (0 stands at 1)")
    axes.set_ylabel("cost of an appointment, empty register = 1")
    axes.legend()
    figure.tight_layout()
    figure.savefig(RESULTS / "register-curve.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
