"""Ids made one after the other stand beside each other, and no two are the same."""

from __future__ import annotations

from uuid import RFC_4122

from datasources.register.ids import new_id


def test_ids_of_one_moment_are_neighbours_and_all_different() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    moments = [each.int >> 80 for each in made]
    assert moments == sorted(moments)
    assert len({each.int & ((1 << 62) - 1) for each in made}) == len(made)
    assert len({each.int >> 64 & 0xFFF for each in made}) > 1000
