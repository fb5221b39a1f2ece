"""What operators do from the command line: migrate, import, export, verify, renew the epoch, rotate keys, purge."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from datasources.register.database import Database
from server.cli import main
from tests.cast import BAKERY, enterprise_of, number_of

BAKERS = enterprise_of(BAKERY).digits


@pytest.fixture
def btb(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Btb:
    """The command on an empty database, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTB_DATABASE_URL", database_url)
    return Btb(database_url, tmp_path)


class Btb:
    """The command as an operator runs it, and the database behind it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def rows(self, *rows: Sequence[str]) -> str:
        """A file to import; columns from the left."""
        columns = ("enterprise", "role", "person", "domains", "affiliation", "email", "phone", "valid_from")
        file = self.folder / f"{uuid4().hex}.csv"
        with file.open("w", newline="") as opened:
            csv.writer(opened).writerows([columns, *([*row, *[""] * (len(columns) - len(row))] for row in rows)])
        return str(file)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """One statement on the database, behind the register's back."""

        async def run() -> list[tuple[object, ...]]:
            database = Database.open(self.url)
            try:
                async with database.working() as session:
                    found = await session.execute(text(statement))
                    return [tuple(row) for row in found] if found.returns_rows else []
            finally:
                await database.close()

        return asyncio.run(run())


def of(handle: str) -> str:
    return number_of(handle).digits


CHIEF = (BAKERS, "CHIEF", of("koen"), "", "EMPLOYEE", "koen@bakkerij.example", "025551212")
CO_CHIEF = (BAKERS, "CO_CHIEF", of("nadia"), "", "EMPLOYEE")
MANAGER = (BAKERS, "DOMAIN", of("tom"), "FINANCE|MOBILITY")


def test_a_database_is_migrated_and_an_empty_register_is_whole(btb: Btb) -> None:
    assert "0 changes" in btb("migrate").output
    assert btb("migrate").exit_code == 0
    found = btb("verify")
    assert found.exit_code == 0
    assert "whole: 0 changes" in found.output


def test_a_database_out_of_reach_is_said_without_its_url(btb: Btb, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("sqlite:////proc/nowhere/at/all.sqlite", "postgresql://btb:hunter2@127.0.0.1:1/btb", "mysql://hunter2"):
        monkeypatch.setenv("BTB_DATABASE_URL", url)
        for command in (("verify",), ("purge",), ("epoch", "renew"), ("export",)):
            refused = btb(*command)
            assert refused.exit_code == 1, (url, command)
            assert "hunter2" not in refused.output


def test_an_import_is_tried_out_first_then_applied_then_finds_itself_done(btb: Btb) -> None:
    file = btb.rows(CHIEF, CO_CHIEF, MANAGER)
    tried = btb("import", file)
    assert tried.exit_code == 0, tried.output
    assert "3 rows would be accepted" in tried.output
    assert "whole: 0 changes" in btb("verify").output

    applied = btb("import", file, "--apply")
    assert applied.output.splitlines() == [
        "line 2: accepted: CHIEF_APPOINTED",
        "line 3: accepted: CO_CHIEF_APPOINTED",
        "line 4: accepted: ACCESS_MANAGER_APPOINTED, DELEGATION_GRANTED, DELEGATION_GRANTED",
        "3 rows accepted, 0 refused.",
    ]
    again = btb("import", file, "--apply")
    assert again.output.splitlines()[:3] == [f"line {line}: done before" for line in (2, 3, 4)]
    assert "whole: 5 changes" in btb("verify").output


def test_an_import_that_was_cut_short_goes_on_where_it_was(btb: Btb) -> None:
    assert btb("import", btb.rows(CHIEF), "--apply").exit_code == 0
    whole = btb("import", btb.rows(CHIEF, CO_CHIEF), "--apply")
    assert whole.output.splitlines()[:2] == ["line 2: done before", "line 3: accepted: CO_CHIEF_APPOINTED"]


def test_rows_are_refused_by_the_rules_of_every_request(btb: Btb) -> None:
    file = btb.rows(
        CHIEF,
        (BAKERS, "CO_CHIEF", of("dirk"), "", "EMPLOYEE", "nowhere"),
        (enterprise_of("gestopt").digits, "CHIEF", of("roza"), "", "LEGAL_REPRESENTATIVE"),
        (BAKERS, "DOMAIN", of("koen"), "FINANCE"),
        (BAKERS, "DOMAIN", of("tom"), "WEATHER"),
        (BAKERS, "DOMAIN", str(uuid4()), "FINANCE"),
        MANAGER,
    )
    found = btb("import", file, "--apply")
    assert found.exit_code == 1
    lines = found.output.splitlines()
    assert lines[0] == "line 2: accepted: CHIEF_APPOINTED"
    assert "PERSON_DECEASED" in lines[1]
    assert "INVALID_CONTACT" in lines[1]
    assert "ENTERPRISE_NOT_ACTIVE" in lines[2]
    assert "ALREADY_APPOINTED" in lines[3]
    assert "DOMAIN_UNKNOWN" in lines[4]
    assert "PERSON_UNKNOWN" in lines[5]
    assert lines[6].startswith("line 8: accepted")
    assert lines[7] == "2 rows accepted, 5 refused."
    assert "whole" in btb("verify").output


def test_a_refused_row_may_be_tried_again(btb: Btb) -> None:
    row = (BAKERS, "DOMAIN", of("koen"), "FINANCE")
    assert btb("import", btb.rows(CHIEF), "--apply").exit_code == 0
    assert btb("import", btb.rows(row), "--apply").exit_code == 1
    assert btb("import", btb.rows((BAKERS, "CHIEF", of("lien"), "", "EMPLOYEE")), "--apply").exit_code == 0
    assert btb("import", btb.rows(row), "--apply").exit_code == 0


def test_what_cannot_be_read_is_named_and_never_repeated(btb: Btb) -> None:
    garbled = of("koen")[:-1] + str((int(of("koen")[-1]) + 1) % 10)
    file = btb.rows(
        (BAKERS, "CHIEF", garbled, "", "EMPLOYEE"),
        ("12", "BOSS", of("koen"), "", "FRIEND", "", "", "2030-01-01T00:00:00"),
        (BAKERS, "CHIEF", of("koen"), "", ""),
    )
    found = btb("import", file, "--apply")
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "line 2: refused: cannot be read: person",
        "line 3: refused: cannot be read: enterprise, role, affiliation, valid_from",
        "line 4: refused: cannot be read: affiliation",
        "0 rows accepted, 3 refused.",
    ]
    assert of("koen") not in found.output


