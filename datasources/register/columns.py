"""How values of ours stand in columns: the same on both engines, so that one suite and one dump serve both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, String, TypeDecorator

from btb.actors import ActorKind, ActorReference
from btb.identifiers import EnterpriseNumber
from btb.persons import PersonId

Microseconds: TypeAlias = int
"""UTC, since 1970-01-01."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> Microseconds:
    """An aware moment as it is stored, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=16_384)
def moment(value: Microseconds) -> datetime:
    """A stored moment, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, stored as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Number(TypeDecorator[EnterpriseNumber]):
    """An enterprise number, stored as its ten digits."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: EnterpriseNumber | None, dialect: Dialect) -> str | None:
        return None if value is None else value.digits

    def process_result_value(self, value: str | None, dialect: Dialect) -> EnterpriseNumber | None:
        return None if value is None else EnterpriseNumber(value)


def actor_text(actor: ActorReference) -> str:
    """`PERSON:<id>`, `CLIENT:<name>` or `REGISTER`."""
    match actor.kind:
        case ActorKind.PERSON:
            return f"PERSON:{actor.person}"
        case ActorKind.CLIENT:
            return f"CLIENT:{actor.client}"
        case ActorKind.REGISTER:
            return "REGISTER"


@lru_cache(maxsize=4096)
def actor_of(text: str) -> ActorReference:
    """Who `actor_text` wrote."""
    kind, _, name = text.partition(":")
    match ActorKind(kind):
        case ActorKind.PERSON:
            return ActorReference(ActorKind.PERSON, person=PersonId(UUID(name)))
        case ActorKind.CLIENT:
            return ActorReference(ActorKind.CLIENT, client=name)
        case ActorKind.REGISTER:
            return ActorReference(ActorKind.REGISTER)


class ActorColumn(TypeDecorator[ActorReference]):
    """Who did it, stored as one text that holds no national number."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: ActorReference | None, dialect: Dialect) -> str | None:
        return None if value is None else actor_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> ActorReference | None:
        return None if value is None else actor_of(value)
