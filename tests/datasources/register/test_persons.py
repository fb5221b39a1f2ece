"""People have one name here, whatever numbers they had, and their numbers stand nowhere in the open."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from datasources.register.database import Database
from datasources.register.keys import KeyFileInvalid, KeyMissing, KeyRing, NumberUnreadable
from datasources.register.persons import PersonDirectory
from tests.datasources.register.building import another, number, person
from tests.datasources.register.counting import statements


async def test_a_person_keeps_the_id_made_at_first_sight(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    numbers = [number(n) for n in range(200)]
    assert await directory.known(numbers) == {}
    ids = await directory.ids(numbers)
    assert len(set(ids.values())) == 200
    assert await directory.ids(numbers) == ids
    assert await another(database, keys).ids(numbers) == ids
    assert await another(database, keys).numbers(list(ids.values())) == {p: n for n, p in ids.items()}
    assert await directory.numbers([person()]) == {}
    assert await directory.ids([]) == {}


async def test_a_thousand_people_cost_as_many_statements_as_one(database: Database, keys: KeyRing) -> None:
    with statements(database) as said:
        await another(database, keys).ids([number(0)])
        alone = len(said)
        await another(database, keys).ids([number(n) for n in range(1, 1001)])
    assert len(said) - alone == alone


async def test_known_pairs_are_remembered_for_a_while_and_in_bounds(database: Database, keys: KeyRing) -> None:
    clock = [0.0]
    directory = PersonDirectory(database, keys, remembered=2, seconds=60, clock=lambda: clock[0])
    ids = await directory.ids([number(1), number(2)])
    with statements(database) as said:
        await directory.ids([number(1), number(2)])
        assert said == []
        clock[0] = 61
        assert await directory.ids([number(1)]) == {number(1): ids[number(1)]}
        assert len(said) == 1
        await directory.ids([number(3), number(4)])
        del said[:]
        await directory.ids([number(1)])
        assert len(said) == 1


async def test_two_replicas_that_meet_the_same_people_agree(database: Database, keys: KeyRing) -> None:
    numbers = [number(n) for n in range(20)]
    asked = [numbers[k:] + numbers[:k] for k in range(12)]
    answers = await asyncio.gather(*(another(database, keys).ids(one) for one in asked))
    assert all(answer == answers[0] for answer in answers)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM persons")) == 20


async def test_rotation_leaves_nothing_under_the_old_key(
    directory: PersonDirectory, database: Database, keys: KeyRing, tmp_path: Path
) -> None:
    ids = await directory.ids([number(n) for n in range(7)])
    rotated = keys.with_new_key(tmp_path / "keys.json", "second")
    assert KeyRing.load(tmp_path / "keys.json") == rotated
    renewing = another(database, rotated)
    assert await renewing.numbers(list(ids.values())) == {p: n for n, p in ids.items()}
    assert [await renewing.reencrypt(3) for _ in range(4)] == [3, 3, 1, 0]
    assert await another(database, rotated).numbers(list(ids.values())) == {p: n for n, p in ids.items()}
    with pytest.raises(KeyMissing, match="second"):
        await another(database, keys).numbers(list(ids.values()))


async def test_a_ciphertext_moved_to_another_row_is_refused(
    directory: PersonDirectory, database: Database, keys: KeyRing
) -> None:
    ids = await directory.ids([number(1), number(2)])
    async with database.working() as session:
        await session.execute(
            text("UPDATE person_numbers SET ciphertext = (SELECT min(ciphertext) FROM person_numbers)")
        )
    with pytest.raises(NumberUnreadable):
        await another(database, keys).numbers(list(ids.values()))


async def test_no_number_stands_in_the_open(directory: PersonDirectory, database: Database, register_url: str) -> None:
    canary = number(77)
    await directory.ids([canary])
    digits = canary.digits
    forms = [digits, f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}"]
    if register_url.startswith("sqlite"):
        content = await asyncio.to_thread(Path(register_url.removeprefix("sqlite:///")).read_bytes)
        assert not any(form.encode() in content for form in forms)
    async with database.reading() as session:
        for table in ("persons", "person_numbers"):
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()
            assert rows
            assert not any(form in repr(row) or form.encode() in repr(row).encode() for form in forms for row in rows)


def test_a_key_file_is_its_owner_s_alone_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = KeyRing.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load_or_create(path) == made
    assert made.secret("cursors") != made.secret("tokens")
    with pytest.raises(KeyFileInvalid):
        made.with_new_key(path, "1")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ([], "entries"),
        ({"keys": {"a": "short"}, "current": "a", "index": ""}, r"keys\.a"),
        ({"keys": {"a": "A" * 43 + "="}, "current": "b", "index": ""}, "current"),
        ({"keys": {"a": "A" * 43 + "="}, "current": "a"}, "index"),
        ({"keys": {"a": 7}, "current": "a"}, r"keys\.a"),
    ],
)
def test_a_wrong_key_file_is_named_by_its_entry_and_repeats_nothing(tmp_path: Path, said: object, named: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(orjson.dumps(said))
    with pytest.raises(KeyFileInvalid, match=named) as refusal:
        KeyRing.load_or_create(path)
    assert "short" not in str(refusal.value)


def test_a_key_file_that_cannot_be_read_or_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileInvalid):
        KeyRing.load(tmp_path / "none.json")
    (tmp_path / "no folder").write_text("")
    with pytest.raises(KeyFileInvalid):
        KeyRing.load_or_create(tmp_path / "no folder" / "keys.json")
    assert "key" not in repr(KeyRing("a", {"a": b"secret key"}, b"secret index")).replace("KeyRing", "")
