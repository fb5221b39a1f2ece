"""`python -m conformance [GROUP …]`: runs the suites, prints the table, and fails where a row misses.

What the processes wrote is kept in `.local/conformance` when something missed, and removed otherwise.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import FrameType

from conformance.figures import SHOWN, Figure
from conformance.processes import ROOT, said_by
from conformance.rows import GROUPS

KEPT = ROOT / ".local" / "conformance"
NODE = 20
Row = tuple[Figure, float]
"""A figure, and in how many seconds it was reached."""


def main() -> int:
    """Run what is asked; the status is the number of rows that missed."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--write", type=Path, help="Write the table to this file too.")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _ended)
    node = need_node()
    shutil.rmtree(KEPT, ignore_errors=True)
    rows: list[Row] = []
    began = last = monotonic()
    for name in given.groups or GROUPS:
        for figure in _of(name, KEPT / name):
            last, took = monotonic(), monotonic() - last
            rows.append((figure, took))
            print(
                f"{figure} ({took:.0f} s)",
                *(f"       {each}" for each in figure.failures[:SHOWN]),
                sep="\n",
                flush=True,
            )
    missed = sum(not figure.holds for figure, _ in rows)
    print(f"\n{len(rows)} rows in {last - began:.0f} seconds:")
    print(f"{len(rows) - missed} passed, {missed} failed")
    if given.write:
        given.write.write_text(page(rows, node))
    if not missed:
        shutil.rmtree(KEPT, ignore_errors=True)
    return min(missed, 100)


def _of(name: str, folder: Path) -> Iterator[Figure]:
    """The rows of one group; a group that breaks is a row that misses, and the next one is run."""
    folder.mkdir(parents=True)
    try:
        yield from GROUPS[name](folder)
    except Exception as error:
        yield Figure.broken(name, error)


def page(rows: list[Row], node: str) -> str:
    """The rows as a page of Markdown. Of the machine it says how many cores it has."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()} and Node {node}"
    seconds, load = sum(took for _, took in rows), os.getloadavg()[2]
    heading = f"What `make conformance` printed last, on {machine}: {seconds:.0f} seconds under a load of {load:.0f}."
    lines = [
        f"| {each.suite} | {each.reached} of {each.asked} | {each.remark.replace('|', '/')} | {took:.0f} |"
        for each, took in rows
    ]
    title = ["# What the suites reached", "", heading, ""]
    return "\n".join([*title, "| Suite | Reached | Remark | Seconds |", "|---|---|---|---|", *lines, ""])


def need_node() -> str:
    """Node's version. Nothing here is skipped: without Node there is no table. Raises SystemExit."""
    version = said_by(["node", "--version"]).strip() if shutil.which("node") and shutil.which("npm") else "none"
    if version == "none" or int(version.lstrip("v").split(".")[0]) < NODE:
        sys.exit(f"The suites of others need Node {NODE} or newer and npm on the PATH; found {version}.")
    return version.lstrip("v")


def _ended(_number: int, _frame: FrameType | None) -> None:
    """Asked to stop, leave as after an error, so that everything started is ended."""
    sys.exit(143)


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}")
    sys.exit(main())
