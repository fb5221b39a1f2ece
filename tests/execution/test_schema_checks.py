"""A schema whose entities could not be resolved is refused at start-up, by type and key."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry

from execution.entities import SubgraphSchema
from execution.keys import SchemaFault
from execution.schema_checks import check, faults
from tests.execution import toy


def entity(*keys: str, resolver: Any = None, batch: Any = None) -> type:
    """An entity type with an id, an owner number and a shelf, and these reference resolvers."""

    class Thing:
        id: int
        owner_number: int
        shelf: toy.Shelf

    if resolver is not None:
        Thing.resolve_reference = classmethod(resolver)  # type: ignore[attr-defined]
    if batch is not None:
        Thing.resolve_references = classmethod(batch)  # type: ignore[attr-defined]
    return strawberry.federation.type(Thing, keys=list(keys))


def by_id(cls: type, id: int) -> None: ...


def by_anything(cls: type, **keys: Any) -> None: ...


def by_owner_too(cls: type, id: int, colour: str) -> None: ...


@pytest.mark.parametrize(
    ("keys", "resolver", "words"),
    [
        (["doesNotExist"], by_anything, ["Thing", "doesNotExist", "has no field"]),
        (["owner_number"], by_anything, ["Thing", "owner_number", "camel case"]),
        (["id shelf { nope }"], by_anything, ["Thing", "shelf { nope }", "Shelf has no field nope"]),
        (["shelf"], by_anything, ["Thing", "shelf", "fields of its own"]),
        (["id { x }"], by_anything, ["Thing", "fields of its own"]),
        (["id {"], by_anything, ["Thing", "not a field set"]),
        (["id"], None, ["Thing", '"id"', "no reference resolver"]),
        (["ownerNumber"], by_id, ["Thing", "ownerNumber", "no parameter owner_number"]),
        (["id"], by_owner_too, ["Thing", '"id"', "needs colour"]),
        (["id", "ownerNumber"], by_id, ["Thing", "ownerNumber"]),
    ],
)
def test_a_fault_names_the_type_and_the_key(keys: list[str], resolver: Any, words: list[str]) -> None:
    with pytest.raises(SchemaFault) as refused:
        SubgraphSchema(types=[entity(*keys, resolver=resolver)])
    for word in words:
        assert word in str(refused.value)
    stock = strawberry.federation.Schema(types=[entity(*keys, resolver=resolver)])
    with pytest.raises(SchemaFault, match="Thing"):
        check(stock)


@pytest.mark.parametrize("keys", [["id"], ["id", "ownerNumber"], ["id shelf { code }"]])
def test_a_resolver_of_all_keys_is_accepted(keys: list[str]) -> None:
    check(SubgraphSchema(types=[entity(*keys, resolver=by_anything)]))
    check(SubgraphSchema(types=[entity(*keys, batch=lambda cls, info, keys: [])]))


def test_a_stub_that_is_resolved_elsewhere_needs_no_resolver() -> None:
    stub = strawberry.federation.type(
        type("Stub", (), {"__annotations__": {"id": int}}),
        keys=[strawberry.federation.schema_directives.Key(fields="id", resolvable=False)],
    )
    check(SubgraphSchema(types=[stub]))


def test_the_toy_shop_has_no_faults() -> None:
    assert list(faults(toy.schema())) == []
