"""What plans do beside answering: batches, bounds, rest, shadow, and no code of a caller's."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any

import orjson
import pytest

from execution.engine import Engine
from execution.operation import OperationRequest
from execution.plan import CompiledQueries, PlanSettings
from execution.plan.bounds import Bounds, Spent
from execution.plan.signals import Reason, Unplannable
from tests.execution.plan import moods, world
from tests.execution.plan.both import AT_ONCE, QUERY, Both


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    """Every test leaves a healthy world."""
    yield
    moods.MOOD[0] = moods.Mood()


async def answer(engine: Engine, text: str, **request: Any) -> Any:
    asked = OperationRequest(text, request_id="r", **request)
    return orjson.loads((await engine.execute(asked, world.WorldContext(), allowed=QUERY)).body)


async def test_a_batch_field_is_asked_once_for_its_whole_level() -> None:
    both, context = Both(), world.WorldContext()
    await both.planned("{ things(numbers: [1, 2, 3]) { place { things { place { name } } } } }", context=context)
    assert context.calls == [("place", 3), ("things", 3), ("place", 6)]


async def test_entities_pass_through_their_batch_entry_and_its_cap() -> None:
    both, context = Both(), world.WorldContext()
    text = "query($all: [_Any!]!) { _entities(representations: $all) { ... on Thing { id place { name } } } }"
    several = [{"__typename": "Thing", "number": each} for each in (1, 9, 2)]
    found = await both.planned(text, {"all": several}, context)
    assert found is not None
    assert [each and each["id"] for each in orjson.loads(found)["data"]["_entities"]] == ["1", None, "2"]
    assert context.calls == [("references", 3), ("place", 2)]
    too_many = {"all": several * 200}
    assert await both.planned(text, too_many) is None
    unknown = {"all": [*several, {"__typename": "Place", "number": 1}]}
    assert await both.planned(text, unknown) is None


async def test_each_value_of_a_condition_has_its_own_plan() -> None:
    both = Both()
    text = "query($a: Boolean!) { thing { id @skip(if: $a) name @include(if: $a) } }"
    assert await both.planned(text, {"a": True}) == b'{"data":{"thing":{"name":"1"}}}'
    assert await both.planned(text, {"a": False}) == b'{"data":{"thing":{"id":"1"}}}'
    assert both.plans.figures.compiled == 2


async def test_permissions_and_extensions_run_as_always() -> None:
    both = Both()
    assert await both.planned("{ things(numbers: [1, 2]) { secret loud secretBatch } }") is not None
    assert (
        await both.planned("{ things(numbers: [1, 2]) { secret loud } }", context=world.WorldContext(known=False))
        is None
    )


async def test_introspection_is_left_to_the_interpreter() -> None:
    both = Both()
    for text in ("{ __schema { types { name } } }", "{ _service { sdl } }", '{ __type(name: "Thing") { name } }'):
        assert await both.planned(text) is None
    assert both.plans.figures.aside[Reason.UNPLANNABLE] == 3


HOSTILE = (
    "__class__", "__globals__", "__builtins__", "R", "q1", "ASIDE", "dumps", "arrived", "import_os", "None_", "exec",
)  # fmt: skip


@pytest.mark.parametrize("alias", HOSTILE)
async def test_a_name_in_a_document_is_never_code(alias: str) -> None:
    both = Both()
    found = await both.planned(f"query {alias} {{ {alias}: things {{ {alias}: name {alias}b: __typename }} }}")
    assert found is not None
    assert alias in orjson.loads(found)["data"]


@pytest.mark.parametrize(
    "text", ['"', "'", "\\", '"""', "{v}", "\n    raise SystemExit", "__import__('os')._exit(1)", "\0"]
)
async def test_a_text_in_a_document_is_never_code(text: str) -> None:
    both = Both()
    found = await both.planned(f"{{ thing {{ name(prefix: {orjson.dumps(text).decode()}) }} }}")
    assert found is not None
    assert orjson.loads(found)["data"]["thing"]["name"] == f"{text}1"


async def test_the_generated_source_holds_nothing_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    from execution.plan import source

    texts: list[str] = []

    def watched(text: str, *others: Any, **named: Any) -> Any:
        texts.append(text)
        return compile(text, *others, **named)

    monkeypatch.setattr(source, "compile", watched, raising=False)
    await Both().planned(
        'query Zebra { zebra: thing { zebraName: name(prefix: "zebra") ...Zebras } } fragment Zebras on Thing { id }'
    )
    assert texts
    assert not any("ebra" in text for text in texts)


async def test_plans_are_kept_up_to_their_number() -> None:
    both = Both(PlanSettings(kept=5, interpreted_first=0))
    for number in range(20):
        await both.planned(f"{{ thing {{ n{number}: name }} }}")
    assert len(both.plans._plans._made) == 5
    assert len(both.plans._plans._documents) == 5


async def test_many_conditions_cannot_outgrow_the_cache() -> None:
    both = Both(PlanSettings(kept=5, interpreted_first=0))
    names = "abcdef"
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    text = f"query({declared}) {{ thing {{ id {' '.join(f'{each}: name @skip(if: ${each})' for each in names)} }} }}"
    for bits in range(64):
        assert await both.planned(text, {name: bool(bits >> place & 1) for place, name in enumerate(names)})
    assert len(both.plans._plans._made) == 5


async def test_a_document_too_large_or_too_slow_to_compile_is_interpreted() -> None:
    text = "{ thing { id name label colour } }"
    for settings in (PlanSettings(fields=3, interpreted_first=0), PlanSettings(compile_seconds=0, interpreted_first=0)):
        both = Both(settings)
        assert await both.planned(text) is None
        assert await both.planned(text) is None
        assert both.plans.figures.aside[Reason.TOO_LARGE] == 2
        assert both.plans.figures.compiled == 0


def test_what_a_busy_machine_does_meanwhile_makes_no_document_too_slow_to_compile() -> None:
    spent = Spent(Bounds(fields=2, seconds=0.01))
    sleep(0.02)
    spent.field()
    spent.field()
    with pytest.raises(Unplannable):
        spent.field()


async def test_a_document_is_compiled_when_it_comes_again() -> None:
    both = Both(PlanSettings(interpreted_first=1))
    assert await both.planned("{ words }") is None
    assert await both.planned("{ words }") is not None


async def test_a_plan_that_always_steps_aside_rests() -> None:
    both = Both(PlanSettings(interpreted_first=0, patience=2))
    for _ in range(20):
        assert await both.planned("{ things(numbers: [3]) { placeInAnswer } }") is None
    assert both.plans.figures.aside[Reason.RESTING] == 16
    assert both.plans.figures.aside[Reason.PATH] == 4


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # graphql-core drops siblings
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(20))
async def test_an_engine_with_plans_answers_as_one_without(seed: int) -> None:
    moods.MOOD[0] = moods.Mood(seed, 100)
    schema = world.schema()
    plain, compiled = Engine(schema), Engine(schema, executor=CompiledQueries(schema, AT_ONCE))
    text = "{ things { id name colour place { name slow capital { name } } found { __typename } next { weight } } }"
    assert await answer(compiled, text) == await answer(plain, text)
