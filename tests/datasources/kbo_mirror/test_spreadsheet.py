"""An extract that KBO published and a spreadsheet cut: what reads one way only is read, everything else is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.days import DayOrder, day
from datasources.kbo_mirror.extract import Extract
from datasources.kbo_mirror.facts import mirrored
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.meta import ExtractKind, ExtractMeta, Told
from datasources.kbo_mirror.numbers import entity
from datasources.register.database import Database
from tests.datasources.kbo_mirror.making import ADDRESS, ENTERPRISE, GOOD, META, NAME, folder, zipped
from tests.datasources.kbo_mirror.moments import NOW

PLAIN_ENTERPRISE, PLAIN_NAME, PLAIN_ADDRESS = (each.replace('"', "") for each in (ENTERPRISE, NAME, ADDRESS))
HERE = EnterpriseNumber.parse("0000000196")


async def _facts(database: Database, number: EnterpriseNumber = HERE) -> EnterpriseFacts:
    async with database.reading() as session:
        found = await mirrored(session, [number], on_postgresql=database.is_postgresql)
    assert found is not None
    facts = found.readings[number].value
    assert facts is not None
    return facts


@pytest.mark.parametrize(
    "written",
    [
        *("0200.065.765", "200065765", "0200065765", "200.065.765", "200065765.0", " 0200.065.765 ", "'0200065765"),
        *("200 065 765", "200\u202f065\u202f765", "200,065,765", "200\u2019065\u2019765"),
    ],
)
def test_a_number_is_read_however_a_spreadsheet_wrote_it(written: str) -> None:
    assert entity(written) == 200_065_765


@pytest.mark.parametrize("written", ["2.000.000.339", "2000000339", "2000000339.0", "2 000 000 339"])
def test_a_number_of_an_establishment_too(written: str) -> None:
    assert entity(written) == 2_000_000_339


@pytest.mark.parametrize(
    "written",
    [
        *("0200.065.766", "2.00066E+08", "65765", "20006576", "00200065765", "0200-065-765", "", "x", "-200065765"),
        *("02.00.06.57.65", "0200.065765", "200,065.765", "٢٠٠٠٦٥٧٦٥", "200065765.5", "#####"),
    ],
)
def test_a_number_that_is_not_certain_is_none(written: str) -> None:
    assert entity(written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("09-08-1960", "1960-08-09"), ("9-8-1960", "1960-08-09"), ("1960-08-09", "1960-08-09")),
        *(("09.08.1960", "1960-08-09"), ("16/02/1923", "1923-02-16"), ("02/16/1923", "1923-02-16")),
        *(("8/8/1960", "1960-08-08"), ("1960-08-09 00:00:00", "1960-08-09"), ("1960-08-09T00:00:00", "1960-08-09")),
        *(("09/08/1960", None), ("31-02-2003", None), ("9/08/60", None), ("22137", None), ("", None), ("x", None)),
    ],
)
def test_a_day_is_read_where_it_reads_one_way(written: str, read: str | None) -> None:
    assert day(written) == (None if read is None else date.fromisoformat(read))


@pytest.mark.parametrize(
    ("others", "read"),
    [
        (["16/02/1923"], "1960-08-09"),
        (["02/16/1923"], "1960-09-08"),
        (["16/02/1923", "02/16/1923"], None),
        (["1/2/1923", "16-02-1923"], None),
    ],
)
def test_days_of_one_file_tell_which_number_is_the_month(others: list[str], read: str | None) -> None:
    days = DayOrder()
    days.learn(others)
    assert days.ordinal("9/8/1960") == (0 if read is None else date.fromisoformat(read).toordinal())


async def test_a_cut_of_a_spreadsheet_is_read_and_every_oddity_is_told(database: Database, tmp_path: Path) -> None:
    files = {
        "enterprise.csv": None,
        "ENTERPRISE.CSV": "\ufeff"
        + PLAIN_ENTERPRISE
        + "200065765,AC,0,2,416,,9/08/1960\r\n200068636,AC,12,2.0,15.0,610.0,16/02/1923\r\n"
        + "200171970,AC,0,1,,,\r\n,,,,,,\r\n",
        "denomination.csv": None,
        "Denomination.csv": PLAIN_NAME
        + "200065765,2,1,Intergemeentelijke Vereniging, Veneco\n"
        + '200065765,2,2,"Veneco" Gent\n200068636,2,1,Farys "water", gas\n2000000339,2,3,Filiaal\n'
        + "201105843,1,1,Elders\n",
        "address.csv": PLAIN_ADDRESS
        + "200065765,REGO,,,9070,Destelbergen,Destelbergen,Panhuisstraat,Panhuisstraat,1\r\n"
        + "200068636,REGO,,,9000.0,Gent,Gent,Stropstraat,Stropstraat,1,,,\r\n",
        "meta.csv": META.replace('"', "").replace("0100", "127").replace("30-10-2026", "30/10/2026"),
    }
    taken = await import_extract(database, folder(tmp_path / "cut", files), NOW)
    enterprises, names, addresses = taken.tallies
    assert (taken.enterprises, taken.names, taken.addresses) == (3, 3, 2)
    assert (taken.meta.number, taken.meta.snapshot, taken.meta.notes) == (127, date(2026, 10, 30), ())
    assert (enterprises.restored, enterprises.rejections) == (
        {"a number without its dots or its leading zero": 3, "a code without its leading zeros": 3}
        | {"a day in another notation": 2},
        0,
    )
    assert names.restored["a name without the quotes around it"] == 3
    assert (names.elsewhere, names.orphans, names.rejections) == (1, 1, 0)
    assert addresses.restored["a line without its empty last columns"] == 1
    veneco = await _facts(database, EnterpriseNumber.parse("0200065765"))
    assert [name.text for name in veneco.names] == ["Intergemeentelijke Vereniging, Veneco"]
    assert (veneco.start_date, veneco.juridical_form and veneco.juridical_form.code) == (date(1960, 8, 9), "416")
    assert veneco.address is not None
    assert (veneco.address.street, veneco.address.house_number) == ("Panhuisstraat", "1")
    farys = await _facts(database, EnterpriseNumber.parse("0200068636"))
    assert [name.text for name in farys.names] == ['Farys "water", gas']
    assert farys.juridical_form is not None
    assert farys.juridical_form.code == "610"
    assert farys.address is not None
    assert farys.address.postal_code == "9000"
    assert any("3 read as they were meant: a number" in line for line in enterprises.sentences())


async def test_lines_in_quotes_as_a_whole_are_opened(database: Database, tmp_path: Path) -> None:
    """What becomes of commas in a spreadsheet that expects semicolons, as in Belgium."""

    def wrapped(text: str) -> str:
        return "".join('"' + line.replace('"', '""') + '"\r\n' for line in text.splitlines())

    files = {name: wrapped(text) for name, text in GOOD.items() if name != "meta.csv"}
    taken = await import_extract(database, folder(tmp_path / "wrapped", files), NOW)
    assert taken.tallies[0].restored == {"a line in quotes as a whole": 1}
    facts = await _facts(database)
    assert [name.text for name in facts.names] == ["Voorbeeld NV"]
    assert facts.address is not None
    assert facts.start_date == date(2003, 2, 1)


async def test_columns_are_found_wherever_they_stand(database: Database, tmp_path: Path) -> None:
    files = {
        "enterprise.csv": "startdate,JuridicalForm,Extra,TypeOfEnterprise,JuridicalSituation,Status,ENTERPRISENUMBER\n"
        "01-02-2003,014,x,2,000,AC,0000.000.196\n",
        "denomination.csv": "Language,EntityNumber,TypeOfDenomination,Denomination\n2,0000.000.196,001,A, B & C\n",
    }
    await import_extract(database, folder(tmp_path / "ordered", files), NOW)
    facts = await _facts(database)
    assert facts.start_date == date(2003, 2, 1)
    assert [name.text for name in facts.names] == ["A, B & C"]


async def test_what_is_not_certain_is_not_taken(database: Database, tmp_path: Path) -> None:
    files = {
        "enterprise.csv": GOOD["enterprise.csv"] + '"0000.000.295","AC","000","2","014",,9/8/1960\n',
        "denomination.csv": NAME
        + '"0000.000.196","2","001","Eerste", Tweede\n0000.000.196,2,001,"open\n0000.000.196,2\n',
        "address.csv": PLAIN_ADDRESS
        + '"0000.000.196","REGO",,,"9000","Gent","Gent",Dreef, achter,Dreef, achter,1,,,\n'
        + "0000.000.196,REGO,,,9000,Gent,Gent,Dreef, achter,Dreef, achter,1\n"
        + "0000.000.196,REGO,,,9000,Gent,Gent,Kouter,Kouter,12",
    }
    taken = await import_extract(database, folder(tmp_path / "unsure", files), NOW, most_rejected=1)
    enterprises, names, addresses = taken.tallies
    assert enterprises.mended == {"the start date": 1}
    assert names.rejected == {"the line has too many or too few columns": 2, "quotes are not balanced": 1}
    assert addresses.rejected == {"the line has too many or too few columns": 3}
    assert (taken.enterprises, taken.names, taken.addresses) == (2, 0, 0)
    assert (await _facts(database)).names == ()


def _meta(path: Path, told: Told | None = None) -> ExtractMeta:
    with Extract.open(path) as extract:
        return extract.meta(told or Told())


def test_without_meta_the_name_and_the_files_tell(tmp_path: Path) -> None:
    bare: dict[str, str | bytes | None] = {"meta.csv": None}
    monthly = _meta(folder(tmp_path / "KboOpenData_0127_2024_09_Full", bare))
    assert (monthly.kind, monthly.number, monthly.snapshot) == (ExtractKind.FULL, 127, date(2024, 8, 30))
    assert monthly.notes == (
        "meta.csv is missing.",
        "ExtractType is full, as its name or its files show.",
        "ExtractNumber is 127, as its name or its files show.",
        "SnapshotDate is 2024-08-30, as its name or its files show.",
    )
    daily = _meta(zipped(tmp_path / "KboOpenData_0141_2025_10_06_Full.zip", bare))
    assert (daily.number, daily.snapshot) == (141, date(2025, 10, 4))
    assert _meta(folder(tmp_path / "KboOpenData_0136_2025_06_Full", bare)).snapshot == date(2025, 5, 30)


def test_what_is_told_fills_what_meta_does_not_say_and_never_contradicts_it(tmp_path: Path) -> None:
    told = Told(number=12, snapshot=date(2024, 1, 5))
    bare = _meta(folder(tmp_path / "cut", {"meta.csv": None}), told)
    assert (bare.number, bare.snapshot) == (12, date(2024, 1, 5))
    unsure = _meta(folder(tmp_path / "unsure", {"meta.csv": META.replace("30-10-2026", "10/11/2026")}), told)
    assert (unsure.number, unsure.snapshot) == (100, date(2024, 1, 5))
    whole = _meta(folder(tmp_path / "whole", {}), told)
    assert (whole.number, whole.snapshot, whole.notes) == (100, date(2026, 10, 30), ())
    partial = _meta(folder(tmp_path / "partial", {"meta.csv": META.replace('"Version","1.0.0"\n', "")}))
    assert partial.notes == ("meta.csv does not say Version: read as format 1.",)
