"""What is written in the transaction of a request, or beside it: kept once, read back, purged when its time is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from btb.actors import ActorKind, ActorReference
from btb.enterprises import Language
from datasources.register.acknowledgements import Acknowledgement, acknowledge, acknowledged
from datasources.register.applications import (
    Application,
    application,
    applications_by_domain,
    register_application,
    withdraw_application,
)
from datasources.register.consultation_rows import Shown
from datasources.register.consultations import (
    ConsultationKey,
    consultations_of,
    purge_consultations,
    record_consultations,
)
from datasources.register.database import Database
from datasources.register.failures import RegisterConflict
from datasources.register.idempotency import StoredAnswer, purge_answers, store, stored
from datasources.register.leases import database_time, release, try_hold
from datasources.register.outages import (
    Outage,
    all_outages,
    outage,
    outage_revision,
    outages_after,
    write_outage,
)
from tests.datasources.register.building import DAY, NOON, enterprise, person


async def test_an_answer_is_kept_once_for_its_caller_and_key(database: Database) -> None:
    kept = StoredAnswer(b"fingerprint", b'{"made": true}', NOON + 30 * DAY)
    async with database.working() as session:
        assert await stored(session, "PERSON:a", "key") is None
        await store(session, "PERSON:a", "key", kept, NOON)
    with pytest.raises(RegisterConflict):
        async with database.working() as session:
            await store(session, "PERSON:a", "key", replace(kept, answer=b"another"), NOON + 29 * DAY)
    async with database.working() as session:
        assert await stored(session, "PERSON:a", "key") == kept
        assert await stored(session, "PERSON:b", "key") is None
        assert await purge_answers(session, NOON + 29 * DAY) == 0
        assert await purge_answers(session, NOON + 30 * DAY) == 1
        assert await stored(session, "PERSON:a", "key") is None


async def test_an_answer_that_has_expired_makes_place_for_another(database: Database) -> None:
    first = StoredAnswer(b"fingerprint", b"first", NOON + DAY)
    second = StoredAnswer(b"another", b"second", NOON + 9 * DAY)
    async with database.working() as session:
        await store(session, "PERSON:a", "key", first, NOON)
        await store(session, "PERSON:a", "key", second, NOON + DAY)
        assert await stored(session, "PERSON:a", "key") == second


async def test_of_many_under_one_key_one_is_kept(database: Database) -> None:
    async def one(n: int) -> bool:
        try:
            async with database.working() as session:
                await store(session, "CLIENT:c", "key", StoredAnswer(b"f", str(n).encode(), NOON + DAY), NOON)
        except RegisterConflict:
            return False
        return True

    assert sum(await asyncio.gather(*(one(n) for n in range(32)))) == 1


async def test_a_person_reads_who_consulted_their_data_newest_first(database: Database) -> None:
    subject = person()
    reader = ActorReference(ActorKind.CLIENT, client="uman")
    mine, others = Shown.of(subject, enterprise(1), "mandates"), Shown.of(person(), enterprise(1), "mandates")
    number = Shown.of(subject, None, "national number")
    async with database.working() as session:
        await record_consultations(session, NOON, reader, "support", [mine, others, number])
        await record_consultations(session, NOON, reader, None, [])
        await record_consultations(session, NOON + DAY, reader, "support", [mine])
        await record_consultations(session, NOON + 2 * DAY, reader, None, [mine, others])
    async with database.working() as session:
        first = await consultations_of(session, [subject], 3)
        rest = await consultations_of(session, [subject], 3, ConsultationKey(first[-1].at, first[-1].id))
        said = [(one.at, one.subject, one.actor, one.what, one.enterprise, one.purpose) for one in (*first, *rest)]
        assert said[:2] == [
            (NOON + 2 * DAY, subject, reader, "mandates", enterprise(1), None),
            (NOON + DAY, subject, reader, "mandates", enterprise(1), "support"),
        ]
        assert sorted(said[2:], key=lambda one: one[3]) == [
            (NOON, subject, reader, "mandates", enterprise(1), "support"),
            (NOON, subject, reader, "national number", None, "support"),
        ]
        assert len({one.id for one in (*first, *rest)}) == 4
        assert await purge_consultations(session, NOON + DAY) == 3
        assert len(await consultations_of(session, [subject], 9)) == 2


async def test_a_confirmation_never_goes_back_within_an_epoch(database: Database) -> None:
    first, second = uuid4(), uuid4()
    async with database.working() as session:
        assert await acknowledged(session) == {}
        five = Acknowledgement(first, 5, NOON)
        assert await acknowledge(session, "UMAN", five) == five
        assert await acknowledge(session, "UMAN", Acknowledgement(first, 3, NOON + DAY)) == five
        anew = Acknowledgement(second, 1, NOON + DAY)
        assert await acknowledge(session, "UMAN", anew) == anew
        assert await acknowledged(session) == {"UMAN": anew}


async def test_one_replica_at_a_time_holds_a_lease(database: Database) -> None:
    async def hold(holder: str, lasting: timedelta = timedelta(minutes=1)) -> bool:
        async with database.working() as session:
            return await try_hold(session, "due", holder, lasting)

    held = await asyncio.gather(*(hold(f"replica {n}") for n in range(8)))
    assert sum(held) == 1
    holder = f"replica {held.index(True)}"
    assert await hold(holder)
    assert not await hold("another")
    async with database.working() as session:
        await release(session, "due", "another")
        assert not await try_hold(session, "due", "another", timedelta(minutes=1))
        await release(session, "due", holder)
        assert await try_hold(session, "due", "another", timedelta(0))
        assert abs(await database_time(session) - await database_time(session)) < 60_000_000
    assert await hold(holder)


async def test_an_application_is_offered_until_it_is_withdrawn(database: Database) -> None:
    dmfa = Application("DMFA", {Language.NL: "Aangifte", Language.FR: "Déclaration"}, "RSZ", "SOCIAL", NOON)
    moved = replace(dmfa, domain="FINANCE")
    async with database.working() as session:
        await register_application(session, dmfa)
        await register_application(session, moved)
        assert await applications_by_domain(session) == {"FINANCE": (moved,)}
        await withdraw_application(session, "DMFA", NOON + DAY)
        await withdraw_application(session, "DMFA", NOON + 2 * DAY)
        assert await applications_by_domain(session) == {}
        assert await application(session, "DMFA") == replace(moved, withdrawn_at=NOON + DAY)
        assert await application(session, "NONE") is None


async def test_of_two_owners_at_once_one_has_the_code(database: Database) -> None:
    async def place(owner: str) -> bool:
        async with database.working() as session:
            mine = Application("DMFA", {Language.NL: owner}, owner, "FINANCE", NOON)
            return await register_application(session, mine)

    placed = await asyncio.gather(*(place(owner) for owner in ("RSZ", "BOSA") * 8))
    async with database.working() as session:
        kept = await application(session, "DMFA")
        assert kept is not None
        assert placed == [owner == kept.owner for owner in ("RSZ", "BOSA") * 8]
        assert await register_application(session, replace(kept, owner="operator's choice"), whoever=True)


async def test_outages_have_gapless_revisions_in_the_order_they_were_written(database: Database) -> None:
    planned = Outage(uuid4(), "PLANNED", "WEB_SERVICE", NOON, NOON + DAY, None, {Language.EN: "Upgrade"})
    open_ended = replace(planned, id=uuid4(), kind="UNPLANNED", ends_at=None)
    async with database.working() as session:
        assert await outage_revision(session) == 0
        assert await write_outage(session, planned) == 1
        assert await write_outage(session, open_ended) == 2
    resolved = replace(open_ended, resolved_at=NOON + DAY, notified=3)
    async with database.working() as session:
        assert await outage(session, open_ended.id, locked=True) == replace(open_ended, revision=2)
        assert await write_outage(session, resolved) == 3
    async with database.reading() as session:
        assert await outages_after(session, 1, 10) == (replace(resolved, revision=3),)
        assert {one.id for one in await all_outages(session)} == {planned.id, resolved.id}
        assert await all_outages(session, since=NOON + 2 * DAY) == ()
        assert await outage(session, uuid4()) is None
        assert await outage_revision(session) == 3
