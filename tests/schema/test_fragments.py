"""An answer that is put together from kept parts is, to the byte, the one that reading everything anew would give."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from execution.engine import Engine
from execution.operation import OperationRequest, Prepared
from execution.plan import FragmentSource
from execution.plan.bounds import Bounds
from execution.plan.shapes import shape
from schema.fragments import DECLARED
from schema.subgraph import build_schema
from tests.schema.asked_again import AskedAgain, Different
from tests.schema.asked_documents import DOCUMENTS
from tests.schema.both_ways import QUERY
from tests.schema.careless import CARELESS
from tests.schema.history import History
from tests.schema.world import World, opened

UNHURRIED = {"BTB_CACHE_SECONDS": "86400", "BTB_MAGDA_FAILURES_TO_OPEN": "1000000000"}
"""Both ways are told the same by KBO, however long apart they ask."""


ROUNDS, STEPS = 5, 140
MANY = 100


@pytest.mark.timeout(300)
async def test_whatever_happens_nobody_is_answered_otherwise(database_url: str, tmp_path: Path) -> None:
    await played(database_url, tmp_path, ROUNDS, Random(8))


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_whatever_happens_for_long_nobody_is_answered_otherwise(database_url: str, tmp_path: Path) -> None:
    await played(database_url, tmp_path, MANY, Random())


async def played(url: str, folder: Path, rounds: int, chance: Random) -> None:
    """Changes and questions by chance; at last with hardly any room for fragments, and in shadow mode."""
    async with opened(url, folder, **UNHURRIED) as world:
        history = History(world, url, folder / "extracts", chance)
        await history.begin()
        asking, roomless = AskedAgain(world, history), AskedAgain(world, history, most=20_000)
        for _ in range(rounds):
            await history.anew()
            await asking.play(STEPS)
        await roomless.play(STEPS)
        shadowed = AskedAgain(world, history, shadowed=True)
        await history.anew()
        await shadowed.play(STEPS)
    assert asking.outcomes["answered from memory"] > rounds * 10, asking.outcomes
    assert asking.outcomes["shown"] > rounds * 20, asking.outcomes
    assert {each.name for each in DOCUMENTS if asking.outcomes[each.name]} <= {e.name for e in DOCUMENTS if e.kept}
    assert 0 < roomless.fragments.store.size <= 20_000
    assert shadowed.fragments.figures.compared > 10
    assert shadowed.outcomes["answered from memory"] > 5
    assert shadowed.fragments.figures.mismatched == 0


async def found_out(world: World, history: History, source: FragmentSource, names: tuple[str, ...]) -> bool:
    asking = AskedAgain(world, history, source, documents=[each for each in DOCUMENTS if each.name in names])
    try:
        for _ in range(40):
            await history.anew()
            await asking.play(100)
    except Different:
        return True
    return False


@pytest.mark.timeout(300)
async def test_who_forgets_one_thing_an_answer_rests_on_is_found_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'btb.sqlite'}"
    async with opened(url, tmp_path, **UNHURRIED) as world:
        history = History(world, url, tmp_path / "extracts", Random(8))
        await history.begin()
        for forgotten, (careless, names) in CARELESS.items():
            with pytest.MonkeyPatch.context() as patch:
                assert await found_out(world, history, careless(patch), names), forgotten


class Heard:
    """Hears what is asked of enterprises, and declares none of it."""

    def __init__(self) -> None:
        self.coordinates: frozenset[str] = frozenset()

    def rests(self, typename: str, coordinates: frozenset[str]) -> object | None:
        if typename == "Enterprise":
            self.coordinates |= coordinates
        return None


def test_everything_that_is_declared_is_asked_in_all_of_this_and_what_is_not_is_asked_too() -> None:
    schema = build_schema()
    engine, declared = Engine(schema), Heard()
    for document in DOCUMENTS:
        prepared = engine.prepare(OperationRequest(document.text), QUERY)
        assert isinstance(prepared, Prepared), document.name
        heard = declared if document.kept else Heard()
        for named, led in product((False, True), repeat=2):
            assert shape(schema, heard, prepared, {"named": named, "led": led}, Bounds(2_000, 60.0)) is None
        assert (heard.coordinates <= DECLARED.keys()) == document.kept, document.name
    assert declared.coordinates == DECLARED.keys()
