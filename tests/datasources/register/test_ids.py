"""Ids made one after the other stand beside each other, and no two are the same."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from datasources.register.ids import new_id


def test_ids_of_one_moment_are_neighbours_and_all_different() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    moments = [each.int >> 80 for each in made]
    assert moments == sorted(moments)
    assert len({each.int & ((1 << 62) - 1) for each in made}) == len(made)
    assert len({each.int >> 64 & 0xFFF for each in made}) > 1000


def test_threads_and_a_process_that_was_forked_have_chance_of_their_own() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = [each for several in threads.map(lambda _: [new_id() for _ in range(500)], range(8)) for each in several]
    assert len({each.int & ((1 << 62) - 1) for each in made}) == len(made)
    new_id()  # some chance is left
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, b"".join(new_id().bytes for _ in range(50)))
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reading, 50 * 16)
    for end in (reading, writing):
        os.close(end)
    theirs = {UUID(bytes=said[at : at + 16]).int & ((1 << 62) - 1) for at in range(0, len(said), 16)}
    assert len(theirs) == 50
    assert not theirs & {new_id().int & ((1 << 62) - 1) for _ in range(200)}
