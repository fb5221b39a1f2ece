"""Memory that is bounded lets go of what is unused for longest."""

from __future__ import annotations

from execution.kept import Kept, Weighed


def test_what_is_found_or_kept_again_stays() -> None:
    kept: Kept[int] = Kept(3)
    for each in "abc":
        kept.keep(each, 1)
    assert kept.find("a") == 1
    kept.keep("b", 2)
    kept.keep("d", 1)
    assert [kept.find(each) for each in "abcd"] == [1, 2, None, 1]


def test_what_is_forgotten_makes_room_and_weighs_nothing() -> None:
    kept: Weighed[str] = Weighed(4, lambda _, item: len(item))
    kept.keep("a", "xx")
    kept.keep("b", "xx")
    kept.forget("a")
    kept.forget("nothing")
    assert (len(kept), kept.size) == (1, 2)
    kept.keep("c", "xx")
    assert (kept.find("b"), kept.find("c"), kept.size) == ("xx", "xx", 4)
