"""Entities that are kept are not read again while their source says that nothing has changed; all else is read."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from execution.engine import Engine
from execution.entities import EntitySettings, SubgraphSchema
from execution.kept import Weighed
from execution.operation import Answer, OperationRequest
from execution.plan import CompiledQueries, FragmentedQueries, PlanSettings
from execution.plan.fragment_store import BESIDE, Fragment, Head, weight
from execution.plan.shapes import told_apart
from tests.execution import toy
from tests.execution.plan.both import QUERY

ASKED = """query ($of: [_Any!]!, $first: Int) {
  found: _entities(representations: $of) {
    ... on Product { id name price } ... on Shelf { code products(first: $first) { id } }
  }
}"""


@dataclass
class Versions:
    """Keeps products, as long as their version stays. What it is told happens at certain moments, it does then."""

    of: dict[str, int] = field(default_factory=dict)
    moment: int = 0
    shown_of: list[str] = field(default_factory=list)
    asked: int = 0
    broken: bool = False
    silent: bool = False
    unsure: bool = False
    moving: bool = False

    def rests(self, typename: str, coordinates: frozenset[str]) -> object | None:
        return "version" if coordinates <= {"Product.id", "Product.name", "Product.price"} else None

    def reader(self, context: toy.ToyContext, rests: Any) -> Hashable | None:
        return context.user

    def when(self, context: toy.ToyContext) -> Hashable:
        self.moment += self.moving
        return self.moment

    async def hold(self, context: toy.ToyContext, notes: Sequence[Any]) -> Sequence[bool]:
        self.asked += 1
        if self.broken:
            raise OSError
        return [self.of.get(id, 0) == version for id, version in notes]

    def notes(self, context: toy.ToyContext, rests: Any, keys: Sequence[Mapping[str, Any]]) -> Sequence[Any | None]:
        return [None if self.unsure else (key["id"], self.of.get(key["id"], 0)) for key in keys]

    async def shown(self, context: toy.ToyContext, notes: Sequence[Any]) -> None:
        if self.silent:
            raise OSError
        self.shown_of += [id for id, _ in notes]


class Shop:
    """The toy shop behind fragments; `calls` is what was read for the last question."""

    def __init__(self, most: int = 10**6) -> None:
        schema = toy.schema()
        self.versions = Versions()
        compiled = CompiledQueries(schema, PlanSettings(interpreted_first=0, patience=10**9))
        self.fragments = FragmentedQueries(compiled, schema, self.versions, most)
        self.engine, self.plain = Engine(schema, executor=self.fragments), Engine(schema)
        self.calls: list[str] = []

    async def ask(self, *ids: str, user: str | None = "ann", typename: str = "Product", **others: Any) -> Answer:
        """The answer, which is what the interpreter answers too."""
        variables = {"of": [{"__typename": typename, _KEYS[typename]: id} for id in ids], **others}
        request = OperationRequest(ASKED, variables=variables, request_id="one")
        context = toy.ToyContext(user)
        answer = await self.engine.execute(request, context, allowed=QUERY)
        self.calls = context.calls
        assert answer.body == (await self.plain.execute(request, toy.ToyContext(user), allowed=QUERY)).body
        return answer


_KEYS = {"Product": "id", "Shelf": "code"}


async def test_what_is_kept_is_not_read_again_and_what_it_shows_is_told_each_time() -> None:
    shop = Shop()
    await shop.ask("1", "2")
    assert shop.calls == ["products 2"]
    for _ in range(2):
        await shop.ask("2", "1", "2")
        assert shop.calls == []
    assert shop.versions.shown_of == ["2", "1", "2"] * 2
    assert (shop.fragments.counted.kept, shop.fragments.counted.read) == (6, 2)


async def test_only_what_changed_and_what_is_new_is_read() -> None:
    shop = Shop()
    await shop.ask("1", "2", "3")
    shop.versions.of["2"] = 1
    answer = await shop.ask("3", "2", "4", "1")
    assert shop.calls == ["products 2"]
    assert [each["id"] for each in orjson.loads(answer.body)["data"]["found"]] == ["3", "2", "4", "1"]
    await shop.ask("1", "2", "3", "4")
    assert shop.calls == []


async def test_readers_variables_and_documents_are_told_apart() -> None:
    shop = Shop()
    await shop.ask("1")
    for other in ({"user": "bob"}, {"first": 1}, {"first": 2}):
        await shop.ask("1", **other)
        assert shop.calls == ["products 1"], other
        await shop.ask("1", **other)
        assert shop.calls == [], other
    await shop.ask("1", user=None)
    await shop.ask("1", user=None)
    assert shop.calls == ["products 1"], "nothing is kept for this reader"


@pytest.mark.parametrize("id", ["none", "sold", "broken", "other"])
async def test_nothing_is_kept_of_what_is_null_or_fails(id: str) -> None:
    shop = Shop()
    await shop.ask("1")
    for _ in range(2):
        await shop.ask("1", id)
        assert shop.calls[0] == "products 1"
    assert len(shop.fragments.store) == 1


async def test_a_type_of_which_not_all_is_declared_is_never_kept() -> None:
    shop = Shop()
    for _ in range(2):
        await shop.ask("A", typename="Shelf")
        assert shop.calls == ["shelf A"]
    assert len(shop.fragments.store) == 0


async def test_a_source_that_cannot_confirm_has_everything_read_anew() -> None:
    shop = Shop()
    await shop.ask("1")
    shop.versions.broken = True
    await shop.ask("1")
    assert shop.calls == ["products 1"]
    assert shop.fragments.counted.unconfirmed == 1


async def test_what_cannot_be_told_is_not_answered_from_memory() -> None:
    shop = Shop()
    await shop.ask("1")
    shop.versions.silent = True
    await shop.ask("1", "2")
    assert shop.calls == ["products 1", "products 2"], "the interpreter reads what the plan did not have"


@pytest.mark.parametrize("asked", ["hold", "shown"])
async def test_what_others_cancelled_is_no_end_of_the_request_but_its_own_end_is(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop()
    await shop.ask("1")
    never = asyncio.get_running_loop().create_future()

    async def waits(context: toy.ToyContext, notes: Sequence[Any]) -> Any:
        return await never

    monkeypatch.setattr(shop.versions, asked, waits)
    ended, going_on = asyncio.ensure_future(shop.ask("1")), asyncio.ensure_future(shop.ask("1"))
    await asyncio.sleep(0)
    ended.cancel()
    await asyncio.wait([ended])
    assert ended.cancelled()
    never.cancel()
    await asyncio.wait_for(going_on, 5)
    assert shop.calls == ["products 1"]


async def test_where_the_moment_moves_while_some_is_read_everything_is_read_at_the_later_one() -> None:
    shop = Shop()
    await shop.ask("1")
    shop.versions.moving = True
    await shop.ask("1", "2")
    assert shop.calls == ["products 1", "products 2"]
    assert len(shop.fragments.store) == 1


@pytest.mark.parametrize("why", ["moving", "unsure"])
async def test_nothing_is_kept_of_what_was_read_while_the_moment_moved_or_rests_on_nobody_knows_what(why: str) -> None:
    shop = Shop()
    setattr(shop.versions, why, True)
    for _ in range(2):
        await shop.ask("1")
        assert shop.calls == ["products 1"]
    assert len(shop.fragments.store) == 0


async def test_more_representations_than_may_be_asked_for_are_refused_although_all_are_kept() -> None:
    shop = Shop()
    cap = EntitySettings().cap
    await shop.ask(*["1"] * cap)
    assert b"LIMIT_EXCEEDED" in (await shop.ask(*["1"] * (cap + 1))).body


async def test_a_schema_that_admits_representations_one_by_one_is_refused() -> None:
    schema = SubgraphSchema(
        query=toy.Query,
        types=[toy.Ticket],
        entities=EntitySettings(admit=lambda context, typename, key: None),
        federation_version="2.9",
    )
    with pytest.raises(ValueError, match="admitted"):
        FragmentedQueries(CompiledQueries(schema), schema, Versions(), 10**6)


def test_a_store_is_bounded_in_bytes_and_lets_go_of_what_is_used_least() -> None:
    store: Weighed[Fragment] = Weighed(3 * BESIDE + 33, weight)
    head = Head()
    a, b, c, d, large = ((head, name) for name in (b"a", b"b", b"c", b"d", b"large"))
    for key in (a, b, c):
        store.keep(key, Fragment(b"0123456789", None))
    assert store.find(a) is not None
    store.keep(d, Fragment(b"0123456789", None))
    assert [key for key in (a, b, c, d) if store.find(key)] == [a, c, d]
    store.keep(a, Fragment(b"01234567890123456789", None))
    assert len(store) == 2
    assert store.size == 2 * BESIDE + 32
    for key, text in ((large, bytes(4 * BESIDE)), ((head, bytes(4 * BESIDE)), b"")):
        store.keep(key, Fragment(text, None))
        assert len(store) == 2


def test_values_that_python_takes_for_equal_are_told_apart() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    there = noon.astimezone(timezone(timedelta(hours=1)))
    values = [1, 1.0, True, "1", None, [1], [True], [], noon, there]
    keys = [told_apart({"a": value, "of": object()}, without="of") for value in values]
    assert None not in keys
    assert len(set(keys)) == len(values)
    assert (
        len({told_apart({"a": one, "b": other}, without="of") for one in ("", "b", "'") for other in ("", "b", "'")})
        == 9
    )
    assert told_apart({"a": {}}, without="of") is None
    assert told_apart({"a": [1, object()]}, without="of") is None


def test_long_values_make_no_long_keys() -> None:
    long = {"a": "x" * 100_000, "b": ["y" * 1_000] * 1_000}
    key = told_apart(long, without="of")
    assert key is not None
    assert len(key) == len(told_apart({"a": "x"}, without="of") or b"") == 32
    assert key != told_apart({**long, "a": long["a"] + "x"}, without="of")
