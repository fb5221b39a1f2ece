"""The verifier says nothing of a whole register, and exactly where a damaged one is off."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from btb.mandates import AccessManagerRole
from datasources.register.database import Database
from datasources.register.recording import record
from datasources.register.verify import findings
from tests.datasources.register.building import DAY, NOON, change, ended, enterprise, mandate


async def _fill(database: Database) -> None:
    for n in range(3):
        chief = mandate(enterprise(n))
        manager = mandate(enterprise(n), AccessManagerRole.DOMAIN, domains=("FINANCE", "SOCIAL"))
        async with database.working() as session:
            await record(session, [change(chief, 1), change(manager, 2)])
        async with database.working() as session:
            await record(session, [change(ended(chief, NOON + DAY), 3)])


async def _damage(database: Database, *damage: str) -> None:
    """As one would who owns the database: without the triggers that keep everybody else from it."""
    if database.is_postgresql:
        triggers = ["DROP TRIGGER changes_never_altered ON changes"]
    else:
        triggers = ["DROP TRIGGER changes_never_updated", "DROP TRIGGER changes_never_deleted"]
    async with database.working() as session:
        for statement in (*triggers, *damage):
            await session.execute(text(statement))


async def test_a_whole_register_has_no_findings(database: Database) -> None:
    assert [one async for one in findings(database)] == []
    await _fill(database)
    assert [one async for one in findings(database)] == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "UPDATE changes SET payload = replace(payload, 'FINANCE', 'FISHERY') WHERE position = 5",
            "position 5: the hash",
        ),
        ("UPDATE changes SET payload = 'x' WHERE position = 5", "position 5: the payload cannot be read"),
        ("UPDATE changes SET cause = 'DEATH' WHERE position = 4", "position 4: columns differ from the payload: cause"),
        ("UPDATE changes SET previous_hash = hash WHERE position = 4", "position 4: the chain is broken"),
        ("DELETE FROM changes WHERE position = 4", "position 5: positions 4 to 4 are missing"),
        ("DELETE FROM changes WHERE position > 7", "position 7: the log ends here, but its head is at 9"),
        ("UPDATE head SET hash = (SELECT hash FROM changes WHERE position = 1)", "position 9: the head has another"),
        (
            "UPDATE mandates SET email = 'other@example.be' WHERE enterprise = '{second}' AND role = 'DOMAIN'",
            "differs from the log: contact",
        ),
        ("UPDATE delegations SET domain = 'X' WHERE domain = 'SOCIAL'", "differs from the log: delegations"),
        (
            "UPDATE enterprises SET version = 7 WHERE number = '{second}'",
            "enterprise {second}: the stored version is 7",
        ),
        ("DELETE FROM mandates WHERE role = 'CHIEF' AND enterprise = '{second}'", "is missing"),
        ("UPDATE mandates SET enterprise = '{second}' WHERE role = 'CHIEF'", "is unknown to the log"),
        (
            "DELETE FROM changes WHERE position > 7; "
            "UPDATE head SET position = 7, hash = (SELECT hash FROM changes WHERE position = 7)",
            "the stored version is 3, the log makes it 1",
        ),
        (
            "UPDATE changes SET payload = replace(payload, 'FINANCE', 'FISHERY'), hash = previous_hash "
            "WHERE position = 5",
            "position 6: the chain is broken",
        ),
        ("UPDATE mandates SET due_at = 5 WHERE role = 'DOMAIN'", "has other columns than the log makes: due_at"),
        ("UPDATE delegations SET person = mandate", "has other columns than the log makes: person"),
    ],
)
async def test_damage_is_found_where_it_was_done(database: Database, damage: str, said: str) -> None:
    await _fill(database)
    second = enterprise(1).digits
    await _damage(database, *damage.replace("{second}", second).split("; "))
    found = [str(one) async for one in findings(database)]
    assert any(said.replace("{second}", second) in one for one in found), found
