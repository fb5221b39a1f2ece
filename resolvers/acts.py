"""One request that changes an enterprise's mandates: decided under lock, recorded, and answered once for each key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from btb import chart as charts
from btb.actors import Citizen, Client
from btb.acts import Act
from btb.changes import Change
from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from btb.persons import PersonId
from btb.refusals import Problem, ProblemCode, Refused
from datasources.register import changes as log
from datasources.register import charts as register
from datasources.register import idempotency, recording, requests
from datasources.register.database import Session, WriteSession
from datasources.register.failures import RegisterConflict
from datasources.register.ids import new_id
from datasources.register.together import One, Rows
from resolvers import disclosures
from resolvers.context import Context
from resolvers.evidence import Evidence

KEPT_FOR = timedelta(days=30)
"""How long the answer under an idempotency key is kept."""

_STORED_PROBLEMS = frozenset(ProblemCode) - {
    ProblemCode.SOURCE_UNAVAILABLE,
    ProblemCode.VERSION_CONFLICT,
    ProblemCode.ASSURANCE_TOO_LOW,
}
"""What another try with the same key may not change: a source that answers again, or a stronger login, does."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Appointment:
    """What became of a request: the mandate concerned and all changes. `at` is the moment it was decided at."""

    mandate: Mandate
    changes: tuple[Change, ...]
    at: datetime
    dry_run: bool = False
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The part that every request has: who, about which enterprise, under which key, on which version, for real or not.

    `content` is what was asked, as plain values; its keyed hash tells the same request from another.
    """

    actor: Citizen | Client
    enterprise: EnterpriseNumber
    content: dict[str, object]
    key: str | None
    expected_version: int | None
    dry_run: bool
    note: str | None = None


Decide = Callable[[Chart, Act], tuple[Change, ...]]
"""A decision of the rules; raises Refused."""

Concerned = Callable[[tuple[Change, ...]], Mandate]
"""Which mandate of the changes the answer is about."""


async def replay(context: Context, asked: Asked) -> Appointment | None:
    """The first answer once more, where the key was used with the same content. Raises Refused."""
    if asked.key is None or asked.dry_run:
        return None
    async with context.house.database.reading() as session:
        first = await _under_key(context, session, asked)
    return None if first is None else await _disclosed(context, first)


async def carry_out(
    context: Context, asked: Asked, evidence: Evidence, decide: Decide, concerned: Concerned
) -> Appointment:
    """Decide and record in one transaction. Raises Refused, which is stored under the key like an answer."""
    if asked.dry_run:
        return await _disclosed(context, await _rehearse(context, asked, evidence, decide, concerned))
    for tried in range(1, _TRIES + 1):
        try:
            made = await _attempt(context, asked, evidence, decide, concerned, again=tried > 1)
            break
        except RegisterConflict:
            if tried == _TRIES:
                raise
            await asyncio.sleep(0)
    return await _disclosed(context, made) if made.replayed else made


async def _disclosed(context: Context, shown: Appointment) -> Appointment:
    """An answer that nothing is recorded for, once it is written down that it shows people's mandates."""
    await disclosures.of_mandates(context, (each.mandate for each in shown.changes if each.mandate is not None))
    return shown


async def _rehearse(
    context: Context, asked: Asked, evidence: Evidence, decide: Decide, concerned: Concerned
) -> Appointment:
    """Decide and write nothing: no lock is taken either."""
    async with context.house.database.reading() as session:
        chart = (await register.charts(session, [asked.enterprise]))[asked.enterprise]
    try:
        changes = decide(chart, _act(context, asked, evidence))
    except Refused as no:
        raise evidence.certain(no) from None
    return Appointment(concerned(changes), changes, changes[-1].recorded_at, dry_run=True)


