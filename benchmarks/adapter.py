"""What the MAGDA adapter costs beside the parser it stands on, and whether its memory stays bounded.

Run `python -m benchmarks.adapter`. The answer is invented, as long and as full as the reference
answers are on the average; nothing leaves the process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber
from datasources.answers import AnswerPolicy, Answers
from datasources.magda.client import references
from datasources.magda.dates import brussels_day
from datasources.magda.enterprises import enterprise_facts, enterprise_question
from datasources.magda.envelope import reply
from datasources.magda.forms import GEEF_ONDERNEMING, Letterhead, Sender
from datasources.magda.registry import Magda, magda
from datasources.magda.settings import MagdaSettings
from datasources.outages import OutagePolicy
from datasources.readings import AuthenticSource, Freshness, Reading, SourceFailure

_HERE = Path(__file__).parent
_BYTES = (_HERE / "answer.xml").read_bytes()


def number(serial: int) -> EnterpriseNumber:
    """The enterprise number with this serial, check digits added."""
    return EnterpriseNumber(f"{serial:08d}{97 - serial % 97:02d}")


class _Canned:
    """Answers from memory: fills reference and number into the answer, by cutting bytes instead of parsing."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        reference = body[body.rfind(b"<Referte>") + 9 : body.rfind(b"</Referte>")]
        asked = body[body.find(b"<Ondernemingsnummer>") + 20 : body.find(b"</Ondernemingsnummer>")]
        return 200, _BYTES.replace(b"{reference}", reference).replace(b"{number}", asked)

    async def close(self) -> None:
        """Nothing is held."""


def _adapter() -> Magda:
    settings = MagdaSettings("http://127.0.0.1/", outages=OutagePolicy(rate=None, concurrency=64))
    return magda(settings, _Canned(), now=lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))


def _best(rounds: int, count: int, *works: Callable[[int], object]) -> list[float]:
    """Microseconds for one of each work, the best of many rounds taken in turn, so that load elsewhere is left out."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for which, work in enumerate(works):
            begun = time.perf_counter()
            for at in range(count):
                work(at)
            best[which] = min(best[which], time.perf_counter() - begun)
    return [seconds / count * 1e6 for seconds in best]


def cost(count: int, rounds: int) -> None:
    """Build, parse and match, against lxml's bare parse of the same bytes."""
    numbers = [number(serial) for serial in range(2_000_001, 2_000_001 + count)]
    new_reference = references()
    reference = new_reference()
    answers = [
        _BYTES.replace(b"{number}", one.digits.encode()).replace(b"{reference}", reference.encode()) for one in numbers
    ]
    letterhead = Letterhead(GEEF_ONDERNEMING, Sender("btb"))
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def adapt(at: int) -> None:
        one = numbers[at]
        letterhead.message(now, reference, [(new_reference(), enterprise_question(one))])
        [answer] = reply(answers[at], GEEF_ONDERNEMING).answers
        if answer.reference != reference or answer.content is None:
            raise SystemExit("The adapter did not match its answer.")
        enterprise_facts(answer.content, one, brussels_day(now))

    async def whole() -> None:
        adapter = _adapter()
        for one in numbers:
            await adapter.kbo.enterprises([one])

    parse, own = _best(rounds, count, lambda at: etree.fromstring(answers[at]), adapt)
    [call] = _best(rounds, 1, lambda at: asyncio.run(whole()))
    call /= count
    print(f"answer of {len(answers[0])} bytes, {count} enterprises, best of {rounds}")
    print(f"lxml's bare parse             {parse:7.1f} µs an enterprise")
    print(f"build, parse, match, read     {own:7.1f} µs an enterprise")
    print(f"ratio                         {own / parse:7.2f}   (at most 3)")
    print(f"with deadline, places, pace   {call:7.1f} µs an enterprise, ratio {call / parse:.2f}")


def _resident() -> float:
    """Megabytes in memory at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def memory(count: int, entries: int) -> None:
    """Ask `count` enterprises once each through the kept answers: what is kept may not grow past its setting."""
    adapter = _adapter()

    async def ask(
        numbers: Collection[EnterpriseNumber], freshness: Freshness
    ) -> Mapping[EnterpriseNumber, Reading[EnterpriseFacts] | SourceFailure]:
        return await adapter.kbo.enterprises(numbers, freshness)

    kept: Answers[EnterpriseNumber, EnterpriseFacts] = Answers("enterprises", ask, AnswerPolicy(entries=entries))
    gc.collect()
    start = _resident()
    batch, full = 1_000, 0.0
    for first in range(2_000_001, 2_000_001 + count, batch):
        await kept.answers([number(serial) for serial in range(first, first + batch)], Freshness.READ)
        if not full and first >= 2_000_001 + 2 * entries:
            full = _resident()
    print(f"{count} enterprises of {AuthenticSource.KBO} asked once, {len(kept)} kept (setting {entries})")
    print(f"memory at the start    {start:7.0f} MB")
    print(f"shelf turned over once {full:7.0f} MB")
    print(f"at the end             {_resident():7.0f} MB")
    print(f"ratio end / full       {_resident() / (full or 1):7.2f}   (at most 1.1)")
    print(f"a kept answer          {(full - start) * 1024 / entries:7.2f} kB")


def main() -> None:
    """Both figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--enterprises", type=int, default=1_000_000)
    arguments.add_argument("--entries", type=int, default=100_000)
    given = arguments.parse_args()
    cost(given.count, given.rounds)
    asyncio.run(memory(given.enterprises, given.entries))


if __name__ == "__main__":
    main()
