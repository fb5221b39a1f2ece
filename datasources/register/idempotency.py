"""Answers kept for those who ask the same thing twice: the same key and content give the first answer once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, delete, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite

from datasources.register.columns import moment
from datasources.register.database import Session, WriteSession
from datasources.register.direct import Direct
from datasources.register.tables import answers
from datasources.register.together import One, together


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered under a key. Another `fingerprint` than the caller's means other content under the same key."""

    fingerprint: bytes
    answer: bytes
    expires_at: datetime


_STORED = Direct(
    select(answers.c.fingerprint, answers.c.answer, type_coerce(answers.c.expires_at, BigInteger)).where(
        answers.c.principal == bindparam("who"), answers.c.key == bindparam("which")
    )
)


def _store(dialect: str) -> Direct:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(answers)
    taken = {name: statement.excluded[name] for name in ("fingerprint", "answer", "expires_at")}
    over = answers.c.expires_at <= bindparam("now", type_=answers.c.expires_at.type)
    instead = statement.on_conflict_do_update(
        index_elements=[answers.c.principal, answers.c.key], set_=taken, where=over
    )
    return Direct(instead.returning(answers.c.key))


_STORE = {dialect: _store(dialect) for dialect in ("postgresql", "sqlite")}


async def stored(session: Session, principal: str, key: str) -> StoredAnswer | None:
    """The answer kept for this caller under this key, expired or not."""
    for fingerprint, answer, expires_at in await _STORED.rows(session, {"who": principal, "which": key}):
        return StoredAnswer(fingerprint, answer, moment(expires_at))
    return None


async def store(session: WriteSession, principal: str, key: str, kept: StoredAnswer, now: datetime) -> None:
    """Keep it now. Raises RegisterConflict where another answer is kept that has not expired."""
    await together(session, (), storing(session, principal, key, kept, now))


def storing(session: WriteSession, principal: str, key: str, kept: StoredAnswer, now: datetime) -> One:
    """To keep the answer in the transaction of its effects, instead of one that has expired.

    Two at once under one key: the second waits for the first, then gets RegisterConflict and finds the first one's
    answer when it asks again.
    """
    row = {"fingerprint": kept.fingerprint, "answer": kept.answer, "expires_at": kept.expires_at}
    return One(_STORE[session.dialect.name], {"principal": principal, "key": key, "now": now, **row}, sure=True)


async def purge_answers(session: WriteSession, now: datetime) -> int:
    """Remove what has expired, and say how many."""
    return (await session.execute(delete(answers).where(answers.c.expires_at <= now))).rowcount
