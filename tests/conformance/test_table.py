"""The table of suites: a row that misses is told, fails the run, and keeps the others from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import __main__ as conformance
from conformance.figures import Checks, Figure
from conformance.flooding import errors_of
from conformance.service import LEAK


def test_a_row_holds_only_where_all_was_asked_and_all_was_reached() -> None:
    assert Figure("it", 3, 3).holds
    assert not Figure("it", 2, 3).holds
    assert not Figure("it", 0, 0).holds
    assert not Figure("it", 3, 3, ("and yet",)).holds
    assert not Figure.broken("it", RuntimeError("no such port")).holds


def test_what_a_client_prints_last_is_its_row() -> None:
    figure = Figure.told("it", 'a warning\n{"passed": 1, "asked": 2, "failures": ["the second: why"]}\n')
    assert (figure.reached, figure.asked, figure.failures) == (1, 2, ("the second: why",))


def test_a_check_that_does_not_hold_is_named_with_what_was_seen() -> None:
    checks = Checks("it")
    checks.that("one", True)
    checks.that("two", [], {"seen": 1})
    assert checks.figure() == Figure("it", 1, 2, ("two: {'seen': 1}",))


@pytest.mark.parametrize(
    ("said", "leaks"),
    [
        (b'{"errors":[{"message":"Cannot query field"}]}', False),
        (b'{"data":{"number":"85073003328"}}', False),
        (b'{"errors":[{"message":"85073003328 is unknown"}]}', True),
        (b'event: next\ndata: {"errors":[{"message":"File \\"a.py\\", line 1"}]}\n\n', True),
        (b'{"type":"error","id":"1","payload":[{"message":"NoneType"}]}', True),
        (b"Traceback (most recent call last)", True),
    ],
)
def test_errors_are_looked_through_and_data_are_not(said: bytes, leaks: bool) -> None:
    assert bool(LEAK.search(errors_of(said))) is leaks


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Three groups, of which the second breaks after its first row."""

    def good(folder: Path) -> Iterator[Figure]:
        yield Figure("good", 2, 2)

    def bad(folder: Path) -> Iterator[Figure]:
        yield Figure("half", 1, 1)
        raise OSError("nothing answers")

    monkeypatch.setattr(conformance, "GROUPS", {"good": good, "bad": bad, "last": good})
    monkeypatch.setattr(conformance, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(conformance, "need_node", lambda: "20.0.0")
    return tmp_path / "kept"


def test_a_suite_that_breaks_is_a_row_that_misses(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["conformance"])
    assert conformance.main() == 1
    told = capsys.readouterr().out
    assert "nothing answers" in told
    assert told.endswith("3 passed, 1 failed\n")
    assert (table / "bad").exists()


def test_the_table_is_written_where_asked(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = table.parent / "RESULTS.md"
    monkeypatch.setattr("sys.argv", ["conformance", "good", "--write", str(written)])
    assert conformance.main() == 0
    assert "| good | 2 of 2 |  | 0 |" in written.read_text()


def test_what_was_written_is_kept_only_where_something_missed(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["conformance", "good", "last"])
    assert conformance.main() == 0
    assert not table.exists()


def test_without_node_nothing_is_skipped_but_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SystemExit, match="need Node 20"):
        conformance.need_node()
