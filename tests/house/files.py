"""What belongs to the project: the files that git tracks, or would."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("btb", "datasources", "loaders", "resolvers", "schema", "execution", "server")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project, tracked or about to be; not what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())


def modules(*folders: str) -> list[Path]:
    """The Python modules under these folders, all of them by default."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


def named(path: Path) -> str:
    """A file's name in a test's title."""
    return path.relative_to(ROOT).as_posix()
