"""A thousand questions of `mayManageMany` at once, warm: run `python -m benchmarks.decisions`.

The whole operation is asked of the application in this process: token, document, variables, decisions, disclosures and
the answer as JSON, on SQLite. Said are questions a second of processor time, the SQL statements, and where time goes.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import tempfile
from pathlib import Path
from time import process_time

from tests.datasources.register.counting import statements
from tests.schema.world import World, opened

QUESTIONS = 1000
ROUNDS = 25
MANY = "query($q: [AccessQuestion!]!) { mayManageMany(questions: $q) { allowed reason } }"
PEOPLE = ("koen", "nadia", "tom", "lien", "els")
DOMAINS = ("FINANCE", "MOBILITY", "ENERGY", "JUSTICE")
PARTS = {
    "arguments made objects (strawberry)": "convert_argument",
    "variables coerced (graphql-core)": "coerce_input_value",
    "decided (btb)": "decide",
}


async def measure(world: World) -> None:
    """Ask, count and profile."""
    await world.staff_bakkerij()
    ids = [await world.person_id(each) for each in PEOPLE]
    questions = [
        {
            "enterpriseNumber": world.number("bakkerij"),
            "person": {"id": ids[n % len(ids)]},
            "domain": DOMAINS[n % len(DOMAINS)],
        }
        for n in range(QUESTIONS)
    ]
    token = world.system("OPERATOR")

    async def ask() -> None:
        answer = await world.ask(MANY, token, q=questions)
        assert len(answer.ok["mayManageMany"]) == QUESTIONS

    took = []
    for _ in range(ROUNDS):
        start = process_time()
        await ask()
        took.append(process_time() - start)
    print(f"{QUESTIONS / min(took):,.0f} questions a second of processor time")
    with statements(world.house.database) as said:
        await ask()
    print(f"{len(said)} SQL statements, those of the service's own tasks in that time included")
    profile = cProfile.Profile()
    profile.enable()
    await ask()
    profile.disable()
    found = pstats.Stats(profile)
    whole: float = found.total_tt  # type: ignore[attr-defined]
    for name, function in PARTS.items():
        spent = sum(entry[3] for key, entry in found.stats.items() if key[2] == function and "resolvers" not in key[0])  # type: ignore[attr-defined]
        print(f"{spent / whole:4.0%} {name}")


async def main() -> None:
    """Open the service, and measure."""
    with tempfile.TemporaryDirectory(prefix="btb-") as folder:
        async with opened(f"sqlite:///{folder}/btb.sqlite", Path(folder)) as world:
            await measure(world)


if __name__ == "__main__":
    asyncio.run(main())