@pytest.mark.parametrize(
    "content", [b"", b"person\n1\n", b"enterprise,role,person,colour\n", b"\xff\xfe\n", b"a,a\n1,2\n"]
)
def test_a_file_that_is_no_import_is_refused_as_a_whole(btb: Btb, content: bytes) -> None:
    (btb.folder / "odd.csv").write_bytes(content)
    assert btb("import", str(btb.folder / "odd.csv"), "--apply").exit_code == 2


def test_an_export_has_every_mandate_and_no_national_number(btb: Btb) -> None:
    btb("import", btb.rows(CHIEF, CO_CHIEF, MANAGER), "--apply")
    other = enterprise_of("imprimerie").digits
    btb("import", btb.rows((other, "CHIEF", of("pierre"), "", "LEGAL_REPRESENTATIVE")), "--apply")

    lines = [json.loads(line) for line in btb("export").output.splitlines()]
    assert [(each["enterprise"], each["role"]) for each in lines] == [
        *((BAKERS, role) for role in ("CHIEF", "CO_CHIEF", "DOMAIN")),
        (other, "CHIEF"),
    ]
    assert sorted(each["domain"] for each in lines[2]["delegations"]) == ["FINANCE", "MOBILITY"]
    assert lines[0]["email"] == "koen@bakkerij.example"

    assert btb("export", "--format", "csv", "--to", "all.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((btb.folder / "all.csv").read_text())))
    assert [row["role"] for row in rows] == ["CHIEF", "CO_CHIEF", "DOMAIN", "DOMAIN", "CHIEF"]
    assert rows[2]["mandate"] == rows[3]["mandate"] == lines[2]["mandate"]

    one = btb("export", "--enterprise", other).output
    assert [json.loads(line)["enterprise"] for line in one.splitlines()] == [other]
    assert btb("export", "--enterprise", "12").exit_code == 2
    written = one + (btb.folder / "all.csv").read_text() + json.dumps(lines)
    assert not any(of(handle) in written for handle in ("koen", "nadia", "tom", "pierre"))


def test_damage_is_found_where_it_was_done(btb: Btb) -> None:
    btb("import", btb.rows(CHIEF, CO_CHIEF), "--apply")
    btb.execute("UPDATE mandates SET role = 'CO_CHIEF' WHERE role = 'CHIEF'")
    btb.execute("UPDATE head SET hash = (SELECT hash FROM changes WHERE position = 1)")
    found = btb("verify")
    assert found.exit_code == 1
    assert "position 2: the head has another hash than the last change" in found.output
    assert any(line.startswith(f"enterprise {enterprise_of(BAKERY)}: mandate ") for line in found.output.splitlines())


def test_a_renewed_epoch_is_another_and_a_confirmed_one_the_same(btb: Btb) -> None:
    btb("migrate")
    before = btb.execute("SELECT epoch FROM head")
    assert btb("epoch", "confirm").exit_code == 0
    assert btb.execute("SELECT epoch FROM head") == before
    assert btb("epoch", "renew").exit_code == 0
    assert btb.execute("SELECT epoch FROM head") != before


def test_keys_are_rotated_and_the_old_one_may_go(btb: Btb) -> None:
    btb("import", btb.rows(CHIEF, CO_CHIEF), "--apply")
    assert "2 keys, of which 2027 is current" in btb("keys", "rotate", "2027").output
    assert btb("keys", "rotate", "2027").exit_code == 1
    assert "2 numbers" in btb("keys", "reencrypt").output
    assert "0 numbers" in btb("keys", "reencrypt").output
    file = btb.folder / ".local" / "person-keys"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"keys": {"2027": kept["keys"]["2027"]}}))
    assert btb("import", btb.rows(CHIEF, CO_CHIEF), "--apply").output.count("done before") == 2


def test_what_was_kept_long_enough_is_removed(btb: Btb) -> None:
    btb("import", btb.rows(CHIEF), "--apply")
    assert "0 answers and 0 consultations" in btb("purge").output
    moment = btb.execute("SELECT min(expires_at) FROM answers")
    assert moment != [(None,)]
    btb.execute("UPDATE answers SET expires_at = (SELECT min(recorded_at) FROM changes)")
    assert "1 answers and 0 consultations" in btb("purge").output
    assert btb.execute("SELECT count(*) FROM answers") == [(0,)]