async def _attempt(
    context: Context, asked: Asked, evidence: Evidence, decide: Decide, concerned: Concerned, *, again: bool
) -> Appointment:
    """The key was looked up before; under lock it is looked up once more only where another used it meanwhile.

    That shows: what was done already is refused now, or the answer cannot be stored, and the request is tried `again`.
    """
    refused: Refused | None = None
    changes: tuple[Change, ...] = ()
    async with context.house.database.working() as session:
        chart = await register.chart_locked(session, asked.enterprise)
        if again and (first := await _under_key(context, session, asked)) is not None:
            return first
        try:
            changes = decide(chart, _act(context, asked, evidence))
        except Refused as no:
            if (first := await _under_key(context, session, asked)) is not None:
                return first
            refused = evidence.certain(no)
            await _store_refusal(context, session, asked, refused)
        else:

            def behind(placed: tuple[Change, ...]) -> list[Rows | One]:
                parts: list[Rows | One] = [requests.keeping(placed, evidence.written(), asked.note)]
                if asked.key is not None:
                    positions = [each.position for each in placed]
                    said = _answer(context, asked, {"positions": positions, "mandate": str(concerned(placed).id)})
                    parts.append(idempotency.storing(session, _principal(asked), asked.key, said, context.moment))
                return parts

            shown = disclosures.with_changes(context, changes)
            changes = await recording.record(session, changes, beside=shown, behind=behind)
    if refused is not None:
        raise refused
    context.house.feed.nudge()
    disclosures.written_with_changes(context, changes)
    context.present.reach(changes[-1].recorded_at)
    context.loaders.chart.forget(asked.enterprise)
    context.loaders.chart.prime(asked.enterprise, charts.after(chart, changes))
    return Appointment(concerned(changes), changes, changes[-1].recorded_at)


def _act(context: Context, asked: Asked, evidence: Evidence) -> Act:
    return Act(
        requester=evidence.requester,
        now=context.house.now(),
        new_id=new_id,
        policy=context.house.appointment_policy,
        problems=evidence.problems,
        expected_version=asked.expected_version,
        concerns=evidence.concerns,
    )


def _principal(asked: Asked) -> str:
    if isinstance(asked.actor, Citizen):
        return f"person:{asked.actor.person}"
    return f"client:{asked.actor.client}"


def _fingerprint(context: Context, asked: Asked) -> bytes:
    return context.house.fingerprint(orjson.dumps(asked.content, option=orjson.OPT_SORT_KEYS))


async def _under_key(context: Context, session: Session, asked: Asked) -> Appointment | None:
    if asked.key is None:
        return None
    kept = await idempotency.stored(session, _principal(asked), asked.key)
    if kept is None or kept.expires_at <= context.moment:
        return None
    if kept.fingerprint != _fingerprint(context, asked):
        raise Refused([Problem(ProblemCode.IDEMPOTENCY_KEY_REUSED, ("idempotencyKey",))])
    answer = orjson.loads(kept.answer)
    if "problems" in answer:
        raise Refused(
            Problem(ProblemCode(each["code"]), tuple(each["path"]), tuple(map(tuple, each["detail"])))
            for each in answer["problems"]
        )
    positions: list[int] = answer["positions"]
    found = await log.changes_after(session, positions[0] - 1, len(positions))
    mandate = last_of(UUID(answer["mandate"]))(found)
    context.present.reach(found[-1].recorded_at)
    return Appointment(mandate, found, found[-1].recorded_at, replayed=True)


def last_of(mandate: UUID) -> Concerned:
    """The mandate with this id as the changes left it."""

    def concerned(changes: tuple[Change, ...]) -> Mandate:
        mandates = (change.mandate for change in reversed(changes))
        return next(each for each in mandates if each is not None and each.id == mandate)

    return concerned


def last_held_by(person: PersonId) -> Concerned:
    """The mandate of this person that the changes left last."""

    def concerned(changes: tuple[Change, ...]) -> Mandate:
        mandates = (change.mandate for change in reversed(changes))
        return next(each for each in mandates if each is not None and each.person == person)

    return concerned


async def _store_refusal(context: Context, session: WriteSession, asked: Asked, refused: Refused) -> None:
    if asked.key is not None and all(problem.code in _STORED_PROBLEMS for problem in refused.problems):
        problems = [
            {"code": problem.code.value, "path": problem.path, "detail": problem.detail} for problem in refused.problems
        ]
        answer = _answer(context, asked, {"problems": problems})
        await idempotency.store(session, _principal(asked), asked.key, answer, context.moment)


def _answer(context: Context, asked: Asked, said: Mapping[str, object]) -> idempotency.StoredAnswer:
    return idempotency.StoredAnswer(_fingerprint(context, asked), orjson.dumps(said), context.moment + KEPT_FOR)
