"""A full extract stands beside the one in use until it is switched; an update is taken whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from btb.enterprises import Address, Coded, EnterpriseKind, EnterpriseName, EnterpriseStatus, Language
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.bulk import bulk
from datasources.kbo_mirror.facts import mirrored
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.loading import Silent
from datasources.kbo_mirror.problems import ImportUnderWay
from datasources.kbo_mirror.search import MirrorSearch
from datasources.kbo_mirror.status import mirror_status
from datasources.kbo_mirror.synthetic import invented, number_at, write_full, write_update
from datasources.register.database import Database
from tests.datasources.kbo_mirror.making import ENTERPRISE, GOOD, NAME, folder
from tests.datasources.kbo_mirror.moments import NOW


async def _names(database: Database, *numbers: str) -> list[set[str] | None]:
    """The names the mirror has of each, None where it does not have the enterprise."""
    parsed = [EnterpriseNumber.parse(number) for number in numbers]
    async with database.reading() as session:
        found = await mirrored(session, parsed, on_postgresql=database.is_postgresql)
    assert found is not None
    facts = [found.readings[number].value if number in found.readings else None for number in parsed]
    return [None if each is None else {name.text for name in each.names} for each in facts]


def written(place: int, edition: int = 0) -> set[str]:
    """The social names that the generator wrote."""
    lines = [line for line in invented(place, edition).denominations if '"001"' in line]
    return {line.split(",", 3)[3][1:-1].replace('""', '"') for line in lines}


async def test_a_full_extract_becomes_facts(database: Database, tmp_path: Path) -> None:
    await import_extract(database, folder(tmp_path / "one", {}), NOW)
    number = EnterpriseNumber.parse("0000000196")
    async with database.reading() as session:
        found = await mirrored(session, [number], on_postgresql=database.is_postgresql)
    assert found is not None
    facts = found.readings[number].value
    assert facts is not None
    assert (facts.status, facts.kind) == (EnterpriseStatus.ACTIVE, EnterpriseKind.LEGAL_PERSON)
    assert facts.names == (EnterpriseName("Voorbeeld NV", Language.NL),)
    assert (facts.juridical_form, facts.juridical_situation) == (Coded("014"), Coded("000"))
    assert str(facts.start_date) == "2003-02-01"
    assert facts.address == Address("Kouter", "1", None, "9000", "Gent", "BE")
    assert found.read_at.isoformat() == "2026-10-30T00:00:00+00:00"


async def test_the_form_under_the_companies_code_wins(database: Database, tmp_path: Path) -> None:
    files = {"enterprise.csv": ENTERPRISE + '"0000.000.196","AC","012","2","015","610",01-02-2003\n'}
    await import_extract(database, folder(tmp_path / "one", files), NOW)
    async with database.reading() as session:
        rows = (await session.execute(text("SELECT form, situation FROM kbo_enterprises_0"))).all()
    assert [tuple(row) for row in rows] == [("610", "012")]


async def test_what_a_spreadsheet_took_is_read_where_it_reads_one_way(database: Database, tmp_path: Path) -> None:
    files = {
        "enterprise.csv": (
            "\ufeffEnterpriseNumber,Status,JuridicalSituation,TypeOfEnterprise,JuridicalForm,JuridicalFormCAC,StartDate\r\n"
            "200065765,AC,0,2,14,,9-8-1960\r\n0200.068.636,AC,12,2,416,,1923-02-16\r\n200171970,AC,0,2,14,,9/8/1960\r\n"
        ),
        "denomination.csv": (
            NAME.replace('"', "")
            + "200065765,2,1,Intergemeentelijke Vereniging, Veneco\n0200.068.636,2,001,Farys\n0200.245.711,2,1,Elders\n"
        ),
    }
    imported = await import_extract(database, folder(tmp_path / "sheet", files), NOW)
    assert imported.enterprises == 3
    assert imported.tallies[0].mended == {"the start date": 1}
    assert imported.tallies[1].orphans == 1
    found = await _names(database, "0200065765", "0200068636")
    assert found == [{"Intergemeentelijke Vereniging, Veneco"}, {"Farys"}]
    async with database.reading() as session:
        rows = (await session.execute(text("SELECT form, situation FROM kbo_enterprises_0 ORDER BY number"))).all()
    assert [tuple(row) for row in rows] == [("014", "000"), ("416", "012"), ("014", "000")]


async def test_an_update_deletes_then_inserts(database: Database, tmp_path: Path) -> None:
    await import_extract(database, write_full(tmp_path / "full.zip", 400, number=7), NOW)
    changed, gone, new = range(20), range(30, 35), range(400, 407)
    path = write_update(tmp_path / "update.zip", changed, gone, new, number=8)
    imported = await import_extract(database, path, NOW)
    assert imported.enterprises == 402
    assert await _names(database, *map(number_at, changed)) == [written(place, 1) for place in changed]
    assert await _names(database, *map(number_at, gone)) == [None] * 5
    assert await _names(database, *map(number_at, new)) == [written(place) for place in new]
    assert await _names(database, *map(number_at, range(40, 60))) == [written(place) for place in range(40, 60)]
    state = await mirror_status(database)
    assert state is not None
    assert (state.number, state.kind, str(state.snapshot)) == (8, "update", "2026-11-27")


async def test_after_an_update_the_new_names_are_found_and_the_old_ones_are_not(
    database: Database, tmp_path: Path
) -> None:
    names = GOOD["denomination.csv"]
    await import_extract(database, folder(tmp_path / "full", {}), NOW)
    update = {
        "meta.csv": GOOD["meta.csv"].replace("full", "update").replace("0100", "0101"),
        "enterprise_delete.csv": '"EnterpriseNumber"\n',
        "denomination_delete.csv": '"EntityNumber"\n"0000.000.196"\n',
        "address_delete.csv": '"EntityNumber"\n',
        "enterprise_insert.csv": ENTERPRISE,
        "denomination_insert.csv": names.replace("Voorbeeld NV", "Zonneschijn BV"),
        "address_insert.csv": GOOD["address.csv"].splitlines()[0] + "\n",
    }
    await import_extract(database, folder(tmp_path / "update", update), NOW)
    search = MirrorSearch(database)
    assert (await search.find("voorbeeld")).matches == ()
    assert [match.name for match in (await search.find("zonnesch")).matches] == ["Zonneschijn BV"]
    assert [match.name for match in (await search.find("zoneschijn")).matches] == ["Zonneschijn BV"]
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM kbo_addresses_0"))).scalar_one() == 1


async def test_an_enterprise_whose_status_alone_changed_keeps_its_names(database: Database, tmp_path: Path) -> None:
    await import_extract(database, folder(tmp_path / "full", {}), NOW)
    update = {
        "meta.csv": GOOD["meta.csv"].replace("full", "update").replace("0100", "0101"),
        "enterprise_delete.csv": '"EnterpriseNumber"\n"0000.000.196"\n',
        "enterprise_insert.csv": ENTERPRISE + '"0000.000.196","AC","050","2","014",,01-02-2003\n',
        **{f"{subject}_delete.csv": '"EntityNumber"\n' for subject in ("denomination", "address")},
        "denomination_insert.csv": NAME,
        "address_insert.csv": GOOD["address.csv"].splitlines()[0] + "\n",
    }
    imported = await import_extract(database, folder(tmp_path / "update", update), NOW)
    assert (imported.enterprises, imported.names, imported.addresses) == (1, 1, 1)


class _Stops(Silent):
    """Fails at a step, as a plug that is pulled."""

    def __init__(self, at: str) -> None:
        self._at = at

    def step(self, what: str, total: int | None) -> None:
        if what == self._at:
            raise asyncio.CancelledError


_STEPS = ["making room", "enterprise.csv", "denomination.csv", "address.csv", "search index", "switching"]


@pytest.mark.parametrize("step", _STEPS)
async def test_a_full_import_that_is_interrupted_leaves_the_old_one(
    database: Database, tmp_path: Path, step: str
) -> None:
    await import_extract(database, write_full(tmp_path / "old", 50, number=7), NOW)
    before = await mirror_status(database)
    path = write_full(tmp_path / "new", 80, number=8)
    with pytest.raises(asyncio.CancelledError):
        await import_extract(database, path, NOW, progress=_Stops(step))
    assert await mirror_status(database) == before
    assert await _names(database, number_at(49), number_at(79)) == [written(49), None]
    assert (await import_extract(database, path, NOW)).enterprises == 80
    assert await _names(database, number_at(79)) == [written(79)]


@pytest.mark.parametrize("step", ["denomination_delete.csv", "address_insert.csv", "applying"])
async def test_an_update_that_is_interrupted_changes_nothing(database: Database, tmp_path: Path, step: str) -> None:
    await import_extract(database, write_full(tmp_path / "old", 50, number=7), NOW)
    path = write_update(tmp_path / "update", range(10), range(20, 25), number=8)
    with pytest.raises(asyncio.CancelledError):
        await import_extract(database, path, NOW, progress=_Stops(step))
    assert await _names(database, number_at(0), number_at(20)) == [written(0), written(20)]
    assert (await import_extract(database, path, NOW)).enterprises == 45


async def test_slots_take_turns(database: Database, tmp_path: Path) -> None:
    slots = []
    for number in (7, 8, 8):
        await import_extract(database, write_full(tmp_path / str(number), 5, number=number), NOW)
        state = await mirror_status(database)
        assert state is not None
        slots.append(state.slot)
    assert slots == [0, 1, 0]


async def test_two_imports_at_once_are_refused(database: Database, database_url: str, tmp_path: Path) -> None:
    other = Database.open(database_url)
    async with bulk(other):
        with pytest.raises(ImportUnderWay):
            await import_extract(database, folder(tmp_path / "one", {}), NOW)
    await other.close()
    assert (await import_extract(database, tmp_path / "one", NOW)).enterprises == 1
