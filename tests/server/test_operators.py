"""What operators do from the command line: migrate, import, export, verify, renew the epoch, rotate keys, purge."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cast import BAKERY, enterprise_of
from tests.server.operating import BAKERS, CHIEF, CO_CHIEF, MANAGER, Btb, of


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
