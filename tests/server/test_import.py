"""Mandates in bulk, from the command line: tried out first, by the rules of every request, and begun anew where cut."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.cast import enterprise_of
from tests.server.operating import BAKERS, CHIEF, CO_CHIEF, MANAGER, Btb, of


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


def test_a_file_of_a_spreadsheet_is_read_as_it_is_written(btb: Btb) -> None:
    rows = ["enterprise;role;person;affiliation;email", f'{BAKERS};CHIEF;{of("koen")};EMPLOYEE;"koen@bakkerij.example"']
    (btb.folder / "sheet.csv").write_bytes(("\r\n".join(rows) + "\r\n").encode("utf-8-sig"))
    found = btb("import", str(btb.folder / "sheet.csv"))
    assert found.output.splitlines()[0] == "line 2: accepted: CHIEF_APPOINTED"


def test_a_row_that_is_no_csv_is_told_and_the_others_are_read(btb: Btb) -> None:
    row = f"{BAKERS},CHIEF,{of('koen')},EMPLOYEE"
    content = f'enterprise,role,person,affiliation\n"{BAKERS}"0,CHIEF,1,EMPLOYEE\n{row}\n"{row}\n'
    (btb.folder / "odd.csv").write_text(content)
    assert btb("import", str(btb.folder / "odd.csv")).output.splitlines() == [
        "line 2: refused: cannot be read: the row is no CSV",
        "line 3: accepted: CHIEF_APPOINTED",
        "line 4: refused: cannot be read: the row is no CSV",
        "1 rows would be accepted (nothing is written without --apply), 2 refused.",
    ]


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
    assert "INVALID_CONTACT (email)" in lines[1]
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
