"""Setting (a): data in memory, which measures execution."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson

from benchmarks.speed import invented
from benchmarks.speed.measure import Figured, Pace, Question, measured
from benchmarks.speed.peers import in_memory
from benchmarks.speed.question import entities
from benchmarks.speed.servers import running

HUNDRED, FIVE_HUNDRED, ONE = "_entities × 100", "_entities × 500", "one enterprise"


async def figures(pace: Pace) -> Figured:
    """Everybody under three questions."""
    data = invented.enterprises(1_000)
    numbers = [each["enterpriseNumber"] for each in data]
    questions = [
        Question(HUNDRED, entities(numbers[100:200]), 16),
        Question(FIVE_HUNDRED, entities(numbers[300:800]), 8),
        Question(ONE, entities(numbers[:1]), 32),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "enterprises.json"
        path.write_bytes(orjson.dumps(data))
        with running(in_memory(), {"BENCH_DATA": str(path)}) as servers:
            for server in servers:
                await server.first_answer(questions[0].one(), {})
            return {question.name: await measured(servers, question, pace) for question in questions}
