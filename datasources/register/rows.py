"""Mandates and delegations as rows, both ways.

The readings take raw columns and plain tuples: they are the hot path of every question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, String, Table, Uuid, type_coerce

from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Affiliation,
    Contact,
    Delegation,
    DelegationId,
    EndReason,
    Mandate,
    MandateId,
    Standing,
)
from btb.persons import PersonId
from datasources.register.columns import ActorColumn, Moment, Number, actor_of, moment
from datasources.register.tables import delegations, mandates

_ROLES = {role.value: role for role in AccessManagerRole}
_STANDINGS = {standing.value: standing for standing in Standing}
_AFFILIATIONS: dict[str | None, Affiliation | None] = {None: None, **{word.value: word for word in Affiliation}}
_END_REASONS: dict[str | None, EndReason | None] = {None: None, **{word.value: word for word in EndReason}}


def _raw(table: Table, names: str) -> tuple[ColumnElement[Any], ...]:
    """Columns without the classes of ours that would be called once for every value."""
    columns: list[ColumnElement[Any]] = []
    for name in names.split():
        column = table.c[name]
        if isinstance(column.type, Moment):
            columns.append(type_coerce(column, BigInteger).label(f"{table.name}_{name}"))
        elif isinstance(column.type, ActorColumn | Number | Uuid):
            columns.append(type_coerce(column, String).label(f"{table.name}_{name}"))
        else:
            columns.append(column.label(f"{table.name}_{name}"))
    return tuple(columns)


MANDATE_COLUMNS = _raw(
    mandates,
    "id enterprise person role affiliation email phone standing valid_from valid_until appointed_at appointed_by "
    "suspended_at ended_at end_reason",
)
DELEGATION_COLUMNS = _raw(
    delegations, "id domain standing valid_from valid_until granted_at granted_by ended_at end_reason"
)


_uuid = lru_cache(maxsize=16_384)(UUID)
"""PostgreSQL's driver answers ids, SQLite's the 32 digits of one; made here once, not in every row of a join."""
_number = lru_cache(maxsize=16_384)(EnterpriseNumber)


def mandates_of_rows(rows: Iterable[Sequence[Any]], skip: int = 0) -> list[Mandate]:
    """Mandates ordered by (appointed_at, id), their delegations by (granted_at, id), as charts have them.

    Rows, in any order, are `skip` columns, a mandate's, and a delegation's or nulls. Ordering here costs a tenth of
    what it costs PostgreSQL, which compares wide rows by the rules of a language.
    """
    first = skip + len(MANDATE_COLUMNS)
    heads: dict[Any, Sequence[Any]] = {}
    entrusted: dict[Any, list[Delegation]] = {}
    for row in rows:
        identity = row[skip]
        if identity is None:
            continue
        if identity not in heads:
            heads[identity] = row[skip:first]
        if row[first] is not None:
            entrusted.setdefault(identity, []).append(delegation_of_row(row[first:]))
    for several in entrusted.values():
        several.sort(key=_GRANTED)
    found = [_mandate(row, tuple(entrusted.get(identity, ()))) for identity, row in heads.items()]
    found.sort(key=_APPOINTED)
    return found


_GRANTED = attrgetter("granted_at", "id")
_APPOINTED = attrgetter("appointed_at", "id")


def _mandate(row: Sequence[Any], entrusted: tuple[Delegation, ...]) -> Mandate:
    (
        identity,
        enterprise,
        person,
        role,
        affiliation,
        email,
        phone,
        standing,
        valid_from,
        valid_until,
        appointed_at,
        appointed_by,
        suspended_at,
        ended_at,
        end_reason,
    ) = row
    return Mandate(
        MandateId(_uuid(identity) if type(identity) is str else identity),
        _number(enterprise),
        PersonId(_uuid(person) if type(person) is str else person),
        _ROLES[role],
        _AFFILIATIONS[affiliation],
        Contact(email, phone),
        _STANDINGS[standing],
        moment(valid_from),
        None if valid_until is None else moment(valid_until),
        moment(appointed_at),
        actor_of(appointed_by),
        None if suspended_at is None else moment(suspended_at),
        None if ended_at is None else moment(ended_at),
        _END_REASONS[end_reason],
        entrusted,
    )


def delegation_of_row(row: Sequence[Any]) -> Delegation:
    """A delegation from the columns of DELEGATION_COLUMNS."""
    identity, domain, standing, valid_from, valid_until, granted_at, granted_by, ended_at, end_reason = row
    return Delegation(
        DelegationId(_uuid(identity) if type(identity) is str else identity),
        domain,
        _STANDINGS[standing],
        moment(valid_from),
        None if valid_until is None else moment(valid_until),
        moment(granted_at),
        actor_of(granted_by),
        None if ended_at is None else moment(ended_at),
        _END_REASONS[end_reason],
    )


def mandate_row(mandate: Mandate) -> dict[str, Any]:
    """A mandate as a row of its table."""
    return {
        "id": mandate.id,
        "enterprise": mandate.enterprise,
        "person": mandate.person,
        "role": mandate.role.value,
        "affiliation": None if mandate.affiliation is None else mandate.affiliation.value,
        "email": mandate.contact.email,
        "phone": mandate.contact.phone,
        "standing": mandate.standing.value,
        "valid_from": mandate.valid_from,
        "valid_until": mandate.valid_until,
        "appointed_at": mandate.appointed_at,
        "appointed_by": mandate.appointed_by,
        "suspended_at": mandate.suspended_at,
        "ended_at": mandate.ended_at,
        "end_reason": None if mandate.end_reason is None else mandate.end_reason.value,
        "due_at": _due_at(mandate),
    }


def delegation_row(mandate: Mandate, delegation: Delegation) -> dict[str, Any]:
    """A delegation as a row of its table; never due once its mandate has ended."""
    return {
        "id": delegation.id,
        "mandate": mandate.id,
        "enterprise": mandate.enterprise,
        "person": mandate.person,
        "domain": delegation.domain,
        "standing": delegation.standing.value,
        "valid_from": delegation.valid_from,
        "valid_until": delegation.valid_until,
        "granted_at": delegation.granted_at,
        "granted_by": delegation.granted_by,
        "ended_at": delegation.ended_at,
        "end_reason": None if delegation.end_reason is None else delegation.end_reason.value,
        "due_at": None if mandate.standing is Standing.ENDED else _due_at(delegation),
    }


def _due_at(dated: Mandate | Delegation) -> datetime | None:
    """When time alone will change it: its start while it is scheduled, then its end, if it has one."""
    if dated.standing is Standing.ENDED:
        return None
    ends = [end for end in (dated.valid_until, dated.ended_at) if end is not None]
    if dated.standing is Standing.SCHEDULED:
        return min([dated.valid_from, *ends])
    return min(ends, default=None)
