"""Our committed SDL: three composers accept it beside a neighbour's, and it breaks nothing without saying so."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from conformance.figures import Checks, Figure
from conformance.planted import PLANTED, planted
from conformance.processes import HERE, ROOT, node

SDL = ROOT / "schema" / "subgraph.graphql"
NEIGHBOUR = HERE / "neighbour.graphql"
MAIN = ("origin/main", "main")
_MEMBER = re.compile(r"(?P<member>\w+) was removed from (?:enum|union) type (?P<of>\w+)")
_FIELD = re.compile(r"required field (?P<member>\w+) on input type (?P<of>\w+)")


def composed(folder: Path, ours: str, theirs: str) -> tuple[Figure, Path]:
    """The row of the composers, and the supergraph of both at these URLs."""
    written = folder / "supergraph.graphql"
    answers = json.loads(node("compose.mjs", str(SDL), str(NEIGHBOUR), ours, theirs, str(written)))
    checks = Checks("composition of our SDL with a neighbour's, by three composers")
    for name, errors in answers.items():
        checks.that(name, not errors, errors)
    return checks.figure(", ".join(answers)), written


def unbroken(folder: Path) -> Figure:
    """No change of the API schema breaks a client unless CHANGELOG.md names it; planted ones are noticed."""
    checks = Checks("breaking changes of the API schema, by graphql-js")
    text, base = SDL.read_text(), earlier()
    now = _written(folder, "now", text)
    files = [_written(folder, f"planted-{name}", planted(text, name)) for name in PLANTED]
    for name, found in zip(PLANTED, _broken(now, *files), strict=True):
        checks.that(f"a break of {name} is noticed", name in {coordinate_of(each) for each in found}, found)
    remark = "no earlier commit of the contract at hand: only planted changes compared"
    if base is not None:
        said = contract_section((ROOT / "CHANGELOG.md").read_text())
        (changes,) = _broken(_written(folder, "before", base[1]), now)
        unnamed = [each for each in changes if not is_named(each, said)]
        checks.that('every breaking change is named under "Contract" in CHANGELOG.md', not unnamed, unnamed)
        remark = f"{len(changes)} since {base[0]}, {len(unnamed)} of them unnamed; {len(PLANTED)} planted ones noticed"
    return checks.figure(remark)


def _written(folder: Path, name: str, sdl: str) -> Path:
    file = folder / f"{name}.graphql"
    file.write_text(sdl)
    return file


def _broken(before: Path, *after: Path) -> list[list[str]]:
    told = json.loads(node("breaking.mjs", str(before), *map(str, after)))
    return [[each["description"] for each in changes] for changes in told]


def coordinate_of(change: str) -> str:
    """What of the schema a sentence of graphql-js is about: `Enterprise.name`, `Role.CHIEF`, `Person`."""
    if found := _MEMBER.search(change) or _FIELD.search(change):
        return f"{found['of']}.{found['member']}"
    if found := re.search(r"required arg \w+ on (?P<it>[\w.]+) was added", change):
        return found["it"]
    return change.split(" ", 1)[0].rstrip(".")


def is_named(change: str, contract: str) -> bool:
    """Whether the sentences under "Contract" name what a change is about, between backticks."""
    return f"`{coordinate_of(change)}`" in contract


def contract_section(changelog: str) -> str:
    """What CHANGELOG.md says under "Contract" of what is coming."""
    coming = changelog.partition("\n## Unreleased")[2].partition("\n## ")[0]
    return coming.partition("\n### Contract\n")[2].partition("\n### ")[0]


def earlier() -> tuple[str, str] | None:
    """The contract that clients may already use: where we left the main branch, or on it the commit before; by name."""
    head = _git("rev-parse", "HEAD")
    bases = [_git("merge-base", "HEAD", name) for name in MAIN]
    for base in (*bases, _git("rev-parse", "--verify", "--quiet", "HEAD^")):
        if base and base != head and (sdl := _git("show", f"{base}:schema/subgraph.graphql")):
            return base[:7], sdl
    return None


def _git(*arguments: str) -> str:
    said = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    return said.stdout.decode().strip() if said.returncode == 0 else ""
