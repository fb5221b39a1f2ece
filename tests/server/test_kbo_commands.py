"""`btb kbo`: what is told, and which exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from datasources.kbo_mirror.synthetic import write_full, write_update
from server.commands.kbo import kbo
from server.commands.kbo_progress import Lines
from tests.datasources.kbo_mirror.making import ADDRESS, GOOD, NAME, folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTB_DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'btb.sqlite'}")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(kbo, arguments)

    return invoke


def test_an_extract_then_an_update_are_imported_and_told(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    full = write_full(tmp_path / "KboOpenData_0100_2026_10_Full.zip", 200)
    taken = run("import", str(full))
    assert taken.exit_code == 0, taken.output
    assert "Full extract 100 of 2026-10-30 is in use: 200 enterprises" in taken.stdout
    assert "enterprise.csv: 200 of 200 rows kept." in taken.stdout
    assert "search index" in taken.stderr
    updated = run("import", str(write_update(tmp_path / "update", [1, 2], [3], [200, 201])))
    assert updated.exit_code == 0, updated.output
    assert "Update extract 101 of 2026-11-27 is in use: 201 enterprises" in updated.stdout
    shown = run("status", "--oldest", "36500")
    assert shown.exit_code == 0
    assert "Extract 101 of 2026-11-27" in shown.stdout
    assert "201 enterprises" in shown.stdout


@pytest.mark.parametrize(
    ("now", "old"),
    [
        ("2026-10-29T12:00:00Z", "(of a day to come)"),
        ("2026-10-30T12:00:00Z", "(0 days old)"),
        ("2026-10-31T12:00:00Z", "(1 day old)"),
        ("2026-11-05T12:00:00Z", "(6 days old)"),
    ],
)
def test_the_age_of_the_extract_is_told_in_days(run, tmp_path: Path, now: str, old: str) -> None:  # type: ignore[no-untyped-def]
    assert run("import", str(write_full(tmp_path / "KboOpenData_0100_2026_10_Full.zip", 20))).exit_code == 0
    with time_machine.travel(now, tick=False):
        assert old in run("status").stdout


def test_a_refused_extract_is_a_sentence_and_status_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "broken.zip").write_bytes(b"PK")
    refused = run("import", str(tmp_path / "broken.zip"))
    assert refused.exit_code == 1
    assert refused.stderr == (
        "Not imported. This is no zip file, or its end is missing. The extract in use is untouched.\n"
    )


def test_whatever_is_wrong_is_one_sentence_and_status_1_and_changes_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("import", str(write_full(tmp_path / "in-use", 30, number=90))).exit_code == 0
    before = run("status", "--oldest", "36500").stdout
    latin = {"denomination.csv": GOOD["denomination.csv"].replace("Voorbeeld", "Soci\xe9t\xe9").encode("latin-1")}
    unreadable = folder(tmp_path / "unreadable", {"address.csv": None})
    (unreadable / "address.csv").symlink_to("/proc/self/mem")
    cases = (
        (tmp_path / "nowhere.zip", "There is no such file or folder."),
        (folder(tmp_path / "lacking", {"address.csv": None}), "address.csv missing in this full extract."),
        (folder(tmp_path / "columns", {"address.csv": NAME}), "address.csv lacks the column TypeOfAddress"),
        (folder(tmp_path / "semicolons", {"address.csv": ADDRESS.replace(",", ";")}), "address.csv has semicolons"),
        (folder(tmp_path / "latin", latin), "denomination.csv is not UTF-8 text."),
        (unreadable, "address.csv cannot be read"),
        (write_update(tmp_path / "other.zip", [1], number=99), "Update 99 goes with extract 98"),
        (write_full(tmp_path / "older.zip", 5, number=80), "is older than the one in use"),
    )
    for path, sentence in cases:
        refused = run("import", str(path))
        assert refused.exit_code == 1
        told = refused.stderr.splitlines()[-1]
        assert told.startswith(f"Not imported. {sentence}") or sentence in told
        assert told.endswith(". The extract in use is untouched.")
        assert refused.stdout == ""
        assert run("status", "--oldest", "36500").stdout == before


def test_without_an_extract_status_says_so(run) -> None:  # type: ignore[no-untyped-def]
    shown = run("status")
    assert (shown.exit_code, shown.stdout) == (1, "There is no extract yet.\n")


def test_an_old_extract_is_told_by_status_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from datetime import date

    run("import", str(write_full(tmp_path / "old", 10, snapshot=date(2020, 1, 31))))
    shown = run("status")
    assert shown.exit_code == 1
    assert "older than 45 days" in shown.stderr


def test_wrong_settings_end_with_status_2(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("BTB_DATABASE_READERS", "none")
    assert run("status").exit_code == 2


def test_a_database_of_another_kind_is_refused_without_its_url(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("BTB_DATABASE_URL", "mysql://user:secret@host/name")
    refused = run("status")
    assert refused.exit_code == 1
    assert "secret" not in refused.output


def test_plain_lines_tell_rate_and_what_is_left() -> None:
    said: list[str] = []
    seconds = [0.0]
    lines = Lines(said.append, lambda: seconds[0])
    lines.step("address.csv", 100 * 2**20)
    seconds[0] = 4.0
    lines.advanced(10 * 2**20)
    seconds[0] = 10.0
    lines.advanced(40 * 2**20)
    lines.step("search index", None)
    lines.advanced(1)
    assert said == ["address.csv (100.0 MiB)", "address.csv: 50%, 5.0 MiB/s, 10 s left", "search index"]
