"""Whatever is wrong with an extract: a clear sentence, and the one in use untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.problems import ImportRefused, OutOfSequence, TooMuchRejected
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import write_full, write_update
from datasources.register.database import Database
from tests.datasources.kbo_mirror.making import ADDRESS, ENTERPRISE, GOOD, META, NAME, folder, zipped
from tests.datasources.kbo_mirror.moments import NOW


async def _refused(database: Database, path: Path, most_rejected: float = 0.05) -> ImportRefused:
    """The refusal of a second extract, after a good one that must stay in use."""
    await import_extract(database, write_full(path.parent / "in-use", 30, number=90), NOW)
    before = await mirror_status(database)
    with pytest.raises(ImportRefused) as refused:
        await import_extract(database, path, NOW, most_rejected)
    assert await mirror_status(database) == before
    return refused.value


_FILES: list[tuple[dict[str, str | bytes | None], str]] = [
    ({"denomination.csv": None}, "denomination.csv missing"),
    (
        {"meta.csv": None},
        "ExtractNumber is said neither by a meta.csv nor by the name of the extract; --number says it",
    ),
    ({"enterprise.csv": GOOD["enterprise.csv"].replace("Status", "State")}, "lacks the column Status"),
    ({"enterprise.csv": GOOD["enterprise.csv"].replace(",", ";")}, "semicolons"),
    ({"denomination.csv": GOOD["denomination.csv"].encode() + b'"0000.000.196","1","001","Soci\xe9t\xe9"\n'}, "UTF-8"),
    ({"denomination.csv": GOOD["denomination.csv"].encode("utf-16")}, "UTF-8"),
    ({"denomination.csv": ""}, "denomination.csv is empty"),
    ({"enterprise.csv": ENTERPRISE}, "no enterprise in this extract"),
    ({"denomination.csv": NAME + "x" * 100_000}, "longer than any row"),
    ({"meta.csv": META.replace("1.0.0", "2.0.0")}, "another format version"),
    ({"meta.csv": META.replace("full", "half")}, "ExtractType cannot be read"),
    ({"meta.csv": META.replace("30-10-2026", "10/11/2026")}, "SnapshotDate cannot be read"),
    ({"meta.csv": META.replace("30-10-2026", "30-02-2026")}, "SnapshotDate cannot be read"),
    ({"meta.csv": META.replace("0100", "1e2")}, "ExtractNumber cannot be read"),
    ({"meta.csv": META.replace(',"0100"', ',""')}, "ExtractNumber is said neither"),
    ({"meta.csv": META.encode("utf-16")}, "meta.csv is not UTF-8"),
    ({"meta.csv": META.replace('"full"', '"full')}, "meta.csv is not UTF-8 text with commas"),
    ({"meta.csv": META.replace(",", ";")}, "meta.csv has semicolons"),
    ({"meta.csv": META.replace("0100", "0089")}, "older than the one in use"),
    ({"meta.csv": META.replace("30-10-2026", "30-10-2020")}, "older than the one in use"),
]


@pytest.mark.parametrize(("files", "said"), _FILES, ids=[said for _, said in _FILES])
async def test_an_extract_of_another_shape_is_refused(
    database: Database, tmp_path: Path, files: dict[str, str | bytes | None], said: str
) -> None:
    assert said in str(await _refused(database, folder(tmp_path / "bad", files)))


def _truncated(at: Path) -> Path:
    path = write_full(at / "cut.zip", 300)
    path.write_bytes(path.read_bytes()[:-400])
    return path


def _flipped(at: Path) -> Path:
    path = write_full(at / "flipped.zip", 300)
    raw = bytearray(path.read_bytes())
    raw[3000] ^= 0xFF
    path.write_bytes(bytes(raw))
    return path


_ZIPS: list[tuple[str, Any]] = [
    ("end is missing", _truncated),
    ("damaged", _flipped),
    ("points outside", lambda at: zipped(at / "a.zip", {"../enterprise.csv": "x"})),
    ("points outside", lambda at: zipped(at / "a.zip", {"C:\\enterprise.csv": "x"})),
    ("points outside", lambda at: zipped(at / "a.zip", {"/etc/enterprise.csv": "x"})),
    ("far more than", lambda at: zipped(at / "a.zip", {"address.csv": ADDRESS + "," * 5_000_000})),
    ("more than 100 files", lambda at: zipped(at / "a.zip", {f"{n}.txt": "" for n in range(100)})),
    ("no such file", lambda at: at / "nowhere.zip"),
    ("missing", lambda at: zipped(at / "a.zip", {"address.csv": None, "deep/address.csv": ADDRESS})),
]


@pytest.mark.parametrize(("said", "made"), _ZIPS)
async def test_an_unsafe_or_damaged_zip_is_refused(database: Database, tmp_path: Path, said: str, made: Any) -> None:
    assert said in str(await _refused(database, made(tmp_path)))


@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_a_zip_with_a_file_twice_is_refused(database: Database, tmp_path: Path) -> None:
    path = zipped(tmp_path / "twice.zip", {})
    with ZipFile(path, "a") as archive:
        archive.writestr("enterprise.csv", "x")
    assert "twice" in str(await _refused(database, path))


async def test_rows_that_break_the_format_are_counted_sampled_and_skipped(database: Database, tmp_path: Path) -> None:
    rows = [
        '"0000.000.197","AC","000","2","014",,01-02-2003',
        '"0000.000.097","AC","000","2","014",,31-02-2003',
        '"0000.000.196","AC","000","2","014",,01-02-2003',
        '"1999.999.745","AC","000","7","014",,01-02-2003',
        '"1999.999.745","AC","000","2',
    ]
    files = {
        "enterprise.csv": GOOD["enterprise.csv"] + "\n".join(rows) + "\n",
        "denomination.csv": GOOD["denomination.csv"]
        + '"2000.000.339","2","001","Filiaal"\n"0000.000.295","2","001","W"\n',
    }
    imported = await import_extract(database, folder(tmp_path / "some", files), NOW, most_rejected=1)
    enterprises, names, _ = imported.tallies
    assert (imported.enterprises, enterprises.rows, enterprises.rejections) == (2, 6, 4)
    assert enterprises.samples == {
        "no number of an enterprise": [3],
        "the enterprise stands there twice": [5],
        "a status, kind, situation or form that is no code": [6],
        "quotes are not balanced": [7],
    }
    assert enterprises.mended == {"the start date": 1}
    assert (names.elsewhere, names.orphans, names.rejections) == (1, 1, 0)
    assert any("4 skipped" in line or "1 skipped" in line for line in enterprises.sentences())


async def test_too_many_broken_rows_refuse_the_whole_import(database: Database, tmp_path: Path) -> None:
    files = {"enterprise.csv": GOOD["enterprise.csv"] + '"1","AC","000","2","014",,01-02-2003\n'}
    refused = await _refused(database, folder(tmp_path / "half", files))
    assert isinstance(refused, TooMuchRejected)
    assert "50.0% of the rows of enterprise.csv" in str(refused)


async def test_an_update_goes_with_the_extract_before_it_only(database: Database, tmp_path: Path) -> None:
    with pytest.raises(OutOfSequence, match="none yet"):
        await import_extract(database, write_update(tmp_path / "first.zip", [1], number=91), NOW)
    refused = await _refused(database, write_update(tmp_path / "later.zip", [1], number=92))
    assert str(refused) == "Update 92 goes with extract 91, and extract 90 is in use."
