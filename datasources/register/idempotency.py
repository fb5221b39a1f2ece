"""Answers kept for those who ask the same thing twice: the same key and content give the first answer once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from datasources.register.database import Session, WriteSession
from datasources.register.tables import answers


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered under a key. Another `fingerprint` than the caller's means other content under the same key."""

    fingerprint: bytes
    answer: bytes
    expires_at: datetime


_STORED = select(answers.c.fingerprint, answers.c.answer, answers.c.expires_at).where(
    answers.c.principal == bindparam("who"), answers.c.key == bindparam("which")
)
_STORE = insert(answers)


async def stored(session: Session, principal: str, key: str) -> StoredAnswer | None:
    """The answer kept for this caller under this key, expired or not. Ask under the enterprise's lock."""
    row = (await session.execute(_STORED, {"who": principal, "which": key})).one_or_none()
    return None if row is None else StoredAnswer(*row)


async def store(session: WriteSession, principal: str, key: str, kept: StoredAnswer) -> None:
    """Keep the answer in the transaction of its effects.

    Two at once under one key on two enterprises: the second waits for the first, then gets RegisterConflict and finds
    the first one's answer when it asks again.
    """
    row = {"fingerprint": kept.fingerprint, "answer": kept.answer, "expires_at": kept.expires_at}
    await session.execute(_STORE, {"principal": principal, "key": key, **row})


async def forget(session: WriteSession, principal: str, key: str, now: datetime) -> None:
    """Remove one answer that has expired, so that its key is free."""
    await session.execute(
        delete(answers).where(answers.c.principal == principal, answers.c.key == key, answers.c.expires_at <= now)
    )


async def purge_answers(session: WriteSession, now: datetime) -> int:
    """Remove what has expired, and say how many."""
    return (await session.execute(delete(answers).where(answers.c.expires_at <= now))).rowcount
