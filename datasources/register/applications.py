"""The online services that public services have placed in a domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btb.enterprises import Language
from datasources.register.database import Session, WriteSession
from datasources.register.service_tables import applications


@dataclass(frozen=True, slots=True)
class Application:
    """An online service; `withdrawn_at` where it is offered no more."""

    code: str
    names: Mapping[Language, str]
    owner: str
    domain: str
    registered_at: datetime
    withdrawn_at: datetime | None = None


async def register_application(session: WriteSession, application: Application, *, whoever: bool = False) -> bool:
    """Write it, or write it anew under its code. False, and nothing is written, where the code is another owner's.

    In one statement, for two owners may ask for one code at once. `whoever`: it may become another owner's.
    """
    module = postgresql if session.dialect.name == "postgresql" else sqlite
    statement = module.insert(applications).values(
        code=application.code,
        names=words(application.names),
        owner=application.owner,
        domain=application.domain,
        registered_at=application.registered_at,
        withdrawn_at=application.withdrawn_at,
    )
    taken = {column.name: statement.excluded[column.name] for column in applications.c if not column.primary_key}
    mine = None if whoever else applications.c.owner == application.owner
    written = statement.on_conflict_do_update(index_elements=[applications.c.code], set_=taken, where=mine)
    return (await session.execute(written.returning(applications.c.code))).one_or_none() is not None


async def withdraw_application(session: WriteSession, code: str, at: datetime) -> None:
    """Note that it is offered no more; the first moment stays."""
    await session.execute(
        update(applications)
        .where(applications.c.code == code, applications.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


async def application(session: Session, code: str, *, locked: bool = False) -> Application | None:
    """One application, withdrawn or not; `locked` inside a transaction that will write it anew."""
    statement = select(applications).where(applications.c.code == code)
    row = (await session.execute(statement.with_for_update() if locked else statement)).one_or_none()
    return None if row is None else _of(row)


async def applications_by_domain(session: Session) -> Mapping[str, tuple[Application, ...]]:
    """Everything on offer, by domain and in order of code; a domain without is absent."""
    statement = select(applications).where(applications.c.withdrawn_at.is_(None)).order_by(applications.c.code)
    answer: dict[str, tuple[Application, ...]] = {}
    for row in await session.execute(statement):
        answer[row.domain] = (*answer.get(row.domain, ()), _of(row))
    return answer


def _of(row: Row[tuple[object, ...]]) -> Application:
    return Application(row.code, texts(row.names), row.owner, row.domain, row.registered_at, row.withdrawn_at)


def words(said: Mapping[Language, str]) -> str:
    """Texts by language, as they are stored."""
    return orjson.dumps({language.value: text for language, text in said.items()}).decode()


def texts(stored: str) -> Mapping[Language, str]:
    """Texts by language, as they were stored."""
    return {Language(language): text for language, text in orjson.loads(stored).items()}
