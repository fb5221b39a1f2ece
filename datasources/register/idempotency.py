"""Answers kept for those who ask the same thing twice: the same key and content give the first answer once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, delete, insert, select, type_coerce

from datasources.register.columns import moment
from datasources.register.database import Session, WriteSession
from datasources.register.direct import Direct
from datasources.register.tables import answers


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
_STORE = Direct(insert(answers))


async def stored(session: Session, principal: str, key: str) -> StoredAnswer | None:
    """The answer kept for this caller under this key, expired or not. Ask under the enterprise's lock."""
    for fingerprint, answer, expires_at in await _STORED.rows(session, {"who": principal, "which": key}):
        return StoredAnswer(fingerprint, answer, moment(expires_at))
    return None


async def store(session: WriteSession, principal: str, key: str, kept: StoredAnswer) -> None:
    """Keep the answer in the transaction of its effects.

    Two at once under one key on two enterprises: the second waits for the first, then gets RegisterConflict and finds
    the first one's answer when it asks again.
    """
    row = {"fingerprint": kept.fingerprint, "answer": kept.answer, "expires_at": kept.expires_at}
    await _STORE.rows(session, {"principal": principal, "key": key, **row})


async def forget(session: WriteSession, principal: str, key: str, now: datetime) -> None:
    """Remove one answer that has expired, so that its key is free."""
    await session.execute(
        delete(answers).where(answers.c.principal == principal, answers.c.key == key, answers.c.expires_at <= now)
    )


async def purge_answers(session: WriteSession, now: datetime) -> int:
    """Remove what has expired, and say how many."""
    return (await session.execute(delete(answers).where(answers.c.expires_at <= now))).rowcount
