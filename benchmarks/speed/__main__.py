"""Run `make bench`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import orjson
import uvloop

from benchmarks.speed import invented
from benchmarks.speed.measure import Pace, Question, measured
from benchmarks.speed.peers import in_memory
from benchmarks.speed.question import entities
from benchmarks.speed.servers import running

FULL, QUICK = Pace(rounds=7, seconds=1.0, warming=2.0), Pace(rounds=1, seconds=0.3, warming=0.3)


async def memory(pace: Pace) -> None:
    data = invented.enterprises(1_000)
    numbers = [each["enterpriseNumber"] for each in data]
    questions = [
        Question("_entities × 100", entities(numbers[100:200]), 16),
        Question("_entities × 500", entities(numbers[300:800]), 8),
        Question("one enterprise", entities(numbers[:1]), 32),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "enterprises.json"
        path.write_bytes(orjson.dumps(data))
        with running(in_memory(), {"BENCH_DATA": str(path)}) as servers:
            found = await measured(servers, questions, pace, {})
    for name, by_server in found.items():
        print(name)
        for server, figures in by_server.items():
            print(f"  {server:22}{figures.rate:10.0f}/s {figures.cpu:10.0f} µs  client {max(figures.client_share):.2f}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    uvloop.run(memory(QUICK if arguments.parse_args().quick else FULL))
