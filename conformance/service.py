"""`btb serve`, the command itself, on the rehearsal town: what every suite is pointed at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from conformance.processes import free_port, running, said_by, until_it_answers

BTB = str(Path(sys.executable).parent / "btb")
LEAK = re.compile(
    r"Traceback|File \"|\.py\b|sqlalchemy|strawberry|graphql-core|object has no attribute|0x[0-9a-f]{8}"
    r"|unexpected keyword|positional argument|NoneType|(?<![\d.])\d{11}(?!\d)"
)
"""What no answer's error and no line of the log may hold: our insides, and anything that could be a national number."""


@dataclass(frozen=True, slots=True)
class Service:
    """`btb serve`, started for one suite or several."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def socket(self) -> str:
        """Where it is asked over a WebSocket."""
        return self.url.replace("http", "ws", 1)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "service.log").read_text()

    @property
    def memory(self) -> int:
        """Its resident memory, in bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def metric(self, name: str) -> float:
        """The sum of the figures of `/metrics` whose name and labels are like this."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name} ", line))

    def token(self, *who: str) -> str:
        """A token of the rehearsal issuer: `--as els`, `--client uman`."""
        return said_by([BTB, "token", *who], folder=self.folder).split()[-1]

    def faults(self) -> list[str]:
        """What the log tells that it must not, and every fault it reports."""
        log = self.log
        return [f"in the log: {each}" for each in sorted({*LEAK.findall(log)})[:3]]


@contextmanager
def service(folder: Path, **settings: str) -> Iterator[Service]:
    """The service with these settings beside the defaults."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with running([BTB, "serve"], folder, "service", BTB_PORT=str(port), BTB_LOG_LEVEL="warning", **settings) as process:
        until_it_answers(process, f"http://127.0.0.1:{port}/health/ready")
        yield Service(port, folder, process)
